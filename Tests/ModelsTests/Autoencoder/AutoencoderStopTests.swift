import Mistakes
import ModelSupport
import Models
import NN
import Tensor
import Testing

private let stopRows: [StopRow<Autoencoder>] = [
  .init("Autoencoder: expected images of shape [batch, 6], found [2, 7]") { model, _ in
    _ = model.encode(Tensor.zeros([2, 7]))
  },
  .init("Autoencoder: expected images of shape [batch, 6], found [6]") { model, _ in
    _ = model.reconstruct(Tensor.zeros([6]))
  },
  .init("Dense(3, 5): expected an input of shape [batch, …, 3], found [1, 2]") { model, _ in
    _ = model.decode(Tensor.zeros([1, 2]))
  },
  .init("meanSquaredError: expected two tensors of one shape, found [2, 6], [3, 6]") { model, _ in
    _ = model.error(Tensor.zeros([3, 6]), from: Tensor.zeros([2, 6]))
  },
  .init("Autoencoder: output linear: expected sigmoid, as binary cross-entropy needs pixels") {
    _ = Autoencoder(features: 6, error: .binaryCrossEntropy, output: .linear, $1)
  },
  .init("Autoencoder: architecture conv: expected images whose sides are multiples of 4, found 8×7")
  {
    _ = Autoencoder(height: 8, width: 7, $1)
  },
  .init("Autoencoder: expected images of shape [batch, 32], found [2, 8, 4, 1]") {
    _ = Autoencoder(height: 8, width: 4, $1).encode(Tensor.zeros([2, 8, 4, 1]))
  },
  .init("Corruption: expected a level of 0 or more, and of at most 1 for masking, found 1.5") {
    _ = Corruption(.masking, level: 1.5)($0.encode(Tensor.zeros([1, 6])), using: $1)
  },
  .init("PrincipalComponents: expected 1 to 6 directions, found 7") { _, _ in
    _ = PrincipalComponents(of: [Tensor.zeros([3, 6])], count: 7)
  },
  .init("PrincipalComponents: expected one example or more, found none") { _, _ in
    _ = PrincipalComponents(of: [], count: 1)
  },
  .init("LossTrainer: expected images of shape [1, 6, 1], found [2, 4, 1]") {
    startTraining($0, height: 2, width: 4, channels: 1, $1)
  },
  .init("LossTrainer: expected images of shape [1, 6, 1], found [1, 2, 3]") {
    startTraining($0, height: 1, width: 2, channels: 3, $1)
  },
]

@Suite struct AutoencoderStopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(stopRows.count) {
        let random = Random(seed: 0)
        let model = Autoencoder(features: 6, hidden: [5], latent: 3, random)
        stopRows[$0].mistake(model, random)
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == stopRows.count)
    for (row, text) in zip(stopRows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
