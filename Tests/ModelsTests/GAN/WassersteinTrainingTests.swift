import ModelSupport
import Models
import NN
import Tensor
import Testing

@testable import Trainers

@Suite struct WassersteinTrainingTests {
  private func gan(
    _ loss: GAN.Loss?, seed: UInt64 = 41, _ change: (inout GAN.Configuration) -> Void = { _ in }
  ) -> GAN {
    GAN(
      .with {
        $0.latent = 3
        $0.generatorHidden = [8]
        $0.discriminatorHidden = [8]
        $0.loss = loss
        change(&$0)
      }, for: .points(dimensions: 2, classes: 3), using: Random(seed: seed))
  }

  private func real(_ count: Int, seed: UInt64) -> Tensor {
    Random(seed: seed).uniform([count, 2], in: -1..<1)
  }

  private func bits(_ network: any Layer) -> [[UInt32]] {
    network.parameters.map { $0.parameter.wrappedValue.scalars.map(\.bitPattern) }
  }

  // MARK: The algorithms

  /// The first algorithm of Gulrajani and others (2017), to the last bit.
  @Test(arguments: [false, true])
  func aStepIsTheAlgorithmWithAPenaltyWrittenOut(isConditional: Bool) {
    let (gan, plain) = (
      gan(.wassersteinGradientPenalty) { $0.conditional = isConditional },
      gan(.wassersteinGradientPenalty) { $0.conditional = isConditional }
    )
    let training = AdversarialTraining(gan, learningRate: 0.01, using: Random(seed: 46))
    let optimizers = (
      generator: Adam(for: plain.generator, learningRate: 0.01, beta1: 0, beta2: 0.9),
      critic: Adam(for: plain.discriminator, learningRate: 0.01, beta1: 0, beta2: 0.9)
    )
    let noise = Random(seed: 46).split()
    for round in 0..<2 {
      let batches = (0..<3).map { real(4 + $0, seed: UInt64(100 * round + $0)) }
      let labels = batches.map { batch in (0..<batch.shape[0]).map { ($0 + round) % 3 } }
      let figures = training.step(batches, labels: labels)

      var (loss, distance, count) = (0.0, 0.0, 0.0)
      for (x, labels) in zip(batches, labels) {
        let fake = plain.samples(
          of: plain.noise(count: x.shape[0], using: noise), labels: labels)
        let (value, parts, gradients) = valueWithGradient(of: plain.discriminator) {
          let outputs = [x, fake].map { plain.logits(of: $0, labels: labels) }
          let weights = noise.uniform([x.shape[0], 1])
          let slopes = gradient(at: weights * x + (1 - weights) * fake) {
            plain.logits(of: $0, labels: labels).sum()
          }
          let norms = sqrt(square(slopes).sum(along: 1) + 1e-12)
          return (outputs[1].mean() - outputs[0].mean() + 10 * square(norms - 1).mean(), outputs)
        }
        optimizers.critic.update(along: gradients)
        let weight = Double(x.shape[0])
        loss += weight * value.scalar
        distance += weight * (parts[0].mean().scalar - parts[1].mean().scalar)
        count += weight
      }
      let z = plain.noise(count: batches[2].shape[0], using: noise)
      let (value, gradients) = valueWithGradient(of: plain.generator) {
        -plain.logits(of: plain.samples(of: z, labels: labels[2]), labels: labels[2]).mean()
      }
      optimizers.generator.update(along: gradients)

      #expect(bits(gan.discriminator) == bits(plain.discriminator))
      #expect(bits(gan.generator) == bits(plain.generator))
      #expect(abs(figures.discriminatorLoss - loss / count) < 1e-6)
      #expect(abs(figures.generatorLoss - value.scalar) < 1e-6)
      #expect(abs((figures.wassersteinDistance ?? .nan) - distance / count) < 1e-6)
      #expect(abs(figures.generatorGradientNorm - gradients.globalNorm) < 1e-6)
    }
  }

  @Test(arguments: [nil, 0.002])
  func noWeightOfAClippedCriticIsBeyondTheBound(bound: Double?) {
    let gan = gan(.wassersteinClipping) { $0.weightClip = bound }
    let training = AdversarialTraining(gan, learningRate: 0.001, using: Random(seed: 46))
    for step in 0..<3 {
      _ = training.step([real(8, seed: UInt64(step)), real(8, seed: UInt64(9 + step))])
      let largest = gan.discriminator.parameters.map {
        abs($0.parameter.wrappedValue).max().scalar
      }
      #expect(largest.allSatisfy { $0 <= Double(Float(bound ?? 0.01)) })
      #expect(largest.max() == Double(Float(bound ?? 0.01)))
    }
    #expect(gan.generator.parameters.contains { abs($0.parameter.wrappedValue).max().scalar > 0.1 })
  }

  /// N(2, 1) and N(0, 1): w x ends at the bound, 0.01, with the value 0.02.
  @Test func aClippedLinearCriticEndsAtTheBound() {
    let critic = Weight(0)
    let gan = GAN(
      generator: Weight(1), discriminator: critic, sampleShape: [1],
      .with {
        $0.latent = 1
        $0.loss = .wassersteinClipping
      })
    let fake = Tensor((-5...5).map { Double($0) / 3 }, shape: [11, 1], dtype: .float64)
    let training = AdversarialTraining(gan, learningRate: 0.001, using: Random(seed: 1))
    var figures: [Double] = []
    for _ in 0..<20 { figures = training.discriminatorStep(real: fake + 2, fake: fake) }
    #expect(critic.weight.scalar == 0.01)
    #expect(abs(figures[1] - figures[2] - 0.02) < 1e-12 && abs(figures[0] + 0.02) < 1e-12)
  }

  /// The distance between point masses a distance of 3 apart, as estimated by a trained critic.
  @Test func theEstimateOfAKnownDistance() {
    let random = Random(seed: 4)
    let gan = GAN(
      generator: Dense(3, 2, using: random),
      discriminator: Sequential {
        Dense(2, 16, using: random)
        LeakyReLU(slope: 0.2)
        Dense(16, 1, using: random)
      }, sampleShape: [2],
      .with {
        $0.latent = 3
        $0.loss = .wassersteinGradientPenalty
        $0.penaltyWeight = 100
      })
    let training = AdversarialTraining(gan, learningRate: 0.01, using: random)
    let fake = random.normal([64, 2], standardDeviation: 0.1)
    let real = fake + Tensor([1.8, 2.4])
    var figures: [Double] = []
    for _ in 0..<300 { figures = training.discriminatorStep(real: real, fake: fake) }
    // The penalty lets the slope exceed 1 by 3 / 200; with steps of this size the estimate
    // fluctuates.
    #expect(abs(figures[1] - figures[2] - 3.045) < 0.3, "\(figures)")
  }

  @Test func theFiguresStandInTheOrderOfTheirNames() {
    let figures = AdversarialTraining.Figures(
      discriminatorLoss: 1, generatorLoss: 2, realProbability: 9, fakeProbability: 9,
      discriminatorGradientNorm: 3, generatorGradientNorm: 4, wassersteinDistance: 5)
    #expect(figures.values == [1, 2, 3, 4, 5])
    #expect(
      AdversarialTraining.Figures.wassersteinNames == [
        "d_loss", "g_loss", "d_gradient_norm", "g_gradient_norm", "wasserstein_distance",
      ])
  }

  // MARK: The networks

  @Test func theNetworksOfTheWorks() {
    let dense = GAN(
      .with { $0.loss = .wassersteinGradientPenalty }, for: .images(28, 28), using: Random(seed: 0))
    #expect(dense.generator.parameterCount == 1_486_352)
    #expect(dense.discriminator.parameterCount == 533_505)
    let convolutional = GAN(
      .with {
        $0.loss = .wassersteinGradientPenalty
        $0.architecture = .dcgan
      }, for: .images(28, 28), using: Random(seed: 0))
    #expect(convolutional.generator.parameterCount == 1_781_505)
    #expect(convolutional.discriminator.parameterCount == 138_561)
    #expect(!"\(convolutional.discriminator)".contains("BatchNorm"))
    #expect("\(convolutional.generator)".contains("BatchNorm"))
    let betas = convolutional.configuration.betas
    #expect(betas == (0, 0.9) && convolutional.configuration.stepsOfDiscriminator == 5)
  }

  @Test(arguments: [
    (GAN.Loss?.none, Bool?.none, GAN.Normalization?.none, true),
    (.wassersteinClipping, nil, nil, true), (nil, true, nil, false),
    (nil, nil, GAN.Normalization.none, false),
    (.wassersteinClipping, nil, GAN.Normalization.none, false),
    (.wassersteinGradientPenalty, nil, nil, false),
    (.wassersteinGradientPenalty, true, GAN.Normalization.none, false),
  ])
  func batchNormIsWhereItDoesNoHarm(
    loss: GAN.Loss?, spectralNorm: Bool?, norm: GAN.Normalization?, hasBatchNorm: Bool
  ) {
    let gan = GAN(
      .with {
        $0.loss = loss
        $0.architecture = .dcgan
        $0.baseChannels = 2
        $0.spectralNorm = spectralNorm
        $0.discriminatorNorm = norm
      }, for: .images(28, 28), using: Random(seed: 0))
    let text = "\(gan.discriminator)"
    #expect(text.contains("BatchNorm") == hasBatchNorm)
    #expect(text.contains("bias: false") == hasBatchNorm)
    #expect(text.contains("hasSpectralNorm: true") == (spectralNorm == true))
    #expect(!"\(gan.generator)".contains("hasSpectralNorm"))
  }

  // MARK: Classes

  /// The input of a conditional model's networks: the one-hot class appended along the last axis.
  @Test func theClassStandsBesideTheInput() {
    let random = Random(seed: 8)
    let gan = GAN(
      .with {
        $0.latent = 2
        $0.architecture = .dcgan
        $0.baseChannels = 2
        $0.conditional = true
      }, for: .images(28, 28, classes: 3), using: random)
    gan.mode = .inference
    let (z, x) = (random.normal([2, 2]), random.normal([2, 28, 28, 1]))
    let classes = Tensor([[0, 0, 1], [1, 0, 0]])
    let input = Tensor.concatenated([z, classes], along: 1)
    #expect(gan.samples(of: z, labels: [2, 0]) == gan.generator(input))
    let planes = classes.reshaped(to: [2, 1, 1, 3]).broadcast(to: [2, 28, 28, 3])
    #expect(
      gan.logits(of: x, labels: [2, 0])
        == gan.discriminator(.concatenated([x, planes], along: 3)))
    #expect(gan.logits(of: x, labels: [2, 1]) != gan.logits(of: x, labels: [2, 0]))
    #expect(gan.conditionalClasses == 3 && gan.latentSize == 2)
    // If no class is requested, the classes take turns.
    #expect(gan.decode(z) == gan.decode(z, labels: [0, 1]))
    let made = gan.sample(labels: [1, 1, 2], using: Random(seed: 3))
    #expect(made.shape == [3, 28, 28, 1])
    #expect(made.sliced(0..<1) != made.sliced(1..<2))
  }

  // MARK: The average

  @Test func theAverageIsOfTheGeneratorAlone() {
    let gan = gan(nil) { $0.averageDecay = 0.9 }
    let training = AdversarialTraining(gan, learningRate: 0.01, using: Random(seed: 46))
    let names = training.average?.values.keys.sorted()
    #expect(names == ["0.bias", "0.weight", "2.bias", "2.weight"].map { "generator.\($0)" })
    var expected = gan.generator.parameters[0].parameter.wrappedValue
    for step in 1...12 {
      _ = training.step([real(8, seed: UInt64(step))])
      let decay = min(0.9, Double(1 + step) / Double(10 + step))
      expected = decay * expected + (1 - decay) * gan.generator.parameters[0].parameter.wrappedValue
    }
    let found = training.average?.values["generator.0.weight"]
    #expect(abs((found ?? Tensor(Double.nan)) - expected).max().scalar < 1e-6)
    #expect(training.state.count == 5)
    #expect(AdversarialTraining(self.gan(nil), using: Random(seed: 1)).state.count == 4)
  }
}
