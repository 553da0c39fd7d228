import Glibc

/// What can be wrong with a file of a model's parameters.
public enum ModelFileError: Error, Equatable, Sendable {
  /// The file is not there or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The file is not in the layout of safetensors, or breaks off.
  case damaged(path: String, reason: String)
  /// A tensor's numbers are of a type other than F32 and F64.
  case unsupportedType(path: String, name: String, found: String)
  /// The model has a tensor that the file has not.
  case missingTensor(path: String, name: String, shape: [Int])
  /// The file has a tensor that the model has not.
  case unexpectedTensor(path: String, name: String, shape: [Int])
  /// A tensor has another shape than the model's.
  case wrongShape(path: String, name: String, expected: [Int], found: [Int])
  /// A tensor holds a number that is infinite or not a number.
  case notFinite(path: String, name: String)
}

extension ModelFileError: CustomStringConvertible {
  /// The file, what was expected and what was found.
  public var description: String {
    switch self {
    case .unreadable(let path, let code):
      "cannot read '\(path)': \(systemMessage(code))"
    case .damaged(let path, let reason):
      "'\(path)' is not a whole safetensors file: \(reason)"
    case .unsupportedType(let path, let name, let found):
      "'\(path)': expected numbers of type F32 or F64 in \(name), found \(found)"
    case .missingTensor(let path, let name, let shape):
      "'\(path)' is of another model: expected \(name) of shape \(shape), found none"
    case .unexpectedTensor(let path, let name, let shape):
      "'\(path)' is of another model: expected no \(name), found one of shape \(shape)"
    case .wrongShape(let path, let name, let expected, let found):
      "'\(path)' is of another model: expected \(name) of shape \(expected), found \(found)"
    case .notFinite(let path, let name):
      "'\(path)': expected finite numbers in \(name), found others"
    }
  }
}
