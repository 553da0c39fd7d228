import Files
import Foundation
import Images
import NN
import Plots
import Synchronization
import Tensor
import TestSupport
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
    checkpointsEvery checkpointInterval: Int = 1, stoppingAfter patience: Int? = nil,
    progress: ProgressBar? = nil,
    isInterrupted: @escaping () -> Bool = { false }
  ) -> TrainingRun {
    TrainingRun(
      folder: folder, epochs: epochs, picturesEvery: interval, stepsLoggedEvery: logInterval,
      checkpointsEvery: checkpointInterval, stoppingAfter: patience,
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
      screen.written[1] == "             train     test                  images/s  time left\n")
    // The clock of the screen stands still, so the run takes no time.
    let row = /epoch  2\/10  4.8000    200.00     48.000    +[\d,]+  0 s\n/
    #expect(try row.wholeMatch(in: screen.written[3]) != nil, "\(screen.written)")
  }

  /// An epoch of five windows of a hundred characters each.
  @Test func theRateCountsWhatIsInAnExample() throws {
    let screen = ProgressBarTests.Screen()
    func rate(unitsPerExample: Int) throws -> Double {
      screen.written = []
      let trainer = ScriptedTrainer()
      trainer.pause = 0.02
      _ = try run(
        epochs: 1,
        progress: screen.progress(
          isTerminal: false, unit: "characters", unitsPerExample: unitsPerExample)
      ).train(trainer)
      #expect(screen.written[1].hasSuffix(" characters/s  time left\n"))
      let row = screen.written[2].replacing(",", with: "").split(separator: " ")
      return try #require(Double(row[5]))
    }
    // Three steps take 60 ms or more, so that five examples are at most 83 a second.
    #expect(try rate(unitsPerExample: 1) < 84)
    let many = try rate(unitsPerExample: 1_000_000)
    #expect(many < 84_000_000 && many > 1_000)
  }

  /// Examples that are not images are drawn; a log such as TensorBoard's receives only the images.
  @Test func picturesMayBeDrawings() throws {
    let log = RecordingLog()
    let trainer = ScriptedTrainer()
    trainer.drawing = Figure(title: "points") { Line([0, 1], [0, 1]) }
    let run = TrainingRun(
      folder: folder, epochs: 2, picturesEvery: 1, events: log,
      progress: ProgressBar(epochs: 2, examplesPerEpoch: 5, isQuiet: true),
      isInterrupted: { false })
    _ = try run.train(trainer)
    #expect(
      try temporary.names(in: "vae-001/points") == ["epoch-001.svg", "epoch-002.svg"])
    let svg = try temporary.text(of: "vae-001/points/epoch-002.svg")
    #expect(svg.hasPrefix("<svg ") && svg.contains("points"))
    #expect(
      log.lines == [
        "3: train_loss 1.8, train_kl 18.0, test_loss 100.0; samples 1×1, reconstructions 1×1",
        "6: train_loss 4.8, train_kl 48.0, test_loss 200.0; samples 1×1, reconstructions 1×1",
      ])
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
    // Interruption is checked after each batch: here in the second epoch, after the second batch.
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

  @Test func anEpochWhoseEvaluationIsInterruptedIsNotComplete() throws {
    let trainer = ScriptedTrainer()
    trainer.interruptedEvaluation = 2
    let outcome = try run(epochs: 3).train(trainer)
    #expect(outcome == .interrupted(epoch: 2, batch: 3))
    #expect(try temporary.text(of: "vae-001/loss.csv").hasSuffix("\n1,3,1.8,18.0,100.0\n"))
    let resumed = ScriptedTrainer()
    resumed.interruptedEvaluation = 1
    let checkpoint = try folder.latestCheckpoint { _ in }
    #expect(
      try run(epochs: 1).train(resumed, from: checkpoint) == .interrupted(epoch: 1, batch: 0))
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

  // MARK: Checkpoints

  /// A run interrupted in its second epoch, after steps that are in the table, and resumed.
  @Test func aResumedRunHasTheSameTables() throws {
    let whole = try RunFolder(in: temporary.path, name: "whole")
    func run(_ folder: RunFolder, _ isInterrupted: @escaping () -> Bool) -> TrainingRun {
      TrainingRun(
        folder: folder, epochs: 4, picturesEvery: 1, stepsLoggedEvery: 2,
        progress: ProgressBar(epochs: 4, examplesPerEpoch: 5, isQuiet: true),
        isInterrupted: isInterrupted)
    }
    let outcome = try run(whole) { false }.train(ScriptedTrainer())
    let first = ScriptedTrainer()
    _ = try run(folder) { first.steps == 5 }.train(first)
    #expect(try temporary.text(of: "vae-001/steps.csv").hasSuffix("\n2,4,4.0,40.0\n"))
    let checkpoint = try folder.latestCheckpoint { _ in }
    #expect(checkpoint?.epoch == 1 && checkpoint?.step == 3)
    let resumed = try run(folder) { false }.train(ScriptedTrainer(), from: checkpoint)
    guard case .completed(4, 4, let expected) = outcome, case .completed(4, 3, expected) = resumed
    else {
      Issue.record("\(outcome) and \(resumed)")
      return
    }
    for name in ["loss.csv", "steps.csv", "checkpoint.safetensors", "samples/epoch-004.pgm"] {
      #expect(
        try temporary.bytes(of: "vae-001/" + name) == temporary.bytes(of: "whole-001/" + name),
        "\(name)")
    }
  }

  @Test(arguments: [(1, 4), (2, 4), (3, 4), (5, 4)])
  func checkpointsComeAtTheIntervalAndAtTheEnd(interval: Int, epoch: Int) throws {
    _ = try run(epochs: 4, checkpointsEvery: interval).train(ScriptedTrainer())
    #expect(try folder.latestCheckpoint { _ in }?.epoch == epoch)
    let before = ["1": 3, "2": 2, "3": 3, "5": nil]["\(interval)"] ?? nil
    let previous = try? Checkpoint(
      path: Checkpoint.previousPath(of: folder.path(of: RunFolder.checkpointName)))
    #expect(previous?.epoch == before)
  }

  // MARK: The best epoch

  @Test func theRunEndsWhenTheTestLossNoLongerFalls() throws {
    let trainer = ScriptedTrainer()
    trainer.testLoss = { [5, 3, 4, 3, 2, 2, 9, 1][$0 - 1] }
    let outcome = try run(epochs: 8, stoppingAfter: 2).train(trainer)
    guard case .completed(4, 4, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    // A resumed run decides in the same way; with more patience it continues, and still has the
    // best epoch.
    let again = ScriptedTrainer()
    again.testLoss = trainer.testLoss
    let checkpoint = try folder.latestCheckpoint { _ in }
    guard
      case .completed(4, 0, _) = try run(epochs: 8, stoppingAfter: 2).train(again, from: checkpoint)
    else {
      Issue.record("the run went on")
      return
    }
    guard
      case .completed(7, 3, _) = try run(epochs: 7, stoppingAfter: 3).train(again, from: checkpoint)
    else {
      Issue.record("the run did not go on")
      return
    }
  }

  @Test func theModelOfTheLastCompleteEpochIsKept() throws {
    let trainer = ScriptedTrainer()
    let layer = Dense(1, 1, using: Random(seed: 0))
    let run = run(
      epochs: 9, checkpointsEvery: 4,
      isInterrupted: {
        // Another weight in each step.
        layer.weight = Tensor([[Double(trainer.steps)]])
        return trainer.steps == 8
      })
    _ = try run.train(trainer, keeping: KeptModel(layer, metadata: ["a": "b"]))
    // Stopped in the third epoch, without a checkpoint yet.
    #expect(try folder.latestCheckpoint { _ in } == nil)
    let file = try SafetensorsFile(path: folder.path(of: RunFolder.modelName))
    let kept = Dense(1, 1, using: Random(seed: 1))
    try kept.load(file)
    #expect(kept.weight == Tensor([[6]]))
    #expect(file.metadata == ["a": "b"])
  }

  @Test func theBestModelIsKept() throws {
    let trainer = ScriptedTrainer()
    trainer.testLoss = { [5, 3, 4, 3][$0 - 1] }
    let layer = Dense(1, 1, using: Random(seed: 0))
    var weights: [Double] = []
    let run = run(
      epochs: 4,
      isInterrupted: {
        // Another weight in each epoch.
        layer.weight = Tensor([[Double((trainer.steps + 2) / 3)]])
        weights.append(layer.weight.doubles[0])
        return false
      })
    _ = try run.train(trainer, keeping: KeptModel(layer, metadata: ["a": "b"]))
    let file = try SafetensorsFile(path: folder.path(of: KeptModel.bestName))
    let best = Dense(1, 1, using: Random(seed: 1))
    try best.load(file)
    #expect(best.weight == Tensor([[2]]) && weights.last == 4)
    #expect(file.metadata["a"] == "b")
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

/// Records its inputs.
private final class RecordingLog: EpochLog {
  private let written = Mutex<[String]>([])
  var lines: [String] { written.withLock { $0 } }

  func add(
    figures: [(name: String, value: Double)], pictures: [(name: String, image: Image)], step: Int
  ) {
    let values = figures.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    let images = pictures.map { "\($0.name) \($0.image.height)×\($0.image.width)" }
    written.withLock { $0.append("\(step): \(values); \(images.joined(separator: ", "))") }
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

  /// The events, in order.
  var calls: [String] = []
  /// Losses of certain steps that differ from the rule.
  var replaced: [Int: Double] = [:]
  /// The epoch during whose evaluation the program is interrupted.
  var interruptedEvaluation: Int?
  var testLoss: (_ epoch: Int) -> Double = { 100 * Double($0) }
  /// The duration of a step, in seconds.
  var pause = 0.0
  /// An additional drawing, if any.
  var drawing: Figure?

  /// Counts steps and epochs, and stores the counts in a checkpoint.
  private final class Counts: Module {
    @Buffer var steps: Tensor = Tensor(0)
    @Buffer var epochs: Tensor = Tensor(0)
    var members: Members { ["steps": $steps, "epochs": $epochs] }
  }

  private let counts = Counts()
  var state: [StatePart] { [.module("counts", counts)] }

  private(set) var steps: Int {
    get { Int(counts.steps.scalar) }
    set { counts.steps = Tensor(newValue) }
  }
  private var epochs: Int {
    get { Int(counts.epochs.scalar) }
    set { counts.epochs = Tensor(newValue) }
  }

  func nextEpoch() -> [Int] {
    calls.append("epoch")
    epochs += 1
    return [2, 2, 1]
  }

  func step(_ count: Int) -> StepResult {
    steps += 1
    calls.append("step \(steps)")
    if pause > 0 { Thread.sleep(forTimeInterval: pause) }
    let loss = replaced[steps] ?? Double(steps)
    return StepResult(count: count, metrics: [loss, 10 * loss])
  }

  func evaluate() throws -> [Double] {
    calls.append("evaluate")
    if epochs == interruptedEvaluation { throw CancellationError() }
    return [testLoss(epochs)]
  }

  func pictures() -> [ModelPictures.Named] {
    calls.append("pictures")
    // The letter A.
    let grid = ImageGrid([65 / 255], imageHeight: 1, imageWidth: 1, columns: 1)
    let letters = ["samples", "reconstructions"].map { name in
      ModelPictures.Named(name: name, contents: "a letter", grid: grid)
    }
    let drawings = drawing.map { figure in
      ModelPictures.Named(
        name: "points", contents: "a line", .figure(Figure.grid([figure], columns: 1)))
    }
    return letters + [drawings].compactMap(\.self)
  }
}
