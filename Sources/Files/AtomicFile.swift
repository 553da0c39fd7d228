import Glibc

/// Writes a whole file, or leaves the previous one unchanged.
///
/// The bytes go to a temporary file in the same folder, which takes the name once they are on disk;
/// a partial file is never visible.
package func replaceFile(
  at path: String, in base: OpenFolder? = nil, flushingFolder: Bool = true,
  with bytes: UnsafeRawBufferPointer
) throws(OutputError) {
  try replaceFile(at: path, in: base, flushingFolder: flushingFolder) {
    file throws(OutputError) in try file.write(bytes)
  }
}

/// Writes a whole file in parts, or leaves the previous one unchanged.
///
/// - Parameters:
///   - path: The path of the file. Its folder must exist; a link of this name is replaced, not
///     followed.
///   - base: The folder for relative paths; by default the current one.
///   - permissions: The permissions of the file, minus the process's mask. Users other than its
///     owner get no permissions that they lacked for an existing file.
///   - previousPath: The new path of an existing file; nil to remove it.
///   - flushingFolder: Whether the name must be on disk too when the function returns. When writing
///     many files to a folder, flush it once at the end instead.
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

/// Appends bytes to a file, creating it if necessary; they are on disk afterwards.
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
    // Half a record would hide later ones.
    if code != 0 { ftruncate(descriptor, status.st_size) }
    if code == 0 { code = flushFile(descriptor) }
    if code == 0, isNew { code = folder.flush() }
    guard code == 0 else { throw SystemError(code) }
  } catch {
    throw .cannotWrite(path: shownPath, code: error.code)
  }
}

/// A file that is being written and does not have its name yet.
package struct PartialFile {
  let path: String
  private let temporary: TemporaryFile

  init(path: String, _ temporary: TemporaryFile) {
    self.path = path
    self.temporary = temporary
  }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
    let code = writeFully(bytes, to: temporary.descriptor)
    guard code == 0 else { throw .cannotWrite(path: path, code: code) }
  }

  /// Appends bytes.
  package func write(_ bytes: [UInt8]) throws(OutputError) {
    let code = bytes.withUnsafeBytes { writeFully($0, to: temporary.descriptor) }
    guard code == 0 else { throw .cannotWrite(path: path, code: code) }
  }
}

/// Writes all bytes, in as many calls as it takes; returns 0, or the `errno` of the failed call.
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

/// Waits until a file's bytes are on disk; returns 0, or the `errno` of the failure.
func flushFile(_ descriptor: Int32) -> Int32 {
  guard fsync(descriptor) == 0 else { return errno }
  FileChange.report { FileChange.Identity(descriptor: descriptor).map { .flush($0) } }
  return 0
}
