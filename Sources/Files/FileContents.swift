import Foundation

/// The bytes of a regular file, mapped into memory where that is possible.
///
/// A pipe or a device, reading which may never end, is refused.
///
/// - Throws: ``UnreadableFile`` with the system's reason.
package func contents(ofFile path: String) throws(UnreadableFile) -> Data {
  var status = stat()
  guard stat(path, &status) == 0 else { throw UnreadableFile(path: path, code: errno) }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw UnreadableFile(path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
  }
  do {
    return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
  } catch {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError
    throw UnreadableFile(path: path, code: underlying?.code.rawValue ?? EIO)
  }
}

/// A file that is not there or cannot be read.
package struct UnreadableFile: Error, Equatable, CustomStringConvertible {
  /// Where it was looked for.
  package let path: String
  /// The system's `errno`.
  package let code: Int32

  /// Whether there is no such file.
  package var isMissing: Bool { code == ENOENT }

  /// The file and the reason.
  package var description: String { "cannot read '\(path)': \(systemMessage(code))" }
}
