import NN

extension RunFolder {
  /// What the trained model is called in the folder.
  public static let modelName = "model.safetensors"

  /// Writes a model so that it can be opened again and sampled from without its training.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - imageShape: The shape of the images that it makes or takes, `[height, width, channels]`.
  ///   - name: The name of the file.
  /// - Throws: `OutputError`, naming the file and the cause.
  public func write(
    _ model: some SavedModel, imageShape: [Int], to name: String = RunFolder.modelName
  ) throws {
    try model.save(to: path(of: name), metadata: model.metadata(imageShape: imageShape))
  }
}
