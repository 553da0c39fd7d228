import Foundation

/// The bytes of a regular file.
///
/// Pipes and devices, which may never end, are rejected, and so are files of more than 4 GiB.
///
/// - Throws: ``UnreadableFile`` with the system's reason.
package func contents(ofFile path: String) throws(UnreadableFile) -> Data {
  Data(try RegularFile<UnreadableFile>(path: path).contents(atMost: 1 << 32))
}

extension UnreadableFile: CustomStringConvertible {
  /// Whether there is no such file.
  package var isMissing: Bool {
    if case .unreadable(_, ENOENT) = self { true } else { false }
  }

  /// The file and the reason.
  package var description: String {
    switch self {
    case .unreadable(let path, let code): "cannot read '\(path)': \(systemMessage(code))"
    case .damaged(let path, let reason): "cannot read '\(path)': \(reason)"
    }
  }
}
