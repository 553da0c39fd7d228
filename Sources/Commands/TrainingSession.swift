import CommandLine
import Files
import Report
import Settings
import Tensor
import Training

/// One run: its folder, the training loop, and what is printed before, during and after.
///
/// ```swift
/// let session = try TrainingSession(VAE.kind, settings, data, model: vae.outline)
/// guard let figures = try session.train(trainer) else { return }
/// session.say("test loss \(Readable.metric(figures["test_loss", default: .nan]))")
/// session.list(["loss.csv": "losses by epoch"])
/// try session.finish()
/// ```
public final class TrainingSession: RunLog {
  /// The run's folder.
  public let folder: RunFolder
  private let settings: SessionSettings
  private let progress: ProgressBar
  private var report: RunReport
  private var events: EventFile?
  /// The name and contents of the pictures of the last epoch that had any.
  private var pictures: [(name: String, contents: String)]?
  /// The information that the run's checkpoints hold in addition to its state.
  private let information: [String: String]
  private let configuration: Configuration
  private let processes: Processes

  /// The settings of a session.
  public struct SessionSettings: Sendable {
    /// How the model is trained.
    public let training: TrainingSettings
    /// How the run works.
    public let run: RunSettings
    /// The folder of a run to resume; nil for a new run.
    public let resume: String?

    /// Combines the groups.
    public init(training: TrainingSettings, run: RunSettings, resume: String? = nil) {
      (self.training, self.run, self.resume) = (training, run, resume)
    }
  }

  private enum Information {
    static let configuration = "configuration"
    static let data = "data-checksum"
  }

  /// Creates the run's folder with its `config.json`, or opens that of the run to resume, and
  /// prints what is trained, on what data and on what machine.
  ///
  /// - Parameters:
  ///   - name: The prefix of the folder's name: `vae` gives `runs/vae-001`.
  ///   - settings: How the model is trained and how the run works.
  ///   - configuration: All settings, for `config.json`.
  ///   - data: The training data.
  ///   - model: A one-line description of the model, with its number of parameters.
  ///   - isExplorable: Whether the report links to the page that `pushforward explore` makes.
  ///   - memory: The memory that training needs, reported if it is large.
  ///   - processes: The processes that train together, of which this is the first.
  /// - Throws: `OutputError` if the folder or the file cannot be made, `ResumeError` if the run cannot
  ///   be resumed.
  public init(
    _ name: String, _ settings: SessionSettings, _ configuration: Configuration,
    _ data: TrainingData, model: String, isExplorable: Bool = false,
    memory: MemoryEstimate? = nil, processes: Processes = .alone
  ) throws {
    (self.settings, self.processes) = (settings, processes)
    progress = ProgressBar(
      epochs: settings.training.epochs, examplesPerEpoch: data.train.count,
      unit: data.train.dataset.unit.plural,
      unitsPerExample: max(1, data.train.dataset.unitCount / data.train.dataset.count),
      isQuiet: settings.run.quiet)
    folder =
      try settings.resume.map { try RunFolder(resuming: $0) }
      ?? RunFolder(in: settings.run.out, name: name)
    var configuration = configuration
    configuration["data"] = .text(data.choice)
    configuration.recordDirectory()
    self.configuration = configuration
    // The file of a resumed run is replaced only once it is known that it can be resumed.
    if settings.resume == nil { try folder.write(configuration) }
    information = [
      Information.configuration: try configuration.lasting.json(), Information.data: data.checksum,
    ]

    let threads = "\(threadCount) \(threadCount == 1 ? "thread" : "threads")"
    let count = processes.communicator.size
    let machine =
      "CPU, \(count > 1 ? "\(count) processes of " : "")\(threads), \(instructionSet), \(BLAS.description)"
    report = RunReport(
      folder: folder, configuration: configuration,
      facts: [("data", data.summary), ("model", model), ("machine", machine)])
    report.isExplorable = isExplorable
    let opening =
      [BuildConfiguration.note, "data:    \(data.summary)"]
      + data.notes.map { "         \($0)" }
      + [
        "model:   \(model)", "machine: \(machine)",
        memory?.note(AvailableMemory.current()), "run:     \(folder.path)",
      ]
    for line in opening.compactMap({ $0 }) { say(line) }
  }

  /// Trains for all epochs, from the last checkpoint if there is one, and prints how long that took
  /// or where it was interrupted.
  ///
  /// However the training ends, it leaves a `report.html` of all that was complete. With
  /// `--profile` it prints the profile of its operations, including those of evaluations and
  /// pictures between epochs.
  ///
  /// - Parameters:
  ///   - trainer: The trainer.
  ///   - model: The model that is saved in `model.safetensors` after each epoch, and in
  ///     `best.safetensors` when its test loss is the lowest so far.
  /// - Returns: The figures of `loss.csv`'s last row by column, or nil if the run was interrupted.
  /// - Throws: What ``/Training/TrainingRun/train(_:from:keeping:)`` throws.
  public func train(
    _ trainer: some Trainer, keeping model: KeptModel? = nil
  ) throws -> [String: Double]? {
    let start = ContinuousClock.now
    report.charts = trainer.charts
    report.lossColumn = trainer.testColumns.first
    var checkpoint = try checkpoint()
    events =
      try settings.run.tensorboard
      ? EventFile(
        in: folder, hyperparameters: report.configuration, resumingAfter: checkpoint?.step ?? 0,
        reporting: say) : nil
    prepareForcedEnd(isTrained: false)
    let run = TrainingRun(
      folder: folder, epochs: settings.training.epochs, picturesEvery: settings.run.sampleEvery,
      stepsLoggedEvery: settings.run.logEvery, checkpointsEvery: settings.run.checkpointEvery,
      stoppingAfter: settings.run.earlyStop, checkingFinite: settings.run.checkFinite,
      information: information, events: events,
      progress: progress, processes: processes,
      showingPictures: { self.pictures = $0.map { ($0.name, $0.contents) } })
    do {
      let outcome = try profiling(settings.run.profile) {
        defer { progress.finish() }  // A table must not begin on the bar's line.
        // Consumed, so that the run does not keep a second copy of its state.
        return try run.train(trainer, from: checkpoint.take(), keeping: model)
      }
      switch outcome {
      case .interrupted(let epoch, let batch):
        report.ending =
          batch > 0
          ? "interrupted in epoch \(epoch) after batch \(batch)"
          : "interrupted after epoch \(epoch)"
        try report.write()
        say("\(report.ending); \(howToGoOn)")
        return nil
      case .completed(let epoch, let count, let figures):
        let time = Readable.duration(ContinuousClock.now - start)
        report.ending = "trained \(Readable.epochs(epoch))"
        if epoch < settings.training.epochs, let patience = settings.run.earlyStop {
          report.ending += ", the last \(patience) without a lower \(trainer.testColumns[0])"
        }
        try report.write()
        prepareForcedEnd(isTrained: true)
        say(
          count == epoch
            ? "\(report.ending) in \(time)"
            : count > 0
              ? "\(report.ending), \(count) of them now in \(time)"
              : "the run is finished, \(report.ending); only its last files remained to be written")
        return figures
      }
    } catch {
      report.ending = printable("ended early: \(error)")
      // The error is what matters, not that its report fails too.
      try? report.write()
      throw error
    }
  }

  /// Where the run is, and the command that resumes it.
  private var howToGoOn: String {
    "complete epochs are in \(folder.path); to resume: pushforward resume \(shellPath(folder.path))"
  }

  /// Sets the message and files that the program leaves if it has to end during a long computation.
  private func prepareForcedEnd(isTrained: Bool) {
    let (isQuiet, line) = (settings.run.quiet, "interrupted; \(howToGoOn)")
    ForcedEnd.setLastAction { [folder, report] in
      if Console.standardErrorIsTerminal { Console.draw("\n") }
      if !isQuiet { Console.printLine(line) }
      if !isTrained {
        var report = report
        report.ending = "interrupted"
        try? report.write()
      }
      folder.removePartialFiles()
    }
  }

  /// The checkpoint from which an existing run continues; nil for a new run.
  private func checkpoint() throws -> Checkpoint? {
    guard settings.resume != nil else { return nil }
    let checkpoint = try folder.latestCheckpoint(reporting: say)
    if let checkpoint {
      guard checkpoint.information[Information.data] == information[Information.data] else {
        throw CheckpointError.otherData(path: folder.path(of: RunFolder.checkpointName))
      }
      guard
        checkpoint.information[Information.configuration] == information[Information.configuration]
      else {
        throw CheckpointError.otherConfiguration(path: folder.path(of: RunFolder.checkpointName))
      }
      guard checkpoint.epoch <= settings.training.epochs else {
        throw CommandLineError.unsuitableValue(
          option: "--epochs", value: "\(settings.training.epochs)",
          reason: "expected \(checkpoint.epoch) or more, the number already trained")
      }
    }
    let model = folder.path(of: RunFolder.modelName)
    guard checkpoint != nil || !folder.hasFinishedRun || !exists(model) else {
      throw CheckpointError.none(
        path: folder.path(of: RunFolder.checkpointName), model: model)
    }
    try folder.write(configuration)
    say(
      checkpoint.map { "resumed after epoch \($0.epoch)" }
        ?? "there is no checkpoint yet: the run starts from the beginning")
    return checkpoint
  }

  /// Lists the folders of the pictures between epochs.
  ///
  /// The pictures of a run that had already ended are made again to find their names.
  func listPictures(of trainer: some Trainer) {
    for (name, contents) in pictures ?? trainer.pictures().map({ ($0.name, $0.contents) }) {
      list(["\(name)/": contents])
    }
  }

  /// Rewrites `report.html`, now that all pictures exist, and prints where it is.
  ///
  /// - Parameter evaluation: Results of evaluating the trained model, besides the figures of its
  ///   training.
  /// - Throws: `OutputError` if the file cannot be written.
  public func finish(_ evaluation: Configuration = [:]) throws {
    report.evaluation = evaluation
    try report.write()
    try folder.flush()
    if let events { list([events.name: "figures and pictures for TensorBoard"]) }
    list([RunReport.fileName: "the run report, for the browser"])
  }

  /// Prints a line, unless the run is quiet.
  public func say(_ line: String) {
    progress.printLine(line)
  }

  /// Prints a line for each of some files or folders of the run, with its path and contents, which
  /// the report also shows.
  public func list(_ files: KeyValuePairs<String, String>) {
    for (name, contents) in files {
      report.descriptions[name] = contents
      say(line(of: name, contents))
    }
  }
}
