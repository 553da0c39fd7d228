import ModelSupport
import Models
import NN
import Tensor
import Testing

@testable import Trainers

@Suite struct DCGANTests {
  /// The layers of a network, as the code that creates them, without the numbers of parameters.
  private func lines(_ network: any Layer) -> [String] {
    "\(network)".split(separator: "\n").dropFirst().dropLast()
      .compactMap { $0.split(separator: "//").first }
      .map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }
      .map { String($0) }
  }

  @Test func theLayersFor28Pixels() {
    let gan = GAN.dcgan(imageSize: 28, Random(seed: 71))
    #expect(gan.sampleShape == [28, 28, 1])
    #expect(
      lines(gan.generator) == [
        "Reshape([1, 1, 100])", "ConvTranspose2D(100, 256, kernel: 7, bias: false)",
        "BatchNorm(256)", "ReLU()",
        "ConvTranspose2D(256, 128, kernel: 4, stride: 2, padding: 1, bias: false)",
        "BatchNorm(128)", "ReLU()", "ConvTranspose2D(128, 1, kernel: 4, stride: 2, padding: 1)",
        "Tanh()",
      ])
    #expect(
      lines(gan.discriminator) == [
        "Conv2D(1, 64, kernel: 4, stride: 2, padding: 1)", "LeakyReLU(slope: 0.2)",
        "Conv2D(64, 128, kernel: 4, stride: 2, padding: 1, bias: false)", "BatchNorm(128)",
        "LeakyReLU(slope: 0.2)", "Conv2D(128, 1, kernel: 7)", "Reshape([1])",
      ])
  }

  @Test(arguments: [1, 3])
  func theLayersFor64Pixels(channels: Int) {
    let gan = GAN.dcgan(imageSize: 64, channels: channels, Random(seed: 71))
    #expect(gan.sampleShape == [64, 64, channels])
    #expect(
      lines(gan.generator) == [
        "Reshape([1, 1, 100])", "ConvTranspose2D(100, 512, kernel: 4, bias: false)",
        "BatchNorm(512)", "ReLU()",
        "ConvTranspose2D(512, 256, kernel: 4, stride: 2, padding: 1, bias: false)",
        "BatchNorm(256)", "ReLU()",
        "ConvTranspose2D(256, 128, kernel: 4, stride: 2, padding: 1, bias: false)",
        "BatchNorm(128)", "ReLU()",
        "ConvTranspose2D(128, 64, kernel: 4, stride: 2, padding: 1, bias: false)",
        "BatchNorm(64)", "ReLU()",
        "ConvTranspose2D(64, \(channels), kernel: 4, stride: 2, padding: 1)", "Tanh()",
      ])
    #expect(
      lines(gan.discriminator) == [
        "Conv2D(\(channels), 64, kernel: 4, stride: 2, padding: 1)", "LeakyReLU(slope: 0.2)",
        "Conv2D(64, 128, kernel: 4, stride: 2, padding: 1, bias: false)", "BatchNorm(128)",
        "LeakyReLU(slope: 0.2)",
        "Conv2D(128, 256, kernel: 4, stride: 2, padding: 1, bias: false)", "BatchNorm(256)",
        "LeakyReLU(slope: 0.2)",
        "Conv2D(256, 512, kernel: 4, stride: 2, padding: 1, bias: false)", "BatchNorm(512)",
        "LeakyReLU(slope: 0.2)", "Conv2D(512, 1, kernel: 4)", "Reshape([1])",
      ])
  }

  @Test(arguments: GAN.convolutionalImageSizes, [1, 3])
  func samplesAndLogitsHaveTheirShapes(size: Int, channels: Int) {
    let random = Random(seed: 72)
    let gan = GAN.dcgan(
      imageSize: size, channels: channels, latent: 5, baseChannels: 2, random)
    let samples = gan.made(3, random)
    #expect(samples.shape == [3, size, size, channels])
    #expect(samples.scalars.allSatisfy { abs($0) < 1 } && samples.variance().scalar > 0)
    #expect(gan.discriminator(samples).shape == [3, 1])
  }

  @Test func theFirstWeightsAreDrawnAsThePaperSays() {
    let gan = GAN.dcgan(Random(seed: 73))
    for (name, parameter) in gan.parameters {
      let values = parameter.wrappedValue
      if name.hasSuffix("bias") || name.hasSuffix("shift") {
        #expect(abs(values).max().scalar == 0, "\(name)")
        continue
      }
      // For n numbers, the mean is off by about σ/√n, and the standard deviation by about σ/√2n.
      let (n, mean) = (Double(values.count), name.hasSuffix("scale") ? 1.0 : 0)
      let deviation = values.variance().scalar.squareRoot()
      #expect(abs(values.mean().scalar - mean) < 5 * 0.02 / n.squareRoot(), "\(name)")
      #expect(abs(deviation - 0.02) < 5 * 0.02 / (2 * n).squareRoot(), "\(name)")
    }
    let names = gan.parameters.map(\.name)
    #expect(names.filter { $0.hasSuffix("scale") }.count == 3)
    #expect(names.contains("generator.7.bias") && !names.contains("generator.4.bias"))
  }

  // MARK: Steps

  /// Every bit of tensors.
  private func bits(_ tensors: [Tensor]) -> [[UInt32]] {
    tensors.map { $0.scalars.map(\.bitPattern) }
  }

  private func parameters(_ network: any Layer) -> [[UInt32]] {
    bits(network.parameters.map(\.parameter.wrappedValue))
  }

  private func buffers(_ network: any Layer) -> [[UInt32]] {
    bits(network.buffers.map(\.buffer.wrappedValue))
  }

  @Test func aStepOfOneNetworkLeavesTheOthersParameters() {
    let random = Random(seed: 74)
    let gan = GAN.dcgan(latent: 5, baseChannels: 2, random)
    let training = AdversarialTraining(gan, using: random)
    let real = random.uniform([4, 28, 28, 1], in: -1..<1)
    let z = gan.noise(count: 4, using: random)
    let (fake, pullback) = valueWithPullback(of: gan.generator) { gan.generator(z) }
    let generator = (parameters(gan.generator), buffers(gan.generator))
    let before = parameters(gan.discriminator)
    _ = training.discriminatorStep(real: real, fake: fake)
    #expect(parameters(gan.generator) == generator.0 && buffers(gan.generator) == generator.1)
    let discriminator = (parameters(gan.discriminator), buffers(gan.discriminator))
    for (old, new) in zip(before, discriminator.0) { #expect(old != new) }

    _ = training.generatorStep(fake: fake, pullback)
    #expect(parameters(gan.discriminator) == discriminator.0)
    // The samples passed through it in training mode, and changed its running averages.
    for (old, new) in zip(discriminator.1, buffers(gan.discriminator)) { #expect(old != new) }
    for (old, new) in zip(generator.0, parameters(gan.generator)) { #expect(old != new) }
  }

  @Test func realAndMadeSamplesAreNormalisedApart() {
    // Together, two constant images of different brightness would differ; apart, each is 0.
    let random = Random(seed: 75)
    let gan = GAN(
      generator: Dense(1, 1, using: random),
      discriminator: Sequential {
        BatchNorm(1)
        Dense(1, 1, using: random)
      }, sampleShape: [1], .with { $0.latent = 1 })
    let figures = AdversarialTraining(gan, using: random).discriminatorStep(
      real: Tensor.ones([4, 1]), fake: Tensor.zeros([4, 1]))
    #expect(figures[1] == 0.5 && figures[2] == 0.5)
  }

  @Test func aSampleInInferenceModeDoesNotDependOnTheOthers() {
    let random = Random(seed: 76)
    let gan = GAN.dcgan(latent: 5, baseChannels: 2, random)
    let z = gan.noise(count: 4, using: random)
    _ = gan.generator(z)
    gan.generator.mode = .inference
    let (together, alone) = (gan.generator(z).sliced(0..<1), gan.generator(z.sliced(0..<1)))
    #expect(abs(together - alone).max().scalar < 1e-6)
    gan.generator.mode = .training
    #expect(abs(gan.generator(z).sliced(0..<1) - alone).max().scalar > 1e-6)
  }

  /// A few steps on one image: both networks learn from it.
  @Test func trainingMovesEveryParameterAndTheSamplesTowardsTheImages() {
    let random = Random(seed: 77)
    let gan = GAN.dcgan(latent: 5, baseChannels: 4, random)
    let training = AdversarialTraining(gan, learningRate: 0.005, using: random)
    // The left half is white, the right half black.
    let row = Tensor([Double](repeating: 1, count: 14) + [Double](repeating: -1, count: 14))
    let image = row.reshaped(to: [1, 1, 28, 1]).broadcast(to: [8, 28, 28, 1])
    func distance() -> Double {
      gan.generator.mode = .inference
      defer { gan.generator.mode = .training }
      return abs(gan.made(8, random) - image).mean().scalar
    }
    let before = parameters(gan)
    for _ in 0..<60 { _ = training.step([image]) }
    for (old, new) in zip(before, parameters(gan)) { #expect(old != new) }
    #expect(distance() < 0.5, "\(distance())")
  }

  private func parameters(_ gan: GAN) -> [[UInt32]] {
    bits(gan.parameters.map(\.parameter.wrappedValue))
  }
}
