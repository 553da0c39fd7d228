import Files
import Foundation
import Images
import NN
import Testing

@testable import Training

/// The loop that all trainers share, around a trainer whose figures are known beforehand.
@Suite struct TrainingRunTests {
  let temporary: TemporaryFolder
  let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "vae")
  }

  private func run(
    epochs: Int, picturesEvery interval: Int = 1, stepsLoggedEvery logInterval: Int? = nil,
    progress: ProgressBar? = nil,
    isInterrupted: @escaping () -> Bool = { false }
  ) -> TrainingRun {
    TrainingRun(
      folder: folder, epochs: epochs, picturesEvery: interval, stepsLoggedEvery: logInterval,
      progress: progress ?? ProgressBar(epochs: epochs, examplesPerEpoch: 5, isQuiet: true),
      isInterrupted: isInterrupted)
  }

  @Test func theTableHasMeansWeightedByTheSizeOfTheBatches() throws {
    let outcome = try run(epochs: 2).train(ScriptedTrainer())
    // Batches of 2, 2 and 1 with losses 1, 2 and 3, and 4, 5 and 6: 9 / 5 and 24 / 5.
    #expect(
      try temporary.text(of: "vae-001/loss.csv") == """
        epoch,step,train_loss,train_kl,test_loss
        1,3,1.8,18.0,100.0
        2,6,4.8,48.0,200.0

        """)
    #expect(
      outcome
        == .completed(epoch: 2, count: 2, ["train_loss": 4.8, "train_kl": 48, "test_loss": 200]))
  }

  @Test func theTrainerIsEvaluatedOnceAnEpochAfterItsSteps() throws {
    let trainer = ScriptedTrainer()
    _ = try run(epochs: 2).train(trainer)
    #expect(
      trainer.calls == [
        "epoch", "step 1", "step 2", "step 3", "evaluate", "pictures",
        "epoch", "step 4", "step 5", "step 6", "evaluate", "pictures",
      ])
  }

  @Test(arguments: [
    (5, 1, ["001", "002", "003", "004", "005"]), (5, 2, ["002", "004", "005"]),
    (4, 2, ["002", "004"]),
    (2, 10, ["002"]),
  ])
  func picturesComeAtTheIntervalAndAtTheEnd(
    epochs: Int, interval: Int, numbers: [String]
  ) throws {
    _ = try run(epochs: epochs, picturesEvery: interval).train(ScriptedTrainer())
    for name in ["samples", "reconstructions"] {
      #expect(
        try temporary.names(in: "vae-001/" + name)
          == numbers.flatMap { ["epoch-\($0).pgm", "epoch-\($0).png"] })
    }
    #expect(try temporary.text(of: "vae-001/samples/epoch-002.pgm") == "P5\n1 1\n255\nA")
  }

  @Test func thePrintedLinesHaveTheFiguresOfTheEpochs() throws {
    let screen = ProgressBarTests.Screen()
    _ = try run(epochs: 10, progress: screen.progress(isTerminal: false))
      .train(ScriptedTrainer())
    #expect(screen.written.count == 12)
    #expect(screen.written[0] == "             loss                 KL\n")
    #expect(
      screen.written[1] == "             train     test       train      images/s  time left\n")
    // The clock of the screen stands still, so the run takes no time.
    let row = /epoch  2\/10  4.8000    200.00     48.000    +[\d,]+  0 s\n/
    #expect(try row.wholeMatch(in: screen.written[3]) != nil, "\(screen.written)")
  }

  @Test func theBestTestLossSoFarIsMarked() throws {
    let trainer = ScriptedTrainer()
    trainer.testLoss = { [7, 5, 6, 5, 4][$0 - 1] }
    let screen = ProgressBarTests.Screen()
    _ = try run(epochs: 5, progress: screen.progress(isTerminal: false)).train(trainer)
    #expect(
      screen.written.dropFirst(2).map { $0.contains("000* ") } == [true, true, false, false, true])
  }

  @Test func anInterruptedRunKeepsItsCompleteEpochs() throws {
    let trainer = ScriptedTrainer()
    // Asked after each batch: in the second epoch, after the second one.
    let outcome = try run(epochs: 3, isInterrupted: { trainer.steps == 5 }).train(trainer)
    #expect(outcome == .interrupted(epoch: 2, batch: 2))
    #expect(trainer.calls.last == "step 5")
    #expect(
      try temporary.text(of: "vae-001/loss.csv") == """
        epoch,step,train_loss,train_kl,test_loss
        1,3,1.8,18.0,100.0

        """)
    #expect(try temporary.names(in: "vae-001/samples") == ["epoch-001.pgm", "epoch-001.png"])
  }

  // MARK: Single steps

  @Test func thereIsNoTableOfStepsThatNobodyAskedFor() throws {
    _ = try run(epochs: 1).train(ScriptedTrainer())
    #expect(!(try temporary.names(in: "vae-001").contains("steps.csv")))
  }

  @Test(arguments: [
    (
      1,
      [
        "1,1,1.0,10.0", "1,2,2.0,20.0", "1,3,3.0,30.0", "2,4,4.0,40.0", "2,5,5.0,50.0",
        "2,6,6.0,60.0",
      ]
    ),
    (2, ["1,2,2.0,20.0", "2,4,4.0,40.0", "2,6,6.0,60.0"]), (4, ["2,4,4.0,40.0"]), (7, []),
  ])
  func everySoManyStepsHaveARowOfTheirOwn(interval: Int, rows: [String]) throws {
    _ = try run(epochs: 2, stepsLoggedEvery: interval).train(ScriptedTrainer())
    let lines = ["epoch,step,train_loss,train_kl"] + rows
    #expect(
      try temporary.text(of: "vae-001/steps.csv") == lines.joined(separator: "\n") + "\n")
  }

  @Test func theTableOfStepsCanBeWatched() throws {
    var log = try StepLog(in: folder, columns: ["x"], interval: 1)
    var waits: [Int] = []
    for step in 1...1000 {
      try log.add([Double(step)], epoch: 1, step: step)
      let text = try temporary.text(of: "vae-001/steps.csv")
      waits.append(step + 1 - text.split(separator: "\n").count)
    }
    #expect(waits.prefix(16).allSatisfy { $0 == 0 })
    #expect(waits.enumerated().allSatisfy { $0.element <= 1 + $0.offset / 16 })
    #expect(waits.contains { $0 > 40 })
    try log.writeWaiting()
    #expect(try temporary.text(of: "vae-001/steps.csv").hasSuffix("\n1,1000,1000.0\n"))
  }

  @Test func theStepsBeforeAnInterruptionAreInTheTable() throws {
    let trainer = ScriptedTrainer()
    _ = try run(epochs: 3, stepsLoggedEvery: 1, isInterrupted: { trainer.steps == 5 })
      .train(trainer)
    #expect(try temporary.text(of: "vae-001/steps.csv").hasSuffix("\n2,5,5.0,50.0\n"))
  }

  @Test func theStepsBeforeADivergenceAreInTheTable() throws {
    let trainer = ScriptedTrainer()
    trainer.replaced = [5: .nan]
    #expect(throws: TrainingError.self) { try run(epochs: 3, stepsLoggedEvery: 1).train(trainer) }
    #expect(try temporary.text(of: "vae-001/steps.csv").hasSuffix("\n2,4,4.0,40.0\n"))
  }

  // MARK: Figures that are not finite

  @Test(arguments: [Double.infinity, -.infinity])
  func aStepWithoutAFiniteFigureEndsTheRunAndIsNamed(value: Double) throws {
    let trainer = ScriptedTrainer()
    trainer.replaced = [5: value]
    let expected = TrainingError.notFinite(
      metric: "train_loss", value: value, epoch: 2, batch: 2)
    #expect(throws: expected) { try run(epochs: 3).train(trainer) }
    #expect(trainer.calls.last == "step 5")
    #expect(try temporary.text(of: "vae-001/loss.csv").hasSuffix("\n1,3,1.8,18.0,100.0\n"))
    #expect(try temporary.names(in: "vae-001/samples") == ["epoch-001.pgm", "epoch-001.png"])
  }

  @Test func whatIsNotANumberHasNoSign() throws {
    let trainer = ScriptedTrainer()
    trainer.replaced = [3: -Double.nan]
    let error = #expect(throws: TrainingError.self) { try run(epochs: 3).train(trainer) }
    #expect(
      error?.description == "train_loss is nan in epoch 1, batch 3: expected a finite number; "
        + "a smaller --learning-rate may help")
  }

  @Test func anEvaluationWithoutAFiniteFigureEndsTheRunAndIsNamed() throws {
    let trainer = ScriptedTrainer()
    trainer.testLoss = { $0 == 2 ? .infinity : 7 }
    let error = #expect(throws: TrainingError.self) { try run(epochs: 3).train(trainer) }
    #expect(
      error?.description == "test_loss is inf after epoch 2: expected a finite number; "
        + "a smaller --learning-rate may help")
    #expect(try temporary.text(of: "vae-001/loss.csv").hasSuffix("\n1,3,1.8,18.0,7.0\n"))
  }

  @Test func aTableThatCannotBeWrittenEndsTheRun() throws {
    try FileManager.default.removeItem(atPath: folder.path)
    #expect(throws: OutputError.self) { try run(epochs: 1).train(ScriptedTrainer()) }
  }
}

/// A trainer of three batches an epoch: the loss of a step is its number, the divergence ten times
/// that, the loss of an evaluation a hundred times the number of the epoch.
private final class ScriptedTrainer: Trainer {
  let trainingColumns = ["train_loss", "train_kl"]
  let testColumns = ["test_loss"]
  let charts = [
    Chart("loss", unit: "nats", columns: ["train_loss", "test_loss"]),
    Chart("KL", unit: "nats", columns: ["train_kl"]),
  ]
  let examplesPerEpoch = 5

  /// What happened, in order.
  var calls: [String] = []
  /// Losses of certain steps that differ from the rule.
  var replaced: [Int: Double] = [:]
  var testLoss: (_ epoch: Int) -> Double = { 100 * Double($0) }

  var steps = 0
  private var epochs = 0

  let state: [StatePart] = []

  func nextEpoch() -> [Int] {
    calls.append("epoch")
    epochs += 1
    return [2, 2, 1]
  }

  func step(_ count: Int) -> StepResult {
    steps += 1
    calls.append("step \(steps)")
    let loss = replaced[steps] ?? Double(steps)
    return StepResult(count: count, metrics: [loss, 10 * loss])
  }

  func evaluate() -> [Double] {
    calls.append("evaluate")
    return [testLoss(epochs)]
  }

  func pictures() -> [(name: String, grid: ImageGrid)] {
    calls.append("pictures")
    // The letter A.
    let grid = ImageGrid([65 / 255], imageHeight: 1, imageWidth: 1, columns: 1)
    return [("samples", grid), ("reconstructions", grid)]
  }
}
