/// What can be wrong with a file of a model's parameters.
public enum ModelFileError: Error, Equatable, Sendable, FileReadingError {
  /// The file is not there or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The file is not in the layout of safetensors, or breaks off.
  case damaged(path: String, reason: String)
  /// A tensor's numbers are of a type that is not read.
  case unsupportedType(path: String, name: String, found: String)
  /// A tensor has a whole number that float64 does not hold.
  case inexact(path: String, name: String, found: String)
  /// The file has other tensors than the model.
  case anotherModel(path: String, [TensorMismatch])
  /// The file is a run's checkpoint and not its model.
  case checkpoint(path: String)
  /// The file is the checkpoint, after so many epochs, of a run that has no model.
  case checkpointWithoutModel(path: String, epochs: Int)
  /// A tensor holds a number that is infinite or not a number.
  case notFinite(path: String, name: String)
  /// What the file says of its model is missing (`found` is nil) or not what it should be.
  case unsuitableMetadata(path: String, name: String, expected: String, found: String?)
}

extension ModelFileError: CustomStringConvertible {
  /// One line: the file, what was expected and what was found.
  public var description: String { printable(text) }

  private var text: String {
    switch self {
    case .unreadable(let path, let code):
      "cannot read '\(path)': \(systemMessage(code))"
    case .damaged(let path, let reason):
      "'\(path)' is not a whole safetensors file: \(reason)"
    case .unsupportedType(let path, let name, let found):
      "'\(path)': expected numbers of one of the types "
        + ElementType.allCases.map(\.rawValue).joined(separator: ", ")
        + " in \(name), found \(found)"
    case .inexact(let path, let name, let found):
      "'\(path)': expected whole numbers that float64 holds in \(name), found \(found)"
    case .anotherModel(let path, let mismatches):
      "'\(path)' is of another model: expected "
        + mismatches.map(\.description).joined(separator: "; ")
    case .checkpoint(let path):
      "'\(path)' is a checkpoint, from which a run is resumed: expected a trained model, such as the"
        + " model.safetensors of its run"
    case .checkpointWithoutModel(let path, let epochs):
      "'\(path)' is a checkpoint, from which a run is resumed: expected a trained model, which its run"
        + " has not written; to write it: pushforward resume \(shellPath(folder(of: path)))"
        + " --epochs \(epochs)"
    case .notFinite(let path, let name):
      "'\(path)': expected finite numbers in \(name), found others"
    case .unsuitableMetadata(let path, let name, let expected, let found):
      "'\(path)': expected \(name) in its metadata to be \(expected), found "
        + (found.map { "'\($0)'" } ?? "none")
    }
  }
}
