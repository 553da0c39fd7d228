import Foundation

/// Writes `parts` one after the other to the file at `path`, whole or not at all.
///
/// The bytes go to a temporary file beside it that takes the name at the end, so that an error or
/// a crash leaves what was there before. Throws ``DatasetError/unwritable(path:reason:)``.
func writeAtomically(_ parts: [[UInt8]], to path: String) throws {
  let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
  do {
    guard let file = fopen(temporary, "wb") else { throw SystemError() }
    do {
      for part in parts {
        guard fwrite(part, 1, part.count, file) == part.count else { throw SystemError() }
      }
      guard fflush(file) == 0, fsync(fileno(file)) == 0 else { throw SystemError() }
    } catch {
      fclose(file)
      throw error
    }
    guard fclose(file) == 0, rename(temporary, path) == 0 else { throw SystemError() }
  } catch let error as SystemError {
    unlink(temporary)
    throw DatasetError.unwritable(path: path, reason: error.reason)
  }
}

/// Creates the folder at `path`, and those above it, unless it is there.
///
/// Throws ``DatasetError/unwritable(path:reason:)``.
func createFolder(_ path: String) throws {
  if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
  var error = SystemError()
  let parent = (path as NSString).deletingLastPathComponent
  if error.code == ENOENT && parent != path && !parent.isEmpty {
    try createFolder(parent)
    if mkdir(path, 0o777) == 0 { return }
    error = SystemError()
  }
  throw DatasetError.unwritable(path: path, reason: error.reason)
}

/// The reason that the system gave for the call that has just failed.
private struct SystemError: Error {
  let code = errno
  var reason: String { String(cString: strerror(code)) }
}
