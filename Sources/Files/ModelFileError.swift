/// An error in a file of a model's parameters.
public enum ModelFileError: Error, Equatable, Sendable, FileReadingError {
  /// The file is missing or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The file does not have the layout of safetensors, or is truncated.
  case damaged(path: String, reason: String)
  /// A tensor's numbers have an unsupported type.
  case unsupportedType(path: String, name: String, found: String)
  /// A tensor has an integer that float64 cannot represent.
  case inexact(path: String, name: String, found: String)
  /// The tensors of the file are not those of the model.
  case anotherModel(path: String, [TensorMismatch])
  /// The file is a run's checkpoint rather than its model.
  case checkpoint(path: String)
  /// The file is a checkpoint, after this number of epochs, of a run without a model.
  case checkpointWithoutModel(path: String, epochs: Int)
  /// A tensor contains an infinite number or NaN.
  case notFinite(path: String, name: String)
  /// The metadata about the model are missing (`found` is nil) or invalid.
  case unsuitableMetadata(path: String, name: String, expected: String, found: String?)
}

extension ModelFileError: CustomStringConvertible {
  /// One line with the file, what was expected and what was found.
  public var description: String { printable(text) }

  private var text: String {
    switch self {
    case .unreadable(let path, let code):
      "cannot read '\(path)': \(systemMessage(code))"
    case .damaged(let path, let reason):
      "'\(path)' is not a complete safetensors file: \(reason)"
    case .unsupportedType(let path, let name, let found):
      "'\(path)': expected numbers of one of the types "
        + ElementType.allCases.map(\.rawValue).joined(separator: ", ")
        + " in \(name), found \(found)"
    case .inexact(let path, let name, let found):
      "'\(path)': expected whole numbers that float64 can represent in \(name), found \(found)"
    case .anotherModel(let path, let mismatches):
      "'\(path)' is of another model: expected "
        + mismatches.map(\.description).joined(separator: "; ")
    case .checkpoint(let path):
      "'\(path)' is a checkpoint, for resuming a run: expected a trained model, such as the"
        + " model.safetensors of its run"
    case .checkpointWithoutModel(let path, let epochs):
      "'\(path)' is a checkpoint, for resuming a run: expected a trained model, which its run"
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
