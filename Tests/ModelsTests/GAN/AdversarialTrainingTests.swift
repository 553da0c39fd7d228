import ModelSupport
import Models
import NN
import Tensor
import Testing

@testable import Trainers

@Suite struct AdversarialTrainingTests {
  private func gan(
    seed: UInt64 = 41, generatorLoss: GAN.GeneratorLoss = .nonSaturating,
    labelSmoothing: Double = 0
  ) -> GAN {
    GAN.dense(
      features: 6, latent: 3, generatorHidden: [8, 8], discriminatorHidden: [8],
      generatorLoss: generatorLoss, labelSmoothing: labelSmoothing, Random(seed: seed))
  }

  private func real(_ count: Int, seed: UInt64 = 42) -> Tensor {
    Random(seed: seed).uniform([count, 6], in: -1..<1)
  }

  /// Every bit of a network's parameters.
  private func bits(_ network: any Layer) -> [[UInt32]] {
    network.parameters.map { $0.parameter.wrappedValue.scalars.map(\.bitPattern) }
  }

  // MARK: Which network changes

  @Test func aDiscriminatorStepLeavesEveryBitOfTheGenerator() {
    let gan = gan()
    let training = AdversarialTraining(gan, using: Random(seed: 43))
    let before = (generator: bits(gan.generator), discriminator: bits(gan.discriminator))
    let fake = gan.made(4, Random(seed: 44))
    _ = training.discriminatorStep(real: real(4), fake: fake)
    #expect(bits(gan.generator) == before.generator)
    for (old, new) in zip(before.discriminator, bits(gan.discriminator)) { #expect(old != new) }
  }

  @Test(arguments: GAN.GeneratorLoss.allCases)
  func aGeneratorStepLeavesEveryBitOfTheDiscriminator(kind: GAN.GeneratorLoss) {
    let gan = gan(generatorLoss: kind)
    let training = AdversarialTraining(gan, using: Random(seed: 43))
    let before = (generator: bits(gan.generator), discriminator: bits(gan.discriminator))
    let z = gan.noise(count: 4, using: Random(seed: 44))
    let (fake, pullback) = valueWithPullback(of: gan.generator) { gan.generator(z) }
    _ = training.generatorStep(fake: fake, pullback)
    #expect(bits(gan.discriminator) == before.discriminator)
    for (old, new) in zip(before.generator, bits(gan.generator)) { #expect(old != new) }
  }

  @Test func aGeneratorStepComputesNoGradientOfTheDiscriminatorsWeights() {
    let random = Random(seed: 45)
    let counting = CountingLayer(6, random)
    let gan = GAN(
      generator: Dense(3, 6, using: random), discriminator: counting, sampleShape: [6],
      .with { $0.latent = 3 })
    let training = AdversarialTraining(gan, using: random)
    let (fake, pullback) = valueWithPullback(of: gan.generator) {
      gan.generator(gan.noise(count: 4, using: random))
    }
    _ = training.generatorStep(fake: fake, pullback)
    #expect(counting.weightGradients == 0 && counting.inputGradients == 1)
    // For the real and the generated batch; with respect to neither input.
    _ = training.discriminatorStep(real: real(4), fake: fake)
    #expect(counting.weightGradients == 2 && counting.inputGradients == 1)
    _ = training.step([real(4), real(4), real(4)])
    #expect(counting.weightGradients == 2 + 6 && counting.inputGradients == 2)
  }

  // MARK: The algorithm

  /// Equals the paper's algorithm without shared or saved computations, to the last bit.
  @Test(arguments: [1, 2, 5], GAN.GeneratorLoss.allCases)
  func aStepIsTheAlgorithmWrittenOut(steps: Int, kind: GAN.GeneratorLoss) {
    let (gan, plain) = (gan(generatorLoss: kind, labelSmoothing: 0.1), gan())
    let training = AdversarialTraining(
      gan, learningRate: 0.01, beta1: 0.4, using: Random(seed: 46))
    let optimizers = (
      generator: Adam(for: plain.generator, learningRate: 0.01, beta1: 0.4),
      discriminator: Adam(for: plain.discriminator, learningRate: 0.01, beta1: 0.4)
    )
    let noise = Random(seed: 46).split()
    for round in 0..<3 {
      let batches = (0..<steps).map { real(4 + $0, seed: UInt64(100 * round + $0)) }
      let figures = training.step(batches)

      var (loss, d, dg, norm, count) = (0.0, 0.0, 0.0, 0.0, 0.0)
      var z = Tensor(0)
      for x in batches {
        z = plain.noise(count: x.shape[0], using: noise)
        let fake = plain.generator(z)
        let (value, gradients) = valueWithGradient(of: plain.discriminator) {
          GAN.discriminatorLoss(
            real: plain.discriminator(x), fake: plain.discriminator(fake), labelSmoothing: 0.1)
        }
        let weight = Double(x.shape[0])
        loss += weight * value.scalar
        d += weight * sigmoid(plain.discriminator(x)).mean().scalar
        dg += weight * sigmoid(plain.discriminator(fake)).mean().scalar
        norm += weight * gradients.globalNorm
        count += weight
        optimizers.discriminator.update(along: gradients)
      }
      let (value, gradients) = valueWithGradient(of: plain.generator) {
        GAN.generatorLoss(fake: plain.discriminator(plain.generator(z)), kind)
      }
      optimizers.generator.update(along: gradients)

      #expect(bits(gan.discriminator) == bits(plain.discriminator))
      #expect(bits(gan.generator) == bits(plain.generator))
      let expected = [
        loss / count, value.scalar, d / count, dg / count, norm / count, gradients.globalNorm,
      ]
      for (found, expected) in zip(figures.values, expected) {
        #expect(abs(found - expected) < 1e-9 * abs(expected))
      }
    }
  }

  @Test func theFiguresStandInTheOrderOfTheirNames() {
    let figures = AdversarialTraining.Figures(
      discriminatorLoss: 1, generatorLoss: 2, realProbability: 3, fakeProbability: 4,
      discriminatorGradientNorm: 5, generatorGradientNorm: 6)
    #expect(figures.values == [1, 2, 3, 4, 5, 6])
    #expect(
      AdversarialTraining.Figures.names == [
        "d_loss", "g_loss", "d_real", "d_fake", "d_gradient_norm", "g_gradient_norm",
      ])
  }

  @Test func anUntrainedDiscriminatorsFiguresAreThoseOfTheory() {
    let gan = gan()
    // With a last layer of zeros, every logit is 0.
    for (_, parameter) in gan.discriminator.parameters.suffix(2) {
      parameter.wrappedValue = Tensor.zeros(parameter.wrappedValue.shape)
    }
    let training = AdversarialTraining(gan, learningRate: 1e-12, using: Random(seed: 43))
    let figures = training.step([real(4)])
    #expect(abs(figures.discriminatorLoss - 1.3862943611198906) < 1e-6)
    #expect(abs(figures.generatorLoss - 0.6931471805599453) < 1e-6)
    #expect(figures.realProbability == 0.5 && figures.fakeProbability == 0.5)
    #expect(figures.discriminatorGradientNorm > 0)
  }

  // MARK: The model

  @Test func theDenseModelIsThePapersSize() {
    let gan = GAN.dense(Random(seed: 0))
    #expect(gan.latentSize == 100 && gan.sampleShape == [784])
    let sizes = gan.parameters.filter { $0.name.hasSuffix("weight") }
      .map { ($0.name, $0.parameter.wrappedValue.shape) }
    #expect(
      sizes.map(\.1) == [
        [100, 256], [256, 512], [512, 1024], [1024, 784], [784, 512], [512, 256], [256, 1],
      ])
    #expect(sizes.first?.0 == "generator.0.weight" && sizes.last?.0 == "discriminator.4.weight")
    #expect(gan.description.hasPrefix("GAN  // 2019857 parameters\ngenerator: Sequential {"))
    let made = gan.made(3, Random(seed: 1))
    #expect(made.shape == [3, 784])
    #expect(made.scalars.allSatisfy { abs($0) < 1 } && made.variance().scalar > 0)
    #expect(gan.discriminator(made).shape == [3, 1])
    #expect("\(gan.discriminator)".contains("LeakyReLU(slope: 0.2)"))
    #expect(!"\(gan.discriminator)".contains("Tanh") && "\(gan.generator)".contains("Tanh()\n"))
  }

  @Test func anArcOfNoiseKeepsItsLength() {
    let arc = interpolatedOnArc(from: Tensor([[3, 0]]), to: Tensor([[0, 3]]), steps: 5)
    let points = arc.scalars
    #expect(points[0] == 3 && points[1] == 0 && abs(points[8]) < 1e-6 && points[9] == 3)
    for i in 0..<5 {
      let (x, y) = (points[2 * i], points[2 * i + 1])
      #expect(abs((x * x + y * y).squareRoot() - 3) < 1e-6)
    }
    #expect(abs(points[4] - points[5]) < 1e-6)  // half-way on the diagonal
  }
}

/// A layer with one output that counts how often each of its gradients is computed.
private final class CountingLayer: Layer {
  @Parameter var weight: Tensor
  var weightGradients = 0
  var inputGradients = 0
  var members: Members { ["weight": $weight] }

  init(_ inputs: Int, _ random: Random) { weight = random.normal([inputs, 1]) }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let weight = weight
    return stopGradient(x).matmul(stopGradient(weight)).tracked(
      from: (
        x,
        { [self] _, dy in
          inputGradients += 1
          return dy.matmul(weight, transposeRight: true)
        }
      ),
      (
        weight,
        { [self] _, dy in
          weightGradients += 1
          return x.matmul(dy, transposeLeft: true)
        }
      ))
  }
}
