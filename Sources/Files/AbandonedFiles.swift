import Glibc

/// Removes from a folder the temporary files of writers that were killed.
///
/// A writer locks its file; so a file that can be locked has no writer any more. If the file system
/// does not support locks, files are removed that were not changed for a day.
///
/// - Returns: The total size in bytes of the temporary files that are still being written.
@discardableResult
package func removeAbandonedFiles(in folder: OpenFolder) -> Int {
  var byteCount = 0
  for name in folder.names where TemporaryFile.isName(name) {
    guard let status = folder.status(of: name), status.st_mode & S_IFMT == S_IFREG else { continue }
    if folder.isAbandoned(name) {
      folder.remove(name)
    } else {
      byteCount += Int(status.st_size)
    }
  }
  return byteCount
}

/// Removes all temporary files in a folder and its subfolders, including those being written.
///
/// Use it only for a folder that no other process writes to.
package func removeTemporaryFiles(in folder: OpenFolder) {
  for name in folder.names {
    switch folder.status(of: name).map({ $0.st_mode & S_IFMT }) {
    case S_IFREG where TemporaryFile.isName(name): folder.remove(name)
    case S_IFDIR:
      guard let inner = try? OpenFolder(name, in: folder, followingLinks: false) else { continue }
      removeTemporaryFiles(in: inner)
    default: break
    }
  }
}

extension OpenFolder {
  /// The names in the folder, sorted; none if it cannot be listed.
  ///
  /// Names that are not UTF-8 are left out.
  package var names: [String] {
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The status of an item in the folder; links are not followed.
  func status(of name: String) -> stat? {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }

  fileprivate func isAbandoned(_ name: String) -> Bool {
    let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let file = openat(descriptor, name, flags)
    guard file >= 0 else { return false }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
    return errno != EWOULDBLOCK && status.st_mtim.tv_sec < time(nil) - 24 * 60 * 60
  }
}
