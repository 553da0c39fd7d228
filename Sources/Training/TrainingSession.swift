import Tensor

/// One run of an executable: its folder, the loop, and what is said before, during and after.
///
/// ```swift
/// let session = try TrainingSession(
///   "vae", command.configuration(of: options), options.training, data, model: "\(model)")
/// guard let figures = try session.train(trainer) else { return }
/// session.say("test loss \(Readable.metric(figures["test_loss", default: .nan]))")
/// session.list(["loss.csv": "losses by epoch"])
/// ```
public struct TrainingSession {
  /// The run's folder.
  public let folder: RunFolder
  private let options: TrainingOptions
  private let progress: ProgressBar

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
    let opening =
      [BuildConfiguration.note].compactMap { $0 } + data.lines + [
        "model:   \(model)", "machine: CPU, \(threads), \(instructionSet), \(BLAS.description)",
        "run:     \(folder.path)",
      ]
    for line in opening { say(line) }
  }

  /// Trains for all epochs, and says how long that took or where it was interrupted.
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
    let run = TrainingRun(
      folder: folder, epochs: options.epochs, picturesEvery: options.sampleInterval,
      stepsLoggedEvery: logInterval, progress: progress)
    switch try run.train(trainer) {
    case .interrupted(let epoch, let batch):
      say(
        "interrupted in epoch \(epoch) after batch \(batch); complete epochs are in "
          + folder.path)
      return nil
    case .completed(let figures):
      let epochs = options.epochs == 1 ? "epoch" : "epochs"
      let time = Readable.duration(ContinuousClock.now - start)
      say("trained \(options.epochs) \(epochs) in \(time)")
      return figures
    }
  }

  /// Prints a line, unless the run is to be quiet.
  public func say(_ line: String) {
    progress.printLine(line)
  }

  /// Prints a line for each of some files or folders of the run: where it is and what is in it.
  public func list(_ files: KeyValuePairs<String, String>) {
    for (name, contents) in files {
      let gap = String(repeating: " ", count: max(1, 22 - name.count))
      say(folder.path(of: name) + gap + contents)
    }
  }
}
