import Files
import Tensor

/// A model that can be built again from what its file says of it.
///
/// ```swift
/// try vae.save(to: path, metadata: vae.metadata(imageShape: [28, 28, 1]))
/// let again = try VAE(file: SafetensorsFile(path: path))
/// ```
public protocol SavedModel: Module {
  /// What a file says that it is of: `vae`.
  static var kind: String { get }

  /// The texts by name from which ``init(describedBy:)`` builds a model of the same tensors:
  /// `["architecture": "dense", "latent": "20", …]`.
  var configuration: [String: String] { get }

  /// Builds the model that a file describes, without taking its numbers.
  ///
  /// The file may be anybody's: sizes that its tensors have no room for are refused before memory is
  /// taken for them (`SafetensorsFile.expectRoom(for:)`).
  ///
  /// - Throws: `ModelFileError` for a description that is not one of such a model.
  init(describedBy file: SafetensorsFile) throws
}

extension SavedModel {
  /// What a file says of this model: the format, the kind, the shape of the images and the
  /// configuration.
  ///
  /// - Parameter imageShape: That of the images that the model makes or takes, `[height, width,
  ///   channels]`.
  public func metadata(imageShape: [Int]) -> [String: String] {
    let image = imageShape.map(String.init).joined(separator: ",")
    return configuration.merging([
      "format": SafetensorsFile.modelFormat, "kind": Self.kind, "image-shape": image,
    ]) { _, own in own }
  }

  /// Builds the model that a file describes, with the file's numbers, for inference.
  ///
  /// - Throws: `ModelFileError` if the file is of another kind of model, or not a whole one.
  public init(file: SafetensorsFile) throws {
    try file.expectNoCheckpoint()
    try file.expect("format", SafetensorsFile.modelFormat)
    try file.expect("kind", Self.kind)
    try self.init(describedBy: file)
    try load(file)
    mode = .inference
  }
}
