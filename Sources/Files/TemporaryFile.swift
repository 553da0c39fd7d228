import Glibc

/// A file under a unique name until it takes its final name.
///
/// Its name ends with 16 random hexadecimal digits and `.partial`, which no other process has at
/// the same time, not even one in another container with the same process number. It is locked as
/// long as its writer lives, so that ``removeAbandonedFiles(in:)`` can recognise files of writers
/// that were killed.
final class TemporaryFile {
  let descriptor: Int32
  let folder: OpenFolder
  private let name: String
  private var isThere = true

  /// Creates an empty file.
  ///
  /// - Parameters:
  ///   - finalName: The final name.
  ///   - folder: The folder.
  ///   - permissions: The permissions of the file; see
  ///     ``replaceFile(at:in:permissions:keepingPreviousAs:flushingFolder:_:)``.
  init(for finalName: String, in folder: OpenFolder, permissions: mode_t) throws(SystemError) {
    var permissions = permissions
    var status = stat()
    if fstatat(folder.descriptor, finalName, &status, AT_SYMLINK_NOFOLLOW) == 0,
      status.st_mode & S_IFMT == S_IFREG
    {
      permissions &= status.st_mode | 0o700
    }
    while true {
      let name = Self.name(for: finalName)
      // Never an existing file, nor through a link that somebody has planted.
      let descriptor = openat(
        folder.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0 else { throw SystemError() }
      // Between these two calls it may be mistaken for an abandoned one and removed.
      flock(descriptor, LOCK_EX)
      guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else {
        close(descriptor)
        continue
      }
      reportNewFile(descriptor, name, folder)
      (self.descriptor, self.folder, self.name) = (descriptor, folder, name)
      return
    }
  }

  /// Waits until all bytes are on disk.
  func complete() throws(SystemError) {
    let code = flushFile(descriptor)
    guard code == 0 else { throw SystemError(code) }
    // Some file systems (NFS, quotas) report a full disk only when a file is closed. The lock lasts
    // until the other descriptor is closed too.
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0, close(copy) == 0 else { throw SystemError() }
  }

  /// Takes its final name.
  func take(_ finalName: String, flushingFolder: Bool) throws(SystemError) {
    guard renameat(folder.descriptor, name, folder.descriptor, finalName) == 0 else {
      throw SystemError()
    }
    isThere = false
    FileChange.report {
      guard let from = folder.place(name), let to = folder.place(finalName) else { return nil }
      return .rename(from, to)
    }
    let code = flushingFolder ? folder.flush() : 0
    guard code == 0 else { throw SystemError(code) }
  }

  deinit {
    if isThere { folder.remove(name) }
    close(descriptor)
  }

  /// A name of at most 255 bytes, the maximum for names.
  static func name(for finalName: String) -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    let ending = "." + String(repeating: "0", count: 16 - digits.count) + digits + ".partial"
    var beginning = finalName[...]
    while beginning.utf8.count + ending.utf8.count > 255 { beginning.removeLast() }
    return beginning + ending
  }

  /// Whether a name is the temporary one of a given final name.
  static func isName(_ name: String, for finalName: String) -> Bool {
    name.hasPrefix(finalName + ".")
      && name.dropFirst(finalName.count + 1).wholeMatch(of: /[0-9a-f]{16}\.partial/) != nil
  }

  /// Whether a name is that of a temporary file; older versions used the process number in it.
  static func isName(_ name: String) -> Bool {
    name.wholeMatch(of: /.+\.([0-9a-f]{16}|[0-9]+)\.partial/.dotMatchesNewlines()) != nil
  }
}

extension OpenFolder {
  /// Removes a file, if it exists.
  @discardableResult
  package func remove(_ name: String) -> Bool {
    guard unlinkat(descriptor, name, 0) == 0 else { return false }
    FileChange.report { place(name).map { .remove($0) } }
    return true
  }

  /// Renames a file, if it exists; the new name is on disk afterwards.
  func move(_ name: String, to folder: OpenFolder, as newName: String) throws(SystemError) {
    guard renameat(descriptor, name, folder.descriptor, newName) == 0 else {
      if errno == ENOENT { return }
      throw SystemError()
    }
    FileChange.report {
      guard let from = place(name), let to = folder.place(newName) else { return nil }
      return .rename(from, to)
    }
    let code = folder.flush()
    guard code == 0 else { throw SystemError(code) }
  }
}

func reportNewFile(_ descriptor: Int32, _ name: String, _ folder: OpenFolder) {
  FileChange.report {
    guard let identity = FileChange.Identity(descriptor: descriptor),
      let place = folder.place(name)
    else { return nil }
    return .makeFile(identity, place)
  }
}

func isRegularFile(_ descriptor: Int32) -> Bool {
  var status = stat()
  return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}
