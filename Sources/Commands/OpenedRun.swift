import CommandLine
import Datasets
import Models
import NN
import Settings
import Training

/// A run that is opened again, with its trained model and its data.
struct OpenedRun {
  /// The model's row in the registry.
  let row: ModelRow
  /// The folder.
  let folder: RunFolder
  /// The trained model.
  let model: any Model
  /// The data that it was trained on, in the same batches as in training.
  let data: TrainingData
  /// The seed of the run.
  let seed: UInt64

  /// Opens a run.
  ///
  /// - Parameters:
  ///   - recorded: The run as recorded in its folder.
  ///   - choice: Where the data are, if not where the run found them.
  ///   - check: Checks the data before the model is opened.
  /// - Throws: `ResumeError`, `DatasetError` or `ModelFileError` for a folder, data or a model file
  ///   that cannot be read; `CommandLineError` for data that do not fit the model.
  init(
    _ recorded: RecordedRun, data choice: String? = nil,
    check: (TrainingData) throws -> Void = { _ in }
  ) throws {
    row = try registryRow(of: recorded)
    let record = try recorded.values(of: settingGroups(of: row).flatMap(\.options))
    var dataSettings = try DataSettings(record)
    if let choice { dataSettings.data = choice }
    seed = UInt64(try RunSettings(record).seed)
    data = try TrainingData(
      dataSettings, batchSize: try TrainingSettings(record).batchSize, seed: seed,
      needs: try row.needs(with: record), isCancelled: { Interrupt.isRequested })
    try check(data)
    folder = try RunFolder(resuming: recorded.path)
    model = try row.model.open(folder.path(of: RunFolder.modelName))
    try expectSuitableData()
  }

  private func expectSuitableData() throws {
    guard model.dataShape.sizes == data.shape.sizes else {
      throw CommandLineError.unsuitableValue(
        option: "--data", value: data.choice,
        reason: "expected \(model.dataShape.element.exampleNoun.plural) of"
          + " \(text(model.dataShape)) values as the model has, found \(text(data.shape))")
    }
    if let classes = (model as? any ClassConditional)?.conditionalClasses, classes > 0,
      !(1...classes).contains(data.shape.classes)
    {
      throw CommandLineError.unsuitableValue(
        option: "--data", value: data.choice,
        reason: "expected labels below \(classes) as the model knows, found "
          + (data.hasLabels ? "some up to \(data.classCount - 1)" : "none"))
    }
  }
}

/// The dimensions of an example for messages: `8×8×1`.
private func text(_ shape: DataShape) -> String {
  shape.sizes.map(String.init).joined(separator: "×")
}

/// A run that cannot be opened for reading, for the same reasons that prevent resuming it.
struct UnusableRun: ExitCodeProviding, CustomStringConvertible {
  let error: ResumeError
  /// The intended purpose.
  let purpose: String
  var exitCode: ExitCode { error.exitCode }
  var description: String { "cannot \(purpose) '\(error.path)': \(error.problem)" }
}
