import CommandLine
import Files
import Report
import Settings
import Tensor
import Training

/// One run: its folder, the loop, and what is said before, during and after.
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
  /// What the pictures of the last epoch that had some are called, and what is on them.
  private var pictures: [(name: String, contents: String)]?
  /// What the run's checkpoints hold beside its state.
  private let information: [String: String]
  private let configuration: Configuration
  private let processes: Processes

  /// The settings that a session looks at.
  public struct SessionSettings: Sendable {
    /// How the model is trained.
    public let training: TrainingSettings
    /// How the run works.
    public let run: RunSettings
    /// The folder of a run to be resumed; nil for a new run.
    public let resume: String?

    /// Puts the groups together.
    public init(training: TrainingSettings, run: RunSettings, resume: String? = nil) {
      (self.training, self.run, self.resume) = (training, run, resume)
    }
  }

  private enum Information {
    static let configuration = "configuration"
    static let data = "data-checksum"
  }

  /// Makes the run's folder with its `config.json`, or opens that of the run to be resumed, and says
  /// what is trained, on what and where.
  ///
  /// - Parameters:
  ///   - name: What the folder is called after: `vae` gives `runs/vae-001`.
  ///   - settings: How it is trained and how it works.
  ///   - configuration: All settings, for `config.json`.
  ///   - data: What is trained on.
  ///   - model: The model in a line, with its number of parameters.
  ///   - isExplorable: Whether the report links to the page that `pushforward explore` makes.
  ///   - memory: What the training takes, to be told where it is much.
  ///   - processes: Those that train together, of which this is the first.
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
    // That of a run that goes on is replaced only when it is known that it can.
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

  /// Trains for all epochs, from the last checkpoint on if the run was there before, and says how long
  /// that took or where it was interrupted.
  ///
  /// However the training ends, there is a `report.html` of what was complete, and where the options
  /// want one the profile of its operations is printed, those of the evaluations and pictures between
  /// epochs among them.
  ///
  /// - Parameters:
  ///   - trainer: What to train.
  ///   - model: What is kept in `model.safetensors` after each epoch, and in `best.safetensors` where
  ///     its test loss is the lowest.
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
        defer { progress.finish() }  // A table does not begin behind the bar.
        // Taken, so that the run does not keep a second copy of its state.
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
              : "the run is finished, \(report.ending); only its last files are written")
        return figures
      }
    } catch {
      report.ending = printable("ended early: \(error)")
      // The error is what there is to be said, and not that its report fails too.
      try? report.write()
      throw error
    }
  }

  /// Where the run is, and the command with which it goes on.
  private var howToGoOn: String {
    "complete epochs are in \(folder.path); to go on: pushforward resume \(shellPath(folder.path))"
  }

  /// Sets what is said and left if the program has to end in the middle of something that takes long.
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

  /// Where a run goes on that was there before; nil for a run that begins.
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
          reason: "expected \(checkpoint.epoch) or more, as so many are trained")
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
        ?? "there is no checkpoint yet: the run begins anew")
    return checkpoint
  }

  /// Lists the folders of the pictures between epochs.
  ///
  /// Those of a run that had ended before are made again to be known.
  func listPictures(of trainer: some Trainer) {
    for (name, contents) in pictures ?? trainer.pictures().map({ ($0.name, $0.contents) }) {
      list(["\(name)/": contents])
    }
  }

  /// Renews `report.html`, now that all pictures are there, and says where it is.
  ///
  /// - Parameter evaluation: What is known of the trained model besides the figures of its training.
  /// - Throws: `OutputError` if the file cannot be written.
  public func finish(_ evaluation: Configuration = [:]) throws {
    report.evaluation = evaluation
    try report.write()
    try folder.flush()
    if let events { list([events.name: "figures and pictures for TensorBoard"]) }
    list([RunReport.fileName: "all of it on a page for the browser"])
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
      say(line(of: name, contents))
    }
  }
}
