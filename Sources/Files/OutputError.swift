/// A folder or file that could not be written.
public enum OutputError: Error, Equatable {
  /// A folder could not be created; the code is the system's `errno`.
  case cannotCreateFolder(path: String, code: Int32)
  /// A file could not be written; the code is the system's `errno`.
  case cannotWrite(path: String, code: Int32)
}

extension OutputError: CustomStringConvertible {
  /// The file or folder and the reason.
  public var description: String {
    switch self {
    case .cannotCreateFolder(let path, let code):
      "cannot create the folder '\(path)': \(systemMessage(code))"
    case .cannotWrite(let path, let code):
      "cannot write '\(path)': \(systemMessage(code))"
    }
  }
}
