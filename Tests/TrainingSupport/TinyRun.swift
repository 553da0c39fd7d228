import TestSupport
import Training

/// The folder of a run of a ``TinyTrainer``.
package struct TinyRun {
  package let temporary: TemporaryFolder
  package let folder: RunFolder

  package var checkpointPath: String { folder.path(of: RunFolder.checkpointName) }

  /// Creates a folder, and trains a number of epochs in it.
  package init(epochs: Int) throws {
    temporary = try TemporaryFolder()
    folder = try RunFolder(in: temporary.path, name: "tiny")
    if epochs > 0 { _ = try run(epochs: epochs).train(TinyTrainer()) }
  }

  private func run(epochs: Int) -> TrainingRun {
    TrainingRun(
      folder: folder, epochs: epochs, picturesEvery: 5, stepsLoggedEvery: 1,
      progress: ProgressBar(epochs: epochs, examplesPerEpoch: 4, isQuiet: true),
      isInterrupted: { false })
  }

  /// Resumes from a checkpoint for one epoch.
  package func resume(_ checkpoint: Checkpoint) throws {
    let outcome = try run(epochs: checkpoint.epoch + 1).train(TinyTrainer(), from: checkpoint)
    if case .interrupted = outcome { throw CancellationError() }
  }

  /// Resumes from a checkpoint with the right checksum and these rows in its `loss.csv`.
  package func resume(rows: [String], epoch: Int, step: Int) throws {
    let metrics = ["epoch,step,train_loss,test_loss"] + rows + [""]
    let checkpoint = Checkpoint(
      of: TinyTrainer().state, epoch: epoch, step: step, metrics: metrics.joined(separator: "\n"))
    try checkpoint.write(to: checkpointPath)
    try resume(try Checkpoint(path: checkpointPath))
  }
}
