import Mistakes
import ModelSupport
import Models
import Trainers
import NN
import Tensor
import Testing

private let stopRows: [StopRow<GAN>] = [
  .init("AdversarialTraining.step: expected samples of shape [batch] + [6], found [2, 7]") {
    _ = AdversarialTraining($0, using: $1).step([Tensor.zeros([2, 7])])
  },
  .init("AdversarialTraining.step: expected one batch or more, found none") {
    _ = AdversarialTraining($0, using: $1).step([])
  },
  .init("interpolatedOnArc: expected two steps or more in a line, found 1") { _, _ in
    let z = Tensor.zeros([1, 3])
    _ = interpolatedOnArc(from: z, to: z, steps: 1)
  },
  .init(
    "GAN: architecture dcgan: expected images of 28×28 or 64×64 pixels, found 32×32; --image-size resizes them"
  ) {
    _ = GAN.dcgan(imageSize: 32, $1)
  },
  .init("DataShape: expected sizes above 0, found [28, 28, 0]") {
    _ = GAN.dcgan(channels: 0, $1)
  },
  .init("AdversarialTraining.step: expected samples of shape [batch] + [28, 28, 1], found [2, 784]")
  {
    let gan = GAN.dcgan(latent: 3, baseChannels: 2, $1)
    _ = AdversarialTraining(gan, using: $1).step([Tensor.zeros([2, 784])])
  },
  .init("AdversarialTraining: expected a critic without batch norm, as the gradient penalty is") {
    gan, random in
    let critic = Sequential {
      Sequential { BatchNorm(6) }
      Dense(6, 1, using: random)
    }
    let other = GAN(
      generator: gan.generator, discriminator: critic, sampleShape: [6],
      .with { $0.loss = .wassersteinGradientPenalty })
    _ = AdversarialTraining(other, using: random)
  },
  .init(
    "gradientPenalty: expected as many generated samples as real, found shapes [3, 6] and [2, 6]"
  ) { gan, random in
    _ = GAN.gradientPenalty(
      of: { gan.discriminator($0) }, between: Tensor.zeros([2, 6]), and: Tensor.zeros([3, 6]),
      using: random)
  },
  .init("GAN: expected a class for each of 2 examples, found 0") {
    let data = DataShape.points(dimensions: 2, classes: 2)
    let gan = GAN(.with { $0.conditional = true }, for: data, using: $1)
    _ = gan.logits(of: Tensor.zeros([2, 2]))
  },
  .init("AdversarialTraining.step: expected the classes of each batch, found those of 0") {
    let data = DataShape.points(dimensions: 2, classes: 2)
    let gan = GAN(.with { $0.conditional = true }, for: data, using: $1)
    _ = AdversarialTraining(gan, using: $1).step([Tensor.zeros([2, 2])])
  },
  .init("GAN: conditional with such data: expected labels of two classes or more, found one class")
  {
    let data = DataShape.points(dimensions: 2, classes: 1)
    _ = GAN(.with { $0.conditional = true }, for: data, using: $1)
  },
  .init("SpectralNorm(3): expected a weight of shape […, 3], found [3, 2]") {
    _ = SpectralNorm(3, using: $1)(Tensor.zeros([3, 2]))
  },
  // The layer that receives wrong images names itself, what it expected and what it found.
  .init("Conv2D(1, 2, kernel: 4, stride: 2, padding: 1): expected images of shape") {
    let gan = GAN.dcgan(latent: 3, baseChannels: 2, $1)
    _ = gan.discriminator(Tensor.zeros([2, 28, 28, 3]))
  },
  .init("Conv2D(4, 1, kernel: 7): expected images of shape [batch, height, width, 4] with sides of")
  {
    let gan = GAN.dcgan(latent: 3, baseChannels: 2, $1)
    _ = gan.discriminator(Tensor.zeros([2, 20, 20, 1]))
  },
  .init("Reshape([1]): expected an input of shape [batch, …] with 1 elements for each example") {
    let gan = GAN.dcgan(latent: 3, baseChannels: 2, $1)
    _ = gan.discriminator(Tensor.zeros([2, 64, 64, 1]))
  },
]

@Suite struct GANStopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(stopRows.count) {
        let random = Random(seed: 0)
        let gan = GAN.dense(
          features: 6, latent: 3, generatorHidden: [4], discriminatorHidden: [5], random)
        stopRows[$0].mistake(gan, random)
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == stopRows.count)
    for (row, text) in zip(stopRows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
