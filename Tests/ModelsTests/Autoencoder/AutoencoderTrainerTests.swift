import ModelSupport
import Models
import Evaluation
import Datasets
import Images
import NN
import Tensor
import Testing
import Training

/// The trainer on a few rendered digits and a small model.
@Suite struct AutoencoderTrainerTests {
  private static let digits = DrawnDigits(trainCount: 90, testCount: 40)

  private func trainer(
    error: Autoencoder.ReconstructionError = .meanSquaredError, latentSize: Int = 4,
    corruption: Corruption = .none, batchSize: Int = 32, testBatchSize: Int = 40,
    learningRate: LearningRate = 0.005, seed: UInt64 = 3
  ) throws -> LossTrainer<Autoencoder> {
    let random = Random(seed: seed)
    let autoencoder = Autoencoder(
      features: 784, hidden: [24], latent: latentSize, error: error, corruption: corruption,
      shape: [28, 28, 1], random.split())
    return LossTrainer(
      autoencoder, train: try Batches(Self.digits.train, size: batchSize),
      test: try Batches(Self.digits.test, size: testBatchSize), learningRate: learningRate,
      using: random.split())
  }

  /// Trains for some epochs, and returns what the steps reported.
  @discardableResult
  private func train(_ trainer: LossTrainer<Autoencoder>, epochs: Int = 1) -> [StepResult] {
    (0..<epochs).flatMap { _ in trainer.nextEpoch().map { trainer.step($0) } }
  }

  @Test(
    arguments: Autoencoder.ReconstructionError.allCases,
    [Corruption.none, Corruption(.gaussian, level: 0.3), Corruption(.masking, level: 0.25)])
  func theLossFallsOnTrainingAndTestImages(
    error: Autoencoder.ReconstructionError, corruption: Corruption
  ) throws {
    let trainer = try trainer(error: error, corruption: corruption)
    let before = try trainer.evaluate()[0]
    let steps = train(trainer, epochs: 8)
    let (first, last) = (steps[0].metrics[0], steps[steps.count - 1].metrics[0])
    #expect(last < 0.6 * first)
    #expect(try trainer.evaluate()[0] < 0.6 * before)
    #expect(steps.prefix(3).map(\.count) == [32, 32, 26])
  }

  /// The model must see the noisy images, and its target must be the clean ones.
  @Test func aMaskedImageIsRestoredAndNotRepeated() throws {
    let (blind, seeing) = (
      try trainer(corruption: Corruption(.masking, level: 1), learningRate: 0.05), try trainer()
    )
    train(blind, epochs: 40)
    train(seeing, epochs: 40)
    // A model that sees nothing of an image can at best predict the mean image.
    let images = try Batches(Self.digits.test, size: 40).epoch(shuffledBy: nil).map(\.images)[0]
    let mean = try Batches(Self.digits.train, size: 90).epoch(shuffledBy: nil).map(\.images)[0]
      .mean(along: 0)
    let ofTheMean = square(images - mean).mean().scalar
    #expect(try Swift.abs(blind.evaluate()[0] / ofTheMean - 1) < 0.1)
    #expect(try seeing.evaluate()[0] < 0.9 * ofTheMean)
  }

  @Test func evaluatingTwiceGivesTheSameAndLeavesTheTrainingAsItWas() throws {
    let corruption = Corruption(.gaussian, level: 0.2)
    let (evaluated, other) = (
      try trainer(corruption: corruption), try trainer(corruption: corruption)
    )
    let figures = try evaluated.evaluate()
    #expect(try evaluated.evaluate() == figures)
    _ = try comparison(evaluated)
    _ = evaluated.pictures()
    #expect(train(evaluated).map(\.metrics) == train(other).map(\.metrics))
    #expect(try evaluated.evaluate() != figures)
    #expect(try evaluated.evaluate() == other.evaluate())
  }

  @Test(arguments: [1, 7, 39])
  func batchesOfTestImagesAreWeightedByTheirSizes(size: Int) throws {
    let whole = try trainer().evaluate()[0]
    let parts = try trainer(testBatchSize: size).evaluate()[0]
    #expect(abs(parts - whole) < 1e-5 * whole)
  }

  @Test func theComparisonIsWithPrincipalComponentsOfTheTrainingImages() throws {
    let trainer = try trainer(latentSize: 6, batchSize: 7)
    train(trainer)
    let compared = try comparison(trainer)
    #expect(compared.componentCount == 6)
    #expect(try abs(compared.model - trainer.evaluate()[0]) < 1e-6 * compared.model)
    let all = try Batches(Self.digits.train, size: 90).epoch(shuffledBy: nil).map(\.images)
    let test = try Batches(Self.digits.test, size: 40).epoch(shuffledBy: nil).map(\.images)[0]
    let components = PrincipalComponents(of: all, count: 6)
    let error = square(components.reconstruct(test) - test.converted(to: .float64)).mean().scalar
    #expect(abs(compared.principalComponents - error) < 1e-10)
  }

  /// Squared errors are compared, even for a model trained on another error.
  @Test func theComparisonIsOfSquaredErrors() throws {
    let trainer = try trainer(error: .binaryCrossEntropy)
    let images = try Batches(Self.digits.test, size: 40).epoch(shuffledBy: nil).map(\.images)[0]
    let error = square(trainer.model.reconstruct(images) - images).mean().scalar
    #expect(try abs(comparison(trainer).model - error) < 1e-6)
    #expect(try trainer.evaluate()[0] > 0.5)
  }

  @Test func aCodeLargerThanTheImageIsComparedWithAllComponents() throws {
    let images = LabeledImages(
      height: 1, width: 2, pixels: [0, 255, 100, 3, 90, 255], labels: [1, 2, 3])
    let batches = try Batches(images, size: 2)
    let random = Random(seed: 0)
    let trainer = LossTrainer(
      Autoencoder(features: 2, latent: 5, shape: [1, 2, 1], random), train: batches,
      test: batches, using: random)
    let compared = try comparison(trainer)
    #expect(compared.componentCount == 2)
    #expect(compared.principalComponents < 1e-20)
  }

  private func comparison(
    _ trainer: LossTrainer<Autoencoder>
  ) throws -> PrincipalComponentsComparison {
    try PrincipalComponentsComparison(
      trainer.model, train: trainer.train, test: trainer.test, noise: trainer.evaluationRandom)
  }

  // MARK: Seeds

  @Test func theSameSeedGivesTheSameTraining() throws {
    let corruption = Corruption(.masking, level: 0.25)
    let trainers = try (0..<2).map { _ in try trainer(corruption: corruption) }
    let steps = trainers.map { train($0, epochs: 2).map(\.metrics) }
    #expect(steps[0] == steps[1])
    #expect(trainers[0].pictures()[0].grid == trainers[1].pictures()[0].grid)
    let other = try trainer(corruption: corruption, seed: 4)
    #expect(train(other, epochs: 2).map(\.metrics) != steps[0])
  }

  // MARK: Pictures

  @Test func originalsStandBesideTheirReconstructions() throws {
    let trainer = try trainer()
    let pictures = trainer.pictures()
    #expect(pictures.map(\.name) == ["reconstructions"])
    // Forty pairs in five columns, two pixels inside a pair and six between.
    let grid = pictures[0].grid
    #expect((grid.width, grid.height) == (5 * 58 + 4 * 6, 8 * 30 - 2))
    #expect(grid.image(left: 0, top: 0) == Array(Self.digits.test.pixels[..<784]))
    train(trainer)
    let after = trainer.pictures()[0].grid
    #expect(after.image(left: 0, top: 0) == grid.image(left: 0, top: 0))
    #expect(after.image(left: 30, top: 0) != grid.image(left: 30, top: 0))
  }

  @Test func aDenoisingModelsPicturesShowWhatItSees() throws {
    let trainer = try trainer(corruption: Corruption(.masking, level: 0.5))
    let grid = trainer.pictures()[0].grid
    // Thirty groups of three in five columns.
    #expect((grid.width, grid.height) == (5 * 88 + 4 * 6, 6 * 30 - 2))
    let original = grid.image(left: 0, top: 0)
    let noisy = grid.image(left: 30, top: 0)
    #expect(original == Array(Self.digits.test.pixels[..<784]))
    #expect(noisy != original)
    #expect(zip(noisy, original).allSatisfy { $0 == 0 || $0 == $1 })
    #expect(grid.image(left: 60, top: 0) != noisy)
    #expect(trainer.pictures()[0].grid == grid)
  }
}

extension ImageGrid {
  /// The 28×28 pixels with this upper left corner.
  fileprivate func image(left: Int, top: Int) -> [UInt8] {
    (0..<784).map { pixels[(top + $0 / 28) * width + left + $0 % 28] }
  }
}
