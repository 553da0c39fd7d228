import Files
import NN
import Tensor

extension RunFolder {
  /// The name of the trained model in the folder; during training, the model after the last
  /// complete epoch.
  public static let modelName = SafetensorsFile.modelName

  /// The name of the report in the folder.
  package static let reportName = "report.html"

  /// Writes a model so that it can be reopened and sampled from without its training.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(_ model: some Model, to name: String = RunFolder.modelName) throws {
    try write(
      model.stateTensors().map { ($0.name, $0.value()) }, metadata: model.metadata, to: name)
  }

  /// Writes a model's tensors and their checksum.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], to name: String
  ) throws {
    try SafetensorsFile.write(
      tensors, metadata: metadata, to: name, in: openFolder, withChecksum: true,
      flushingFolder: false)
    needsFlush(after: name)
  }
}
