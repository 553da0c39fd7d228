import Glibc

/// Writes a whole file or leaves what was there before.
///
/// The bytes go to a temporary file in the same folder, which takes the name once they are on the
/// disk; nobody ever sees half a file.
package func replaceFile(
  at path: String, with bytes: UnsafeRawBufferPointer
) throws(OutputError) {
  try replaceFile(at: path) { file throws(OutputError) in try file.write(bytes) }
}

/// Writes a whole file, part by part, or leaves what was there before.
///
/// Where the file that was there before is to be kept, under another name, the names too are on the
/// disk at the end.
package func replaceFile(
  at path: String, keepingPreviousAs previousPath: String? = nil,
  _ body: (_ file: PartialFile) throws(OutputError) -> Void
) throws(OutputError) {
  // With the process' number, so that two runs that write the same file do not mix their bytes.
  let temporary = "\(path).\(getpid()).partial"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }
  do throws(OutputError) {
    try body(PartialFile(path: path, descriptor: descriptor))
    guard fsync(descriptor) == 0 else { throw OutputError.cannotWrite(path: path, code: errno) }
  } catch {
    close(descriptor)
    unlink(temporary)
    throw error
  }
  // Some file systems (NFS, quotas) report a full disk only when the file is closed.
  var isDone = close(descriptor) == 0
  if isDone, let previousPath {
    isDone = rename(path, previousPath) == 0 || errno == ENOENT
  }
  guard isDone, rename(temporary, path) == 0 else {
    let code = errno
    unlink(temporary)
    throw .cannotWrite(path: path, code: code)
  }
  if previousPath != nil { flushFolder(of: path) }
}

/// Sees to it that the names in a file's folder are on the disk, where the file system can do that.
private func flushFolder(of path: String) {
  let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  _ = fsync(descriptor)
  close(descriptor)
}

/// A file that is being written and has not its name yet.
package struct PartialFile {
  let path: String
  let descriptor: Int32

  /// Adds bytes at the end.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
    let code = writeFully(bytes, to: descriptor)
    guard code == 0 else { throw .cannotWrite(path: path, code: code) }
  }

  /// Adds bytes at the end.
  package func write(_ bytes: [UInt8]) throws(OutputError) {
    let code = bytes.withUnsafeBytes { writeFully($0, to: descriptor) }
    guard code == 0 else { throw .cannotWrite(path: path, code: code) }
  }
}

/// Writes all bytes, however many calls it takes: 0, or the `errno` of the call that failed.
package func writeFully(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}
