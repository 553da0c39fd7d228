import Datasets
import Images
import NN
import Tensor
import Testing
import Training

@testable import Evaluation
import ModelSupport
import Models

/// The trainer on a few rendered digits and a small model.
@Suite struct VAETrainerTests {
  private static let digits = DrawnDigits(trainCount: 90, testCount: 30)

  private func trainer(
    pixels: VAE.PixelDistribution = .bernoulli, latentSize: Int = 4, batchSize: Int = 32,
    testBatchSize: Int = 30, binarization: Binarization = .none, learningRate: LearningRate = 0.002,
    beta: Double = 1, samplesPerImage: Int = 1, seed: UInt64 = 3
  ) throws -> LossTrainer<VAE> {
    let random = Random(seed: seed)
    let vae = VAE(
      features: 784, hidden: [24], latent: latentSize, pixels: pixels, beta: beta,
      samplesPerImage: samplesPerImage, shape: [28, 28, 1], random.split())
    return LossTrainer(
      vae, train: try Batches(Self.digits.train, size: batchSize, binarization: binarization),
      test: try Batches(Self.digits.test, size: testBatchSize, binarization: binarization),
      learningRate: learningRate, using: random.split())
  }

  private func values(of vae: VAE) -> [(name: String, scalars: [Float])] {
    vae.parameters.map { ($0.name, $0.parameter.wrappedValue.scalars) }
  }

  /// Trains for some epochs, and returns what the steps reported.
  @discardableResult
  private func train(_ trainer: LossTrainer<VAE>, epochs: Int = 1) -> [StepResult] {
    (0..<epochs).flatMap { _ in trainer.nextEpoch().map { trainer.step($0) } }
  }

  // MARK: Steps

  @Test(arguments: VAE.PixelDistribution.allCases)
  func everyParameterMovesInOneStep(pixels: VAE.PixelDistribution) throws {
    let trainer = try trainer(pixels: pixels)
    let before = values(of: trainer.model)
    let batch = try #require(trainer.nextEpoch().first { _ in true })
    _ = trainer.step(batch)
    let after = values(of: trainer.model)
    #expect(before.count == (pixels == .gaussian ? 9 : 8))
    for (old, new) in zip(before, after) {
      #expect(old.scalars != new.scalars, "\(old.name)")
      #expect(new.scalars.allSatisfy { $0.isFinite }, "\(new.name)")
    }
  }

  @Test func theLossFallsWithConvolutionsToo() throws {
    let digits = DrawnDigits(trainCount: 48, testCount: 8)
    let random = Random(seed: 3)
    let vae = VAE(height: 28, width: 28, latent: 4, random.split())
    let trainer = LossTrainer(
      vae, train: try Batches(digits.train, size: 16), test: try Batches(digits.test, size: 8),
      learningRate: 0.003, using: random.split())
    let before = (values: values(of: vae), loss: try trainer.evaluate()[0])
    train(trainer, epochs: 3)
    #expect(try trainer.evaluate()[0] < before.loss - 100)
    for (old, new) in zip(before.values, values(of: vae)) {
      #expect(old.scalars != new.scalars, "\(old.name)")
    }
    #expect(trainer.pictures()[1].grid.image(left: 0, top: 0) == Array(digits.test.pixels[..<784]))
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func theLossFallsOnTrainingAndTestImages(pixels: VAE.PixelDistribution) throws {
    let trainer = try trainer(pixels: pixels, learningRate: 0.005)
    let before = try trainer.evaluate()[0]
    let steps = train(trainer, epochs: 8)
    let (first, last) = (steps[0].metrics[0], steps[steps.count - 1].metrics[0])
    #expect(last < first - 50)
    #expect(try trainer.evaluate()[0] < before - 50)
  }

  @Test(arguments: [0.0, 1, 4])
  func theLossIsTheReconstructionPlusBetaTimesTheDivergence(beta: Double) throws {
    let trainer = try trainer(beta: beta)
    for figures in try train(trainer).map(\.metrics) + [trainer.evaluate()] {
      #expect(figures.count == 3)
      #expect(abs(figures[0] - (figures[1] + beta * figures[2])) < 1e-5 * abs(figures[0]))
      #expect(figures[2] > 0)
    }
  }

  @Test func aFallingRateEndsWithTheLastEpoch() throws {
    let trainer = try trainer(learningRate: LearningRate(0.002, .cosine, epochs: 2))
    train(trainer, epochs: 2)
    let trained = values(of: trainer.model).map(\.scalars)
    train(trainer)
    #expect(values(of: trainer.model).map(\.scalars) == trained)
  }

  @Test func anEpochHasEveryImageOnceInANewOrder() throws {
    let trainer = try trainer()
    let epochs = (0..<2).map { _ in trainer.nextEpoch().map(\.images) }
    #expect(epochs[0].map { $0.shape[0] } == [32, 32, 26])
    let images = epochs.map { Tensor.concatenated($0).scalars.chunks(of: 784) }
    #expect(images[0] != images[1])
    #expect(Set(images[0]) == Set(images[1]))
    #expect(Set(images[0]).count == 90)
    #expect(train(trainer).map(\.count) == [32, 32, 26])
  }

  @Test func theDivergenceIsHeldDownByBeta() throws {
    let divergences = try [0, 8].map { beta in
      let trainer = try trainer(learningRate: 0.005, beta: beta)
      train(trainer, epochs: 6)
      return try trainer.evaluate()[2]
    }
    #expect(divergences[1] < 0.5 * divergences[0])
  }

  @Test func moreSamplesForAnImageMakeTheLossLessNoisy() throws {
    let spreads = try [1, 16].map { count in
      let trainer = try trainer(
        latentSize: 2, batchSize: 1, learningRate: 1e-9, samplesPerImage: count)
      let image = try #require(trainer.nextEpoch().first { _ in true })
      let losses = (0..<40).map { _ in trainer.step(image).metrics[1] }
      let mean = losses.reduce(0, +) / 40
      return losses.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 39
    }
    // A sixteenth of the variance; 40 losses each determine it to about a factor of two.
    #expect(spreads[1] < spreads[0] / 5)
    #expect(spreads[1] > spreads[0] / 50)
  }

  // MARK: Evaluation

  @Test(arguments: Binarization.allCases)
  func evaluatingTwiceGivesTheSameAndLeavesTheTrainingAsItWas(binarization: Binarization) throws {
    let (evaluated, other) = (
      try trainer(binarization: binarization), try trainer(binarization: binarization)
    )
    let figures = try evaluated.evaluate()
    #expect(try evaluated.evaluate() == figures)
    _ = logLikelihood(
      of: evaluated.test, by: evaluated.model, sampleCount: 2, using: evaluated.evaluationRandom)
    _ = evaluated.pictures()
    #expect(train(evaluated).map(\.metrics) == train(other).map(\.metrics))
    #expect(try evaluated.evaluate() != figures)
    #expect(try evaluated.evaluate() == other.evaluate())
  }

  /// The divergence has a closed form, so it must not depend on the batches at all.
  @Test(arguments: [1, 7, 29])
  func batchesOfTestImagesAreWeightedByTheirSizes(size: Int) throws {
    let whole = try trainer().evaluate()[2]
    let parts = try trainer(testBatchSize: size).evaluate()[2]
    #expect(abs(parts - whole) < 1e-5 * whole)
  }

  @Test(arguments: VAE.PixelDistribution.allCases)
  func theImportanceWeightedEstimateRisesFromTheBound(pixels: VAE.PixelDistribution) throws {
    let trainer = try trainer(pixels: pixels, learningRate: 0.005)
    train(trainer, epochs: 12)
    let bound = try -trainer.evaluate()[0]
    let estimates = try [1, 10, 100].map { count in
      try #require(
        logLikelihood(
          of: trainer.test, by: trainer.model, sampleCount: count,
          using: trainer.evaluationRandom))
    }
    // With one sample it is the bound, except that the divergence is estimated here.
    #expect(abs(estimates[0] - bound) < 3)
    #expect(estimates[1] > estimates[0])
    #expect(estimates[2] > estimates[1])
  }

  @Test func anInterruptedEstimateIsNone() throws {
    var batches = 0
    let trainer = try trainer(testBatchSize: 10)
    let estimate = logLikelihood(
      of: trainer.test, by: trainer.model, sampleCount: 1, using: trainer.evaluationRandom
    ) {
      batches += 1
      return batches == 2
    }
    #expect(estimate == nil)
    #expect(batches == 2)
  }

  /// The interruption is checked after every code, so it takes effect even within a batch that
  /// takes minutes.
  @Test func anEstimateIsInterruptedWithinABatch() throws {
    var codes = 0
    let trainer = try trainer()
    let estimate = logLikelihood(
      of: trainer.test, by: trainer.model, sampleCount: 1_000_000, using: trainer.evaluationRandom
    ) {
      codes += 1
      return codes == 3
    }
    #expect(estimate == nil)
    #expect(codes == 3)
  }

  // MARK: Seeds

  @Test func theSameSeedGivesTheSameTraining() throws {
    let trainers = try (0..<2).map { _ in
      try trainer(binarization: .stochastic, samplesPerImage: 2)
    }
    let steps = trainers.map { train($0, epochs: 2).map(\.metrics) }
    #expect(steps[0] == steps[1])
    #expect(trainers[0].pictures()[0].grid == trainers[1].pictures()[0].grid)
    for (a, b) in zip(values(of: trainers[0].model), values(of: trainers[1].model)) {
      #expect(a.scalars == b.scalars, "\(a.name)")
    }
    let other = try trainer(binarization: .stochastic, samplesPerImage: 2, seed: 4)
    #expect(train(other, epochs: 2).map(\.metrics) != steps[0])
  }

  // MARK: Pictures

  @Test func thePicturesAreSamplesAndReconstructions() throws {
    let trainer = try trainer()
    let pictures = trainer.pictures()
    #expect(pictures.map(\.name) == ["samples", "reconstructions"])
    // Ten by ten, two pixels between; thirty pairs in five columns, six pixels between pairs.
    #expect((pictures[0].grid.width, pictures[0].grid.height) == (298, 298))
    #expect((pictures[1].grid.width, pictures[1].grid.height) == (5 * 58 + 4 * 6, 6 * 30 - 2))
    // The codes are always the same, so an unchanged model gives the same picture.
    #expect(trainer.pictures()[0].grid == pictures[0].grid)
    train(trainer)
    #expect(trainer.pictures()[0].grid != pictures[0].grid)
  }

  @Test func anInterpolationBeginsAndEndsWithReconstructions() throws {
    let trainer = try trainer()
    train(trainer, epochs: 3)
    let lines = trainer.finalPictures()[0].grid
    #expect((lines.width, lines.height) == (298, 10 * 30 - 2))
    let pairs = trainer.pictures()[1].grid
    // The reconstruction of the first test image is to the right of the original.
    let reconstruction = pairs.image(left: 30, top: 0)
    #expect(lines.image(left: 0, top: 0).isWithinRounding(of: reconstruction))
    // The last of the first line is the twentieth test image: the fifth pair of the fourth line.
    let twentieth = pairs.image(left: 4 * 64 + 30, top: 3 * 30)
    #expect(lines.image(left: 270, top: 0).isWithinRounding(of: twentieth))
    #expect(!twentieth.isWithinRounding(of: reconstruction))
  }

  @Test func aMapOfTheCodesNeedsTwoDimensions() throws {
    #expect(try trainer(latentSize: 3).finalPictures().map(\.name) == ["interpolations"])
    let pictures = try trainer(latentSize: 2).finalPictures()
    #expect(pictures.map(\.name) == ["interpolations", "manifold"])
    let map = pictures[1].grid
    #expect((map.width, map.height) == (20 * 30 - 2, 20 * 30 - 2))
  }
}

extension ImageGrid {
  /// The 28×28 pixels with this upper left corner.
  fileprivate func image(left: Int, top: Int) -> [UInt8] {
    (0..<784).map { pixels[(top + $0 / 28) * width + left + $0 % 28] }
  }
}

extension [UInt8] {
  /// Whether no two pixels differ by more than one grey level.
  ///
  /// Products of different sizes sum in different orders.
  fileprivate func isWithinRounding(of other: [UInt8]) -> Bool {
    zip(self, other).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
  }
}

extension [Float] {
  fileprivate func chunks(of length: Int) -> [[Float]] {
    stride(from: 0, to: count, by: length).map { Array(self[$0..<$0 + length]) }
  }
}
