import Datasets
import Models
import NN
import Tensor
import Testing
import Trainers
import Training

/// A batch in pieces has the loss and the gradient of the whole batch.
@Suite struct ShardTests {
  /// The figures and the gradients of a batch in a number of pieces, and the state of the random
  /// numbers afterwards.
  private func results<M: LossModel>(
    of model: M, _ batch: Batch, shards: Int?
  ) throws -> (figures: [Double], gradients: Gradients, state: Random.State) {
    let processes = try Processes(.alone, shards: shards, batchSize: 100)
    let random = Random(seed: 5)
    let (figures, gradients) = processes.valueWithGradient(
      of: model, over: batch, drawing: [random]
    ) { model.loss(of: $0, using: random) }
    return (figures, gradients, random.state)
  }

  private func check<M: LossModel>(_ model: M, _ batch: Batch) throws {
    model.convert(to: .float64)
    let whole = try results(of: model, batch, shards: nil)
    for shards in [2, 3, 4, 16] {
      let pieces = try results(of: model, batch, shards: shards)
      #expect(pieces.state == whole.state)
      for (found, expected) in zip(pieces.figures, whole.figures) {
        #expect(abs(found - expected) < 1e-10 * max(1, abs(expected)))
      }
      for (found, expected) in zip(pieces.gradients.elements, whole.gradients.elements) {
        let difference = (found.gradient - expected.gradient).sumOfSquares
        #expect(difference < 1e-20 * max(1, expected.gradient.sumOfSquares), "\(found.name)")
      }
    }
  }

  @Test func aVariationalAutoencoder() throws {
    let random = Random(seed: 1)
    for samples in [1, 3] {
      let model = VAE(
        .with {
          $0.latent = 3
          $0.hidden = [6]
          $0.samplesPerImage = samples
        }, for: .images(4, 4), using: random)
      try check(model, Batch(values: random.uniform([11, 16], dtype: .float64)))
    }
  }

  @Test func aDiffusionModel() throws {
    let random = Random(seed: 1)
    let model = DDPM(
      .with {
        $0.hidden = [5, 4]
        $0.timeFeatures = 4
      }, for: .points(dimensions: 2, classes: 3), using: random)
    try check(
      model,
      Batch(
        values: random.normal([10, 2], dtype: .float64), labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]))
  }

  @Test func shardsThatDoNotFitAreTold() throws {
    #expect(throws: (any Error).self) { try Processes(.alone, shards: 8, batchSize: 7) }
    #expect(try Processes(.alone, shards: 7, batchSize: 7).pieceCount == 7)
  }

  /// Pieces exchange their statistics, in the forward and in the backward pass.
  @Test(arguments: [2, 3, 7]) func batchNormIsThatOfTheWholeBatch(_ shards: Int) throws {
    let batches = try Batches(DrawnDigits(trainCount: 14, testCount: 4).train, size: 14)
    let batch = try #require(batches.epoch(shuffledBy: nil).first { _ in true })
    let values = Batch(values: batch.images.converted(to: .float64))
    let outcomes = try [nil, shards].map { shards -> [Tensor] in
      let model = Sequential {
        Dense(784, 5, using: Random(seed: 1))
        BatchNorm(5)
        Dropout(0.3, using: Random(seed: 3))
        Dense(5, 4, using: Random(seed: 2))
        BatchNorm(4)
        ReLU()
      }
      model.convert(to: .float64)
      let processes = try Processes(.alone, shards: shards, batchSize: 14)
      try processes.prepare(for: model, batches)
      var results: [Tensor] = []
      for _ in 0..<2 {
        let (figures, gradients) = processes.valueWithGradient(
          of: model, over: values, drawing: []
        ) { Loss(square(model($0.images) - 1).mean()) }
        results += [Tensor(figures, dtype: .float64)] + gradients.elements.map(\.gradient)
      }
      return results + model.buffers.map(\.buffer.wrappedValue)
    }
    for (found, expected) in zip(outcomes[1], outcomes[0]) {
      #expect((found - expected).sumOfSquares < 1e-20 * max(1, expected.sumOfSquares))
    }
  }

  /// The same for the two networks of a GAN, one after the other.
  @Test func aGANWithBatchNormTrainsInPiecesAsInOne() throws {
    let batches = try Batches(DrawnDigits(trainCount: 8, testCount: 4).train, size: 4)
    func parameters(shards: Int?) throws -> [Tensor] {
      let random = Random(seed: 1)
      let gan = GAN(.with { $0.architecture = .dcgan }, for: .images(28, 28), using: random)
      gan.convert(to: .float64)
      let processes = try Processes(.alone, shards: shards, batchSize: 4)
      try processes.prepare(for: gan, batches)
      let training = AdversarialTraining(gan, using: random, processes: processes)
      for batch in batches.epoch(shuffledBy: nil) {
        _ = training.step([batch.values.converted(to: .float64).reshaped(to: [4] + gan.sampleShape)]
        )
      }
      return gan.parameters.map(\.parameter.wrappedValue)
    }
    for (found, expected) in zip(try parameters(shards: 4), try parameters(shards: nil)) {
      #expect((found - expected).sumOfSquares < 1e-12 * max(1, expected.sumOfSquares))
    }
  }

  @Test func aLastBatchWithoutExamplesForSomePiecesIsTold() throws {
    let batches = try Batches(DrawnDigits(trainCount: 9, testCount: 4).train, size: 4)
    let random = Random(seed: 1)
    let gan = GAN(.with { $0.architecture = .dcgan }, for: .images(28, 28), using: random)
    let codes = VQVAE(.init(), for: .images(28, 28), using: random)
    let shards = try Processes(.alone, shards: 2, batchSize: 4)
    for (model, part) in [(gan as any Model, "batch norm"), (codes, "a codebook")] {
      #expect(throws: ProcessError.lastBatchTooSmall(part: part, count: 1, pieces: 2)) {
        try shards.prepare(for: model, batches)
      }
      try Processes.alone.prepare(for: model, batches)
    }
    try shards.prepare(for: VAE(.init(), for: .images(28, 28), using: random), batches)
  }
}
