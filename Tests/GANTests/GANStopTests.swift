import GAN
import GANTraining
import NN
import Tensor
import Testing

/// A mistake, and what the program says when it stops for it.
private struct StopRow: Sendable {
  let message: String
  let mistake: @Sendable (GAN, Random) -> Void
  init(_ message: String, _ mistake: @escaping @Sendable (GAN, Random) -> Void) {
    (self.message, self.mistake) = (message, mistake)
  }
}

private let stopRows: [StopRow] = [
  .init("AdversarialTraining.step: expected samples of shape [batch] + [6], found [2, 7]") {
    _ = AdversarialTraining($0, $1).step([Tensor.zeros([2, 7])])
  },
  .init("AdversarialTraining.step: expected one batch or more, found none") {
    _ = AdversarialTraining($0, $1).step([])
  },
  .init("AdversarialTraining: expected a label smoothing in 0 ..< 1, found 1.0") {
    _ = AdversarialTraining($0, labelSmoothing: 1, $1)
  },
  .init("interpolate: expected two samples or more, found 1") { gan, _ in
    let z = Tensor.zeros([1, 3])
    _ = gan.interpolate(from: z, to: z, count: 1)
  },
  .init("GAN: expected a latent size above 0, found 0") { gan, _ in
    _ = GAN(
      generator: gan.generator, discriminator: gan.discriminator, latentSize: 0, sampleShape: [6])
  },
  .init("GAN.dcgan: expected an image size among [28, 64], found 32") {
    _ = GAN.dcgan(imageSize: 32, $1)
  },
  .init("GAN.dcgan: expected channels above 0, found 0 and 64") {
    _ = GAN.dcgan(channels: 0, $1)
  },
  .init("AdversarialTraining.step: expected samples of shape [batch] + [28, 28, 1], found [2, 784]")
  {
    let gan = GAN.dcgan(latentSize: 3, baseChannels: 2, $1)
    _ = AdversarialTraining(gan, $1).step([Tensor.zeros([2, 784])])
  },
  // The layer that meets wrong images names itself, what it expected and what it found.
  .init("Conv2D(1, 2, kernel: 4, stride: 2, padding: 1): expected images of shape") {
    let gan = GAN.dcgan(latentSize: 3, baseChannels: 2, $1)
    _ = gan.discriminator(Tensor.zeros([2, 28, 28, 3]))
  },
  .init("Conv2D(4, 1, kernel: 7): expected images of shape [batch, height, width, 4] with sides of")
  {
    let gan = GAN.dcgan(latentSize: 3, baseChannels: 2, $1)
    _ = gan.discriminator(Tensor.zeros([2, 20, 20, 1]))
  },
  .init("Reshape([1]): expected an input of shape [batch, …] with 1 elements for each example") {
    let gan = GAN.dcgan(latentSize: 3, baseChannels: 2, $1)
    _ = gan.discriminator(Tensor.zeros([2, 64, 64, 1]))
  },
]

@Suite struct GANStopTests {
  @Test(arguments: stopRows.indices)
  func mistakesStopWithAMessage(_ index: Int) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      let random = Random(seed: 0)
      let gan = GAN.dense(
        features: 6, latentSize: 3, generatorSizes: [4], discriminatorSizes: [5], random)
      stopRows[index].mistake(gan, random)
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains(stopRows[index].message), "\(text)")
  }
}
