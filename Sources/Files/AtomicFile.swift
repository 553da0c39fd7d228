import Glibc

/// Writes a whole file or leaves what was there before.
///
/// The bytes go to a temporary file in the same folder, which takes the name once they are on the
/// disk; nobody ever sees half a file.
package func replaceFile(
  at path: String, in base: OpenFolder? = nil, flushingFolder: Bool = true,
  with bytes: UnsafeRawBufferPointer
) throws(OutputError) {
  try replaceFile(at: path, in: base, flushingFolder: flushingFolder) {
    file throws(OutputError) in try file.write(bytes)
  }
}

/// Writes a whole file, part by part, or leaves what was there before.
///
/// - Parameters:
///   - path: Where. Its folder must exist; a link of this name is replaced, not followed.
///   - base: The folder that a relative path begins from; the current one by default.
///   - permissions: Those of the file, less what the process' mask takes away. Others than its owner
///     get none that they did not have for a file that is there already.
///   - previousPath: What a file that is there already is called from then on; nil for its end.
///   - flushingFolder: Whether the name too is to be on the disk when the function returns. Who writes
///     many files to a folder does that once, at the end.
///   - body: Does the writing.
/// - Throws: `OutputError`, naming the file and the cause.
package func replaceFile(
  at path: String, in base: OpenFolder? = nil, permissions: mode_t = 0o666,
  keepingPreviousAs previousPath: String? = nil, flushingFolder: Bool = true,
  _ body: (_ file: PartialFile) throws(OutputError) -> Void
) throws(OutputError) {
  let shownPath = base?.path(of: path) ?? path
  let (folderPath, name) = split(path)
  let temporary: TemporaryFile
  do throws(SystemError) {
    guard !name.isEmpty else { throw SystemError(EISDIR) }
    temporary = try TemporaryFile(
      for: name, in: OpenFolder(folderPath, in: base), permissions: permissions)
  } catch {
    throw .cannotWrite(path: shownPath, code: error.code)
  }
  try body(PartialFile(path: shownPath, temporary))
  do throws(SystemError) {
    try temporary.complete()
    if let previousPath {
      let (previousFolder, previousName) = split(previousPath)
      try temporary.folder.move(
        name, to: OpenFolder(previousFolder, in: base), as: previousName)
    }
    try temporary.take(name, flushingFolder: flushingFolder)
  } catch {
    throw .cannotWrite(path: shownPath, code: error.code)
  }
}

/// Adds bytes at the end of a file, which is made where there is none; they are on the disk
/// afterwards.
///
/// - Throws: `OutputError`, naming the file and the cause. Some of the bytes may have been added.
package func appendToFile(
  at path: String, in base: OpenFolder? = nil, _ bytes: [UInt8]
) throws(OutputError) {
  let shownPath = base?.path(of: path) ?? path
  do throws(SystemError) {
    let (folderPath, name) = split(path)
    let folder = try OpenFolder(folderPath, in: base)
    let flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    var descriptor = openat(folder.descriptor, name, flags | O_CREAT | O_EXCL, 0o666)
    let isNew = descriptor >= 0
    if !isNew, errno == EEXIST { descriptor = openat(folder.descriptor, name, flags) }
    guard descriptor >= 0 else { throw SystemError() }
    defer { close(descriptor) }
    guard isRegularFile(descriptor) else { throw SystemError(EINVAL) }
    if isNew { reportNewFile(descriptor, name, folder) }
    var status = stat()
    fstat(descriptor, &status)
    var code = bytes.withUnsafeBytes { writeFully($0, to: descriptor) }
    // Half a record would hide those after it.
    if code != 0 { ftruncate(descriptor, status.st_size) }
    if code == 0 { code = flushFile(descriptor) }
    if code == 0, isNew { code = folder.flush() }
    guard code == 0 else { throw SystemError(code) }
  } catch {
    throw .cannotWrite(path: shownPath, code: error.code)
  }
}

/// A file that is being written and has not its name yet.
package struct PartialFile {
  let path: String
  private let temporary: TemporaryFile

  init(path: String, _ temporary: TemporaryFile) {
    self.path = path
    self.temporary = temporary
  }

  /// Adds bytes at the end.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
    let code = writeFully(bytes, to: temporary.descriptor)
    guard code == 0 else { throw .cannotWrite(path: path, code: code) }
  }

  /// Adds bytes at the end.
  package func write(_ bytes: [UInt8]) throws(OutputError) {
    let code = bytes.withUnsafeBytes { writeFully($0, to: temporary.descriptor) }
    guard code == 0 else { throw .cannotWrite(path: path, code: code) }
  }
}

/// Writes all bytes, however many calls it takes: 0, or the `errno` of the call that failed.
package func writeFully(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes[...]
  while !rest.isEmpty {
    let part = UnsafeRawBufferPointer(rebasing: rest)
    let count = write(descriptor, part.baseAddress, part.count)
    if count >= 0 {
      FileChange.report {
        FileChange.Identity(descriptor: descriptor).map { .append($0, Array(part[..<count])) }
      }
      rest = rest.dropFirst(count)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}

/// Waits until a file's bytes are on the disk: 0, or the `errno` of what stopped that.
func flushFile(_ descriptor: Int32) -> Int32 {
  guard fsync(descriptor) == 0 else { return errno }
  FileChange.report { FileChange.Identity(descriptor: descriptor).map { .flush($0) } }
  return 0
}
