import NN
import Tensor
import Testing
import Mistakes
import ModelSupport
import Models

private let stopRows: [StopRow<VAE>] = [
  .init("Dense(6, 5): expected an input of shape [batch, …, 6], found [2, 7]") {
    _ = $0.loss(Tensor.zeros([2, 7]), $1)
  },
  .init("Dense(6, 5): expected an input of shape [batch, …, 6], found [6]") { vae, _ in
    _ = vae.reconstruct(Tensor.zeros([6]))
  },
  .init("Dense(3, 5): expected an input of shape [batch, …, 3], found [1, 2]") { vae, _ in
    _ = vae.decode(Tensor.zeros([1, 2]))
  },
  .init("Reshape([8, 4, 1]): expected an input of shape [batch, …] with 32 elements for each") {
    _ = VAE(height: 8, width: 4, $1).reconstruct(Tensor.zeros([2, 33]))
  },
  .init(
    "VAE: architecture conv: expected images whose sides are multiples of 4, found 9×8"
  ) {
    _ = VAE(height: 9, width: 8, $1)
  },
  .init("expected one importance sample or more, found 0") {
    _ = $0.logLikelihood(of: Tensor.zeros([2, 6]), sampleCount: 0, using: $1)
  },
  .init("VAE: expected a class in 0 ..< 3 for each of 2 examples, found []") {
    _ = conditional($1).decode(Tensor.zeros([2, 20]))
  },
  .init("VAE: expected a class in 0 ..< 3 for each of 2 examples, found [1, 3]") {
    _ = conditional($1).encode(Tensor.zeros([2, 4]), labels: [1, 3])
  },
  .init("VAE: conditional true: expected data of two classes or more, found none") {
    _ = VAE(.with { $0.conditional = true }, for: .images(2, 2), using: $1)
  },
  .init("interpolated: expected two steps or more in a line, found 1") { _, _ in
    let z = Tensor.zeros([1, 6])
    _ = interpolated(from: z, to: z, steps: 1)
  },
  .init("LossTrainer: expected images of shape [1, 6, 1], found [2, 4, 1]") {
    startTraining($0, height: 2, width: 4, channels: 1, $1)
  },
  .init("LossTrainer: expected images of shape [1, 6, 1], found [1, 2, 3]") {
    startTraining($0, height: 1, width: 2, channels: 3, $1)
  },
]

private func conditional(_ random: Random) -> VAE {
  VAE(.with { $0.conditional = true }, for: .images(2, 2, classes: 3), using: random)
}

@Suite struct VAEStopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(stopRows.count) {
        let random = Random(seed: 0)
        let vae = VAE(features: 6, hidden: [5], latent: 3, random)
        stopRows[$0].mistake(vae, random)
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == stopRows.count)
    for (row, text) in zip(stopRows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
