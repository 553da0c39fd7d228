import ModelSupport
import Models
import Datasets
import Images
import NN
import Tensor
import Testing
import Training

import Trainers

@Suite struct ClassifierTrainerTests {
  private func trainer(
    _ architecture: Classifier.Architecture = .conv, _ data: Bars = Bars(), batchSize: Int = 16,
    learningRate: LearningRate = 0.001, seed: UInt64 = 1
  ) throws -> ClassifierTrainer {
    let random = Random(seed: seed)
    let classifier = Classifier(
      architecture, height: data.test.height, width: data.test.width, random.split())
    return ClassifierTrainer(
      classifier, train: try Batches(data.train, size: batchSize),
      test: try Batches(data.test, size: 8), learningRate: learningRate, using: random.split())
  }

  @Test(arguments: Classifier.Architecture.allCases)
  func everyParameterMovesInOneStep(_ architecture: Classifier.Architecture) throws {
    let trainer = try trainer(architecture)
    let before = trainer.classifier.parameters.map(\.parameter.wrappedValue)
    _ = trainer.step(try #require(trainer.nextEpoch().first { _ in true }))
    for (old, (name, parameter)) in zip(before, trainer.classifier.parameters) {
      #expect(old != parameter.wrappedValue && parameter.wrappedValue.isFinite, "\(name)")
    }
  }

  @Test(arguments: Classifier.Architecture.allCases)
  func whatIsLearnedHoldsForOtherImages(_ architecture: Classifier.Architecture) throws {
    let trainer = try trainer(architecture)
    let before = try trainer.evaluate()
    var steps: [StepResult] = []
    for _ in 0..<12 { steps += trainer.nextEpoch().map { trainer.step($0) } }
    let after = try trainer.evaluate()
    #expect(after[0] < 0.5 * before[0] && after[1] > 0.8 && before[1] < 0.5)
    #expect(steps.suffix(4).allSatisfy { $0.metrics[0] < steps[0].metrics[0] })
    #expect(steps.map(\.count).prefix(4) == [16, 16, 16, 12])
  }

  /// Compared with the logits themselves, one image at a time, for batches of unequal size.
  @Test func theEvaluationCountsTheMistakesAndNamesThem() throws {
    let data = Bars(testCount: 30)
    let trainer = try trainer(.dense, data)
    let figures = try trainer.evaluate()
    let x = Tensor(bytes: data.test.pixels, rows: 0..<30, rowLength: 80)
    let logits = trainer.classifier.logits(of: x)
    var expected: [ClassifierTrainer.Mistake] = []
    var loss = 0.0
    for (index, label) in data.test.labels.map(Int.init).enumerated() {
      let row = softmax(logits.sliced(index..<index + 1)).doubles
      loss -= log(Tensor(row[label], dtype: .float64)).scalar / 30
      let prediction = row.indices.max { row[$0] < row[$1] } ?? 0
      if prediction != label {
        expected.append(
          .init(index: index, label: label, prediction: prediction, probability: row[prediction]))
      }
    }
    #expect(expected.count > 10)
    #expect(trainer.mistakes.map(\.index) == expected.map(\.index))
    #expect(trainer.mistakes.map(\.label) == expected.map(\.label))
    #expect(trainer.mistakes.map(\.prediction) == expected.map(\.prediction))
    for (found, known) in zip(trainer.mistakes, expected) {
      #expect(abs(found.probability - known.probability) < 1e-6)
    }
    #expect(figures[1] == Double(30 - expected.count) / 30)
    #expect(abs(figures[0] - loss) < 1e-5)
  }

  @Test func thePicturesAreTheFirstHundredMistakes() throws {
    let data = Bars(testCount: 300)
    let trainer = try trainer(.dense, data)
    #expect(trainer.pictures().isEmpty, "nothing is known before an evaluation")
    _ = try trainer.evaluate()
    let wrong = trainer.mistakes.map(\.index)
    try #require(wrong.count > 100)
    let picture = try #require(trainer.pictures().first)
    #expect(picture.name == "mistakes")
    let images = wrong.prefix(100).flatMap { data.test.pixels[$0 * 80..<($0 + 1) * 80] }
    let grid = ImageGrid(
      images.map { Float($0) / 255 }, imageHeight: 8, imageWidth: 10, columns: 10)
    #expect(picture.grid == grid)
  }

  /// Dropout is active in training, even after an evaluation, and not in an evaluation.
  @Test func theModeIsThatOfTheStage() throws {
    let trainer = try trainer()
    _ = trainer.nextEpoch()
    #expect(trainer.classifier.mode == .training)
    let figures = try trainer.evaluate()
    #expect(trainer.classifier.mode == .inference)
    #expect(try trainer.evaluate() == figures)
    _ = trainer.nextEpoch()
    #expect(trainer.classifier.mode == .training)
  }

  @Test func theSameSeedGivesTheSameRunAndAnotherAnother() throws {
    func figures(seed: UInt64) throws -> [[Double]] {
      let trainer = try trainer(seed: seed)
      let steps = trainer.nextEpoch().map { trainer.step($0).metrics }
      return try steps + [trainer.evaluate()]
    }
    let first = try figures(seed: 1)
    #expect(try figures(seed: 1) == first)
    #expect(try figures(seed: 2) != first)
  }
}
