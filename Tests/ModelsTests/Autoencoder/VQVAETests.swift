import Datasets
import Models
import NN
import Settings
import Tensor
import Testing
import Training

@Suite struct VQVAETests {
  private func model(unsettled: Bool = true) -> VQVAE {
    let model = VQVAE(
      .with {
        ($0.codes, $0.codeSize, $0.width, $0.depth) = (5, 2, 4, 1)
        ($0.priorWidth, $0.priorDepth, $0.priorHeads) = (4, 1, 2)
      }, for: .images(8, 4), using: Random(seed: 1))
    if unsettled { unsettle(model, by: 0.2) }
    return model
  }

  private var images: Tensor { Random(seed: 2).uniform([3, 32], dtype: .float64) }

  /// `vqvae-28`: the encoder and the decoder without the prior.
  @Test func theNetworksHaveTheSizesOfThePaper() {
    let model = VQVAE(.init(), for: .images(28, 28), using: Random(seed: 1))
    #expect(model.encoder.parameterCount + model.decoder.parameterCount == 206_497)
    #expect(model.codebook.codes.shape == [128, 32] && model.places == [7, 7])
  }

  @Test func theFiguresAreThoseOfTheFormula() {
    let model = model()
    model.mode = .inference
    let loss = model.loss(of: Batch(values: images), using: Random(seed: 3))
    let vectors = model.vectors(of: images)
    let chosen = model.codebook(model.codebook.nearest(to: vectors))
    let x = model.decoder(chosen.reshaped(to: [3, 2, 1, 2])).flattened()
    let error = square(0.5 * (x + 1) - images).mean().scalar
    let expected = error / 0.0949 + 0.25 * square(vectors - chosen).mean().scalar
    let nats = -model.logPrior(of: model.indices(of: images)).mean().scalar
    let figures = [expected, error, model.codebook.perplexity(of: model.indices(of: images)), nats]
    #expect(zip(loss.figures, figures).allSatisfy { Swift.abs($0 - $1) < 1e-10 })
    #expect(Swift.abs(loss.total.scalar - expected - nats / 2) < 1e-10)
  }

  /// The prior's probabilities of all 5² code images add up to 1.
  @Test func thePriorIsADistribution() {
    let all = (0..<25).flatMap { [$0 / 5, $0 % 5] }
    let total = exp(model().logPrior(of: all)).sum().scalar
    #expect(Swift.abs(total - 1) < 1e-12)
  }

  /// For fixed codes, the loss is smooth in all parameters except the encoder's.
  @Test func theDecoderAndThePriorHaveTheRightGradients() {
    let model = model()
    model.mode = .inference
    for module in [model.decoder, model.prior] as [any Module] {
      func check(_ module: some Module) -> GradientCheck {
        checkParameters(of: module) { _ in
          model.loss(of: Batch(values: images), using: Random(seed: 1)).total
        }
      }
      let check = check(module)
      #expect(check.passes(), "\(check)")
    }
  }

  /// The encoder's gradient is that of the loss with fixed offsets to the codes, which differences
  /// confirm.
  @Test func theEncoderGetsTheDecodersGradient() {
    let model = model()
    model.mode = .inference
    let chosen = model.codebook(model.indices(of: images))
    let offset = stopGradient(chosen - model.vectors(of: images))
    func fixed() -> Tensor {
      let vectors = model.vectors(of: images)
      let x = model.decoder((vectors + offset).reshaped(to: [3, 2, 1, 2])).flattened()
      return square(x - (2 * images - 1)).mean() / (4 * 0.0949)
        + 0.25 * square(vectors - chosen).mean()
    }
    let check = checkParameters(of: model.encoder) { _ in fixed() }
    #expect(check.passes(), "\(check)")
    let (_, expected) = valueWithGradient(of: model.encoder) { fixed() }
    let (_, found) = valueWithGradient(of: model.encoder) {
      model.loss(of: Batch(values: images), using: Random(seed: 1)).total
    }
    for (a, b) in zip(expected.elements, found.elements) {
      #expect(abs(a.gradient - b.gradient).max().scalar < 1e-10, "\(a.name)")
    }
  }

  @Test func onlyTrainingMovesTheCodes() {
    let model = model()
    let before = model.codebook.codes
    model.mode = .inference
    _ = model.loss(of: Batch(values: images), using: Random(seed: 3))
    #expect(model.codebook.codes == before)
    model.mode = .training
    _ = model.loss(of: Batch(values: images), using: Random(seed: 3))
    #expect(model.codebook.codes != before)
  }

  /// A nearly certain prior: its samples are the images of its likeliest codes.
  @Test func samplesAreThoseOfThePriorsCodes() {
    let model = model()
    let drawn = model.sample(count: 3, temperature: 1e-9, using: Random(seed: 4))
    #expect(drawn.shape == [3, 8, 4, 1])
    #expect(drawn.doubles.allSatisfy { (0...1).contains($0) })
    let all = (0..<25).flatMap { [$0 / 5, $0 % 5] }
    var codes: [Int] = []
    for _ in 0..<2 {
      let shares = exp(model.logPrior(of: all)).doubles
      let first = (0..<5).map { code in shares[5 * code..<5 * code + 5].reduce(0, +) }
      let choices = codes.isEmpty ? first : Array(shares[5 * codes[0]..<5 * codes[0] + 5])
      codes.append(choices.indices.max { choices[$0] < choices[$1] } ?? 0)
    }
    let expected = model.decode(model.codebook(codes).reshaped(to: [1, 4]))
    for row in 0..<3 {
      let found = drawn.sliced(row..<row + 1).reshaped(to: [1, 32])
      #expect(abs(found - expected).max().scalar < 1e-12)
    }
  }

  @Test func aReconstructionIsTheImageOfTheCodes() {
    let model = model()
    let codes = model.encode(images)
    #expect(codes.shape == [3, model.latentSize] && model.latentSize == 4)
    #expect(model.encode(model.reconstruct(images)).shape == codes.shape)
    let loss = model.inInference { model.loss(of: Batch(values: images), using: Random(seed: 1)) }
    // Without the limits of [0, 1] the errors are those of the loss.
    let error = square(model.reconstruct(images) - images).mean().scalar
    #expect(error <= loss.figures[1] + 1e-12)
  }

  @Test func theLossFallsAndTheCodesAreUsed() throws {
    let data = DrawnDigits(trainCount: 64, testCount: 16)
    let model = VQVAE(
      .with {
        ($0.codes, $0.codeSize, $0.width, $0.depth) = (16, 4, 8, 1)
        ($0.priorWidth, $0.priorDepth, $0.priorHeads) = (8, 1, 1)
      }, for: .images(28, 28), using: Random(seed: 1))
    let trainer = LossTrainer(
      model, train: try Batches(data.train, size: 16), test: try Batches(data.test, size: 16),
      learningRate: 0.005, using: Random(seed: 2))
    var losses: [[Double]] = []
    for _ in 0..<6 {
      for batch in trainer.nextEpoch() { _ = trainer.step(batch) }
      losses.append(try trainer.evaluate())
    }
    #expect(losses[5][0] < 0.8 * losses[0][0] && losses[5][1] < losses[0][1], "\(losses)")
    #expect(losses[5][2] > 2 && losses[5][2] <= 16)
  }

  @Test func whatDoesNotSuitIsRefused() {
    #expect(
      throws: UnsuitableSetting("data", "9×8", "expected images whose sides are multiples of 4")
    ) {
      try VQVAE.Configuration().check(for: .images(9, 8))
    }
    let odd = VQVAE.Configuration.with { $0.priorHeads = 3 }
    #expect(
      throws: UnsuitableSetting("prior-heads", 3, "expected a divisor of the prior's width, 64")
    ) { try odd.check(for: .images(8, 8, channels: 3)) }
  }
}
