import Tensor

/// One run of an executable: its folder, the loop, and what is said before, during and after.
///
/// ```swift
/// let session = try TrainingSession(
///   "vae", command.configuration(of: options), options.training, data, model: "\(model)")
/// guard let figures = try session.train(trainer) else { return }
/// session.say("test loss \(Readable.metric(figures["test_loss", default: .nan]))")
/// session.list(["loss.csv": "losses by epoch"])
/// try session.finish()
/// ```
public final class TrainingSession {
  /// The run's folder.
  public let folder: RunFolder
  private let options: TrainingOptions
  private let progress: ProgressBar
  private var report: Report
  private var events: EventFile?

  /// Makes the run's folder with its `config.json`, and says what is trained, on what and where.
  ///
  /// - Parameters:
  ///   - name: What the folder is called after: `vae` gives `runs/vae-001`.
  ///   - configuration: The program's options.
  ///   - options: Those of them that all programs have.
  ///   - data: What is trained on.
  ///   - model: The model in a line, with its number of parameters.
  /// - Throws: `OutputError` if the folder or the file cannot be made.
  public init(
    _ name: String, _ configuration: Configuration, _ options: TrainingOptions,
    _ data: TrainingData, model: String
  ) throws {
    self.options = options
    progress = ProgressBar(
      epochs: options.epochs, examplesPerEpoch: data.train.count, isQuiet: options.isQuiet)
    folder = try RunFolder(in: options.out, name: name)
    var configuration = configuration
    configuration["data"] = .text(data.choice)
    try folder.write(configuration)

    let threads = "\(threadCount) \(threadCount == 1 ? "thread" : "threads")"
    let machine = "CPU, \(threads), \(instructionSet), \(BLAS.description)"
    report = Report(
      folder: folder, configuration: configuration,
      facts: [("data", data.summary), ("model", model), ("machine", machine)])
    let opening =
      [BuildConfiguration.note, "data:    \(data.summary)"]
      + [
        data.advice.map { "         \($0)" }, "model:   \(model)", "machine: \(machine)",
        "run:     \(folder.path)",
      ]
    for line in opening.compactMap({ $0 }) { say(line) }
  }

  /// Trains for all epochs, and says how long that took or where it was interrupted.
  ///
  /// However the training ends, there is a `report.html` of what was complete.
  ///
  /// - Parameters:
  ///   - trainer: What to train.
  ///   - logInterval: The number of steps from row to row of `steps.csv`; nil for no such table.
  /// - Returns: The figures of `loss.csv`'s last row by column, or nil if the run was interrupted.
  /// - Throws: What ``TrainingRun/train(_:)`` throws.
  public func train(
    _ trainer: some Trainer, stepsLoggedEvery logInterval: Int? = nil
  ) throws -> [String: Double]? {
    let start = ContinuousClock.now
    events =
      try options.writesEvents
      ? EventFile(in: folder, hyperparameters: report.configuration) : nil
    let run = TrainingRun(
      folder: folder, epochs: options.epochs, picturesEvery: options.sampleInterval,
      stepsLoggedEvery: logInterval, events: events, progress: progress)
    report.charts = trainer.charts
    report.lossColumn = trainer.testColumns.first
    do {
      switch try run.train(trainer) {
      case .interrupted(let epoch, let batch):
        report.ending = "interrupted in epoch \(epoch) after batch \(batch)"
        try report.write()
        say("\(report.ending); complete epochs are in \(folder.path)")
        return nil
      case .completed(let figures):
        report.ending = "trained \(options.epochs) \(options.epochs == 1 ? "epoch" : "epochs")"
        try report.write()
        say("\(report.ending) in \(Readable.duration(ContinuousClock.now - start))")
        return figures
      }
    } catch {
      report.ending = "ended early: \(error)"
      // The error is what there is to be said, and not that its report fails too.
      try? report.write()
      throw error
    }
  }

  /// Renews `report.html`, now that all pictures are there, and says where it is.
  ///
  /// - Parameter evaluation: What is known of the trained model besides the figures of its training.
  /// - Throws: `OutputError` if the file cannot be written.
  public func finish(_ evaluation: Configuration = [:]) throws {
    report.evaluation = evaluation
    try report.write()
    if let events { list([events.name: "figures and pictures for TensorBoard"]) }
    list([Report.fileName: "all of it on a page for the browser"])
  }

  /// Prints a line, unless the run is to be quiet.
  public func say(_ line: String) {
    progress.printLine(line)
  }

  /// Prints a line for each of some files or folders of the run: where it is and what is in it,
  /// which the report says too.
  public func list(_ files: KeyValuePairs<String, String>) {
    for (name, contents) in files {
      report.descriptions[name] = contents
      let gap = String(repeating: " ", count: max(1, 22 - name.count))
      say(folder.path(of: name) + gap + contents)
    }
  }
}
