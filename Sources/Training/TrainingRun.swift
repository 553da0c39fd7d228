import CommandLine
import Images
import NN
import Tensor

/// The loop that all trainers share: epochs, averages, `loss.csv`, `steps.csv`, pictures,
/// checkpoints, progress.
///
/// An epoch's files are written while the next one trains. The epoch is complete, and its line
/// printed, when all of them are on disk.
///
/// ```swift
/// let run = TrainingRun(folder: folder, epochs: 30, picturesEvery: 1, progress: progress)
/// let outcome = try run.train(trainer)
/// ```
public struct TrainingRun {
  /// The way a run ended.
  public enum Outcome: Equatable, Sendable {
    /// The run is complete: the last epoch, the number of epochs trained in this process, and the
    /// figures of `loss.csv`'s last row by column.
    case completed(epoch: Int, count: Int, [String: Double])
    /// The run was asked to end, in this epoch after this batch, or in the evaluation after it;
    /// complete epochs are on disk.
    case interrupted(epoch: Int, batch: Int)
  }

  private let folder: RunFolder
  private let epochs: Int
  private let pictureInterval: Int
  private let logInterval: Int?
  private let events: (any EpochLog)?
  private let checkpointInterval: Int
  private let patience: Int?
  private let information: [String: String]
  private let checksFinite: Bool
  private let progress: ProgressBar
  private let showPictures: ([ModelPictures.Named]) -> Void
  private let isInterrupted: () -> Bool
  private let processes: Processes

  /// Creates a loop.
  ///
  /// - Parameters:
  ///   - folder: The folder for the tables and pictures.
  ///   - epochs: The number of passes over the training examples.
  ///   - pictureInterval: The number of epochs between pictures; the last epoch also has one.
  ///   - logInterval: The number of steps between rows of `steps.csv`, the table of figures by
  ///     step; nil for none.
  ///   - events: A further destination for figures and pictures, such as a file for TensorBoard.
  ///   - checkpointInterval: The number of epochs between checkpoints; the last epoch also has one.
  ///   - patience: The number of epochs without a lower test loss after which the run ends; nil for
  ///     never.
  ///   - checksFinite: Whether to look for the first value in a step that is not finite.
  ///   - information: Texts about the run for its checkpoints, by name.
  ///   - progress: Shows the progress of the run.
  ///   - showPictures: Receives the pictures of each epoch that has some.
  ///   - processes: The processes that train together, of which this is the first.
  ///   - isInterrupted: Called after every batch; by default, whether any process was asked to end.
  public init(
    folder: RunFolder, epochs: Int, picturesEvery pictureInterval: Int,
    stepsLoggedEvery logInterval: Int? = nil, checkpointsEvery checkpointInterval: Int = 1,
    stoppingAfter patience: Int? = nil, checkingFinite checksFinite: Bool = false,
    information: [String: String] = [:],
    events: (any EpochLog)? = nil, progress: ProgressBar, processes: Processes = .alone,
    showingPictures showPictures: @escaping ([ModelPictures.Named]) -> Void = { _ in },
    isInterrupted: (() -> Bool)? = nil
  ) {
    self.folder = folder
    self.epochs = epochs
    self.pictureInterval = pictureInterval
    self.logInterval = logInterval
    self.events = events
    self.checkpointInterval = checkpointInterval
    self.patience = patience
    self.information = information
    self.checksFinite = checksFinite
    self.progress = progress
    self.showPictures = showPictures
    self.processes = processes
    self.isInterrupted = isInterrupted ?? processes.isEndRequested
  }

  /// Trains for all epochs.
  ///
  /// - Parameters:
  ///   - trainer: The trainer.
  ///   - checkpoint: The checkpoint to resume from; nil for a new run. It is evaluated once and not
  ///     kept.
  ///   - model: The model saved in `model.safetensors` after each epoch, and in `best.safetensors`
  ///     after each with the lowest test loss so far; nil for no such files.
  /// - Throws: `TrainingError` for a figure that is not finite, `OutputError` for a file that
  ///   cannot be written, and the errors of the checkpoint. Files completed before stay.
  public func train(
    _ trainer: some Trainer, from checkpoint: @autoclosure () throws -> Checkpoint? = nil,
    keeping model: KeptModel? = nil
  ) throws -> Outcome {
    let columns = ["epoch", "step"] + trainer.trainingColumns + trainer.testColumns
    precondition(
      Set(trainer.charts.flatMap(\.columns)) == Set(columns.dropFirst(2)),
      "TrainingRun: expected charts of the columns \(columns.dropFirst(2)), found \(trainer.charts)"
    )
    let writer = BackgroundWriter()
    var state = try State(
      trainer, columns, folder, logInterval, try checkpoint(), reporting: progress.printLine)
    _ = processes.share(
      trainer.state, [Double(state.epoch), Double(state.best.epoch ?? 0), state.best.loss])
    let first = state.epoch
    if isLast(state.epoch, state.best) {
      // For anything that a trainer keeps from its last evaluation.
      guard try evaluation(of: trainer) != nil else {
        return .interrupted(epoch: state.epoch, batch: 0)
      }
      return .completed(epoch: state.epoch, count: 0, state.figures)
    }
    let lines = EpochTable(charts: trainer.charts, epochs: epochs, unit: progress.unit)
    for line in lines.heading { progress.printLine(line) }
    while !isLast(state.epoch, state.best) {
      let epoch = state.epoch + 1
      let start = ContinuousClock.now
      progress.beginEpoch(epoch)
      let stepsBefore = state.step
      let result = Result { try pass(trainer, epoch, &state, writer) }
      // However the epoch ended, the one before it is complete; and when a run diverges, this
      // table is what one consults.
      try writer.finish()
      try state.log?.writeWaiting()
      let trainingTime = ContinuousClock.now - start
      guard let training = try result.get(), let test = try evaluation(of: trainer) else {
        return .interrupted(epoch: epoch, batch: state.step - stepsBefore)
      }
      try checkFinite(test, trainer.testColumns) {
        .evaluationNotFinite(metric: $0, value: $1, epoch: epoch)
      }
      state.epoch = epoch
      state.table.add([
        [.integer(epoch), .integer(state.step)] + (training + test).map { .number($0) }
      ])
      state.figures = Dictionary(uniqueKeysWithValues: zip(columns.dropFirst(2), training + test))
      let isBest = state.best.update(epoch, test)
      let isLast = isLast(epoch, state.best)
      let pictures = epoch % pictureInterval == 0 || isLast ? trainer.pictures() : []
      if !pictures.isEmpty { showPictures(pictures) }
      let files = EpochFiles(
        folder: folder, table: state.table, events: events, step: state.step,
        figures: zip(columns.dropFirst(2), training + test).map { ($0, $1) },
        pictures: pictures.map { ($0.name, $0.picture) },
        pictureName: "epoch-\(Readable.padded(epoch))",
        model: model?.files(
          [RunFolder.modelName] + (isBest ? [KeptModel.bestName] : []), in: folder),
        checkpoint: epoch % checkpointInterval == 0 || isLast
          ? Checkpoint(
            of: trainer.state, epoch: epoch, step: state.step, metrics: state.table.text,
            information: information) : nil)
      let line = lines.row(
        epoch: epoch, state.figures, best: isBest ? trainer.testColumns[0] : nil,
        rate: Double(trainer.examplesPerEpoch * progress.unitsPerExample)
          / max(trainingTime.seconds, 1e-9),
        timeLeft: progress.timeLeft)
      writer.begin(files.write) { [progress, folder] in
        progress.printLine(line)
        if let path = folder.newPath() { progress.printLine("the run's folder is now '\(path)'") }
      }
    }
    try writer.finish()
    return .completed(epoch: state.epoch, count: state.epoch - first, state.figures)
  }

  /// Whether the run ends after an epoch.
  private func isLast(_ epoch: Int, _ best: BestEpoch) -> Bool {
    if let patience, let best = best.epoch, epoch - best >= patience { return true }
    return epoch >= epochs
  }

  /// The figures of an evaluation, or nil if interrupted.
  private func evaluation(of trainer: some Trainer) throws -> [Double]? {
    do {
      return try trainer.evaluate()
    } catch is CancellationError {
      return nil
    }
  }

  /// One pass over the training examples: the averages of the steps' figures, or `nil` if
  /// interrupted.
  private func pass(
    _ trainer: some Trainer, _ epoch: Int, _ state: inout State, _ writer: BackgroundWriter
  ) throws -> [Double]? {
    var mean = WeightedMean()
    let check = checksFinite ? FiniteCheck(of: trainer.state.compactMap(\.module)) : nil
    for (index, batch) in trainer.nextEpoch().enumerated() {
      let result =
        check.map { check in FiniteCheck.$current.withValue(check) { trainer.step(batch) } }
        ?? trainer.step(batch)
      state.step += 1
      if let finding = check?.first {
        throw TrainingError.valueNotFinite(
          finding, step: state.step, epoch: epoch, batch: index + 1)
      }
      try checkFinite(result.metrics, trainer.trainingColumns) {
        .notFinite(metric: $0, value: $1, epoch: epoch, batch: index + 1)
      }
      try state.log?.add(result.metrics, epoch: epoch, step: state.step)
      mean.add(result.metrics, count: result.weight)
      progress.advance(
        by: result.count, showing: [(trainer.trainingColumns[0], mean.values[0])])
      try writer.finishIfDone()
      if isInterrupted() {
        processes.makeOwn(trainer.state)
        return nil
      }
    }
    processes.makeOwn(trainer.state)
    return mean.values
  }

  private func checkFinite(
    _ values: [Double], _ names: [String], _ error: (String, Double) -> TrainingError
  ) throws {
    for (name, value) in zip(names, values) where !value.isFinite { throw error(name, value) }
  }
}

/// The position of a run.
private struct State {
  var epoch = 0
  var step = 0
  var table: CSVFile
  var log: StepLog?
  var best = BestEpoch()

  /// The figures of the last epoch by column.
  var figures: [String: Double] = [:]

  /// The beginning, or the position of a checkpoint, to which the tables are cut back.
  init(
    _ trainer: some Trainer, _ columns: [String], _ folder: RunFolder, _ logInterval: Int?,
    _ checkpoint: Checkpoint?, reporting report: (String) -> Void
  ) throws {
    guard let checkpoint else {
      table = try CSVFile("loss.csv", in: folder, columns: columns)
      log = try logInterval.map { interval in
        try StepLog(in: folder, columns: trainer.trainingColumns, interval: interval)
      }
      return
    }
    table = try CSVFile("loss.csv", in: folder, columns: columns, resuming: checkpoint.metrics)
    try checkpoint.check(epochsAndSteps: table.rows.map { ($0[0], $0[1]) })
    for row in table.rows {
      _ = best.update(Int(row[0]), Array(row.suffix(trainer.testColumns.count)))
    }
    try checkpoint.restore(to: trainer.state)
    try table.write()
    log = try logInterval.map { interval in
      try StepLog(
        in: folder, columns: trainer.trainingColumns, interval: interval,
        resumingAfter: checkpoint.step, reporting: report)
    }
    (epoch, step) = (checkpoint.epoch, checkpoint.step)
    figures = Dictionary(zip(columns, table.rows.last ?? []).dropFirst(2)) { first, _ in first }
  }
}

/// The files of an epoch, as values that the next epoch does not change.
private struct EpochFiles: Sendable {
  let folder: RunFolder
  let table: CSVFile
  let events: (any EpochLog)?
  let step: Int
  let figures: [(name: String, value: Double)]
  let pictures: [(name: String, picture: Picture)]
  let pictureName: String
  let model: (@Sendable () throws -> Void)?
  let checkpoint: Checkpoint?

  /// Writes all of them, the checkpoint last: a run is resumed from it only if the rest is
  /// complete.
  func write() throws {
    try table.write()
    for (name, picture) in pictures { try folder.write(picture, to: "\(name)/\(pictureName)") }
    if let events {
      let images = pictures.compactMap { name, picture in
        if case .images(let grid) = picture { (name: name, image: grid.image) } else { nil }
      }
      try events.add(figures: figures, pictures: images, step: step)
    }
    try model?()
    if let checkpoint { try folder.write(checkpoint) } else { try folder.flush() }
  }
}
