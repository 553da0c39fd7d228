/// The loop that all trainers share: epochs, averages, `loss.csv`, `steps.csv`, pictures, progress.
///
/// ```swift
/// let run = TrainingRun(folder: folder, epochs: 30, picturesEvery: 1, progress: progress)
/// let outcome = try run.train(trainer)
/// ```
public struct TrainingRun {
  /// How a run ended.
  public enum Outcome: Equatable, Sendable {
    /// After the last epoch; the figures of `loss.csv`'s last row by column.
    case completed([String: Double])
    /// At a request to end, in this epoch after this batch; complete epochs are on disk.
    case interrupted(epoch: Int, batch: Int)
  }

  private let folder: RunFolder
  private let epochs: Int
  private let pictureInterval: Int
  private let logInterval: Int?
  private let events: EventFile?
  private let progress: ProgressBar
  private let isInterrupted: () -> Bool

  /// Creates a loop.
  ///
  /// - Parameters:
  ///   - folder: Where the table and the pictures go.
  ///   - epochs: How many passes over the training examples.
  ///   - pictureInterval: The number of epochs from picture to picture; the last epoch has one too.
  ///   - logInterval: The number of steps from row to row of `steps.csv`, a table of single steps'
  ///     figures; nil for none.
  ///   - events: The file for TensorBoard, if there is to be one.
  ///   - progress: Shows how far the run is.
  ///   - isInterrupted: Asked after every batch.
  public init(
    folder: RunFolder, epochs: Int, picturesEvery pictureInterval: Int,
    stepsLoggedEvery logInterval: Int? = nil, events: EventFile? = nil, progress: ProgressBar,
    isInterrupted: @escaping () -> Bool = { Interrupt.isRequested }
  ) {
    self.folder = folder
    self.epochs = epochs
    self.pictureInterval = pictureInterval
    self.logInterval = logInterval
    self.events = events
    self.progress = progress
    self.isInterrupted = isInterrupted
  }

  /// Trains for all epochs.
  ///
  /// - Throws: `TrainingError` where a figure is not finite, `OutputError` where a file cannot be
  ///   written. What was complete before stays.
  public func train(_ trainer: some Trainer) throws -> Outcome {
    let columns = ["epoch", "step"] + trainer.trainingColumns + trainer.testColumns
    precondition(
      Set(trainer.charts.flatMap(\.columns)) == Set(columns.dropFirst(2)),
      "TrainingRun: expected charts of the columns \(columns.dropFirst(2)), found \(trainer.charts)"
    )
    var table = try CSVFile("loss.csv", in: folder, columns: columns)
    var log = try logInterval.map { interval in
      try StepLog(in: folder, columns: trainer.trainingColumns, interval: interval)
    }
    let lines = EpochTable(charts: trainer.charts, epochs: epochs)
    for line in lines.heading { progress.printLine(line) }
    var best = BestEpoch()
    var step = 0
    var last: [String: Double] = [:]
    for epoch in 1...epochs {
      let clock = ContinuousClock()
      let start = clock.now
      progress.beginEpoch(epoch)
      let stepsBefore = step
      let result = Result { try pass(trainer, epoch, &step, &log) }
      // However the epoch ended: a run that diverges is what the table is looked at for.
      try log?.writeWaiting()
      guard let training = try result.get() else {
        return .interrupted(epoch: epoch, batch: step - stepsBefore)
      }
      let trainingTime = clock.now - start
      let test = trainer.evaluate()
      try checkFinite(test, trainer.testColumns) {
        .evaluationNotFinite(metric: $0, value: $1, epoch: epoch)
      }
      try table.append([.integer(epoch), .integer(step)] + (training + test).map { .number($0) })
      last = Dictionary(
        uniqueKeysWithValues: zip(trainer.trainingColumns + trainer.testColumns, training + test))
      let pictures =
        epoch % pictureInterval == 0 || epoch == epochs
        ? trainer.pictures().map { (name: $0.name, image: $0.grid.image) } : []
      for (name, image) in pictures {
        try folder.write(image, to: "\(name)/epoch-\(padded(epoch))")
      }
      try events?.add(
        figures: zip(columns.dropFirst(2), training + test).map { ($0, $1) }, pictures: pictures,
        step: step)
      let rate = Double(trainer.examplesPerEpoch) / max(trainingTime.seconds, 1e-9)
      progress.printLine(
        lines.row(
          epoch: epoch, last, best: best.update(epoch, test) ? trainer.testColumns[0] : nil,
          rate: rate, timeLeft: progress.timeLeft))
    }
    return .completed(last)
  }

  /// One pass over the training examples: the averages of the steps' figures, or `nil` where the
  /// run was interrupted.
  private func pass(
    _ trainer: some Trainer, _ epoch: Int, _ step: inout Int, _ log: inout StepLog?
  ) throws -> [Double]? {
    var mean = WeightedMean()
    for (index, batch) in trainer.nextEpoch().enumerated() {
      let result = trainer.step(batch)
      step += 1
      try checkFinite(result.metrics, trainer.trainingColumns) {
        .notFinite(metric: $0, value: $1, epoch: epoch, batch: index + 1)
      }
      try log?.add(result.metrics, epoch: epoch, step: step)
      mean.add(result.metrics, count: result.count)
      progress.advance(
        by: result.count, showing: [(trainer.trainingColumns[0], mean.values[0])])
      if isInterrupted() { return nil }
    }
    return mean.values
  }

  private func checkFinite(
    _ values: [Double], _ names: [String], _ error: (String, Double) -> TrainingError
  ) throws {
    for (name, value) in zip(names, values) where !value.isFinite { throw error(name, value) }
  }

  private func padded(_ epoch: Int) -> String {
    String(repeating: "0", count: max(0, 3 - String(epoch).count)) + "\(epoch)"
  }
}
