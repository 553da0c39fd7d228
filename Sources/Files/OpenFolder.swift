import Glibc
import Synchronization

/// A folder that is held open: files are written to it wherever it is moved meanwhile.
package final class OpenFolder: Sendable {
  let descriptor: Int32
  /// Its path when last determined.
  private let lastPath: Mutex<String>

  /// Opens the folder at a path, relative to another folder or else to the current one.
  ///
  /// - Parameters:
  ///   - path: Its path; empty for the base folder itself.
  ///   - base: The folder for relative paths; by default the current one.
  ///   - followingLinks: Whether the last component of the path may be a link.
  /// - Throws: The reason why it cannot be opened.
  package init(
    _ path: String, in base: OpenFolder? = nil, followingLinks: Bool = true
  ) throws(SystemError) {
    let path = path.isEmpty ? "." : path
    let start = base?.descriptor ?? AT_FDCWD
    let flags = O_DIRECTORY | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW)
    var descriptor = openat(start, path, O_RDONLY | flags)
    if descriptor < 0, errno == EACCES {
      // A folder may be writable without being listable.
      descriptor = openat(start, path, openAsPath | flags)
    }
    guard descriptor >= 0 else { throw SystemError() }
    self.descriptor = descriptor
    lastPath = Mutex(base?.path(of: path) ?? path)
  }

  deinit { close(descriptor) }

  /// The current path of the folder, as far as the system knows it, or the path it was opened with.
  package var path: String {
    lastPath.withLock { path in
      if !isAt(path), isAt(systemPath) { path = systemPath }
      return path
    }
  }

  /// The path of an item in the folder, whether or not it exists.
  package func path(of name: String) -> String {
    let path = path
    return path.hasSuffix("/") ? path + name : path + "/" + name
  }

  /// Locks the folder against other processes while it is open; returns false if another one has
  /// locked it.
  ///
  /// If a file system does not support locks, none is used.
  package func lock() -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  /// Waits until the names in the folder are on disk; returns 0, or the `errno` of the failure.
  @discardableResult
  package func flush() -> Int32 {
    // Folders that cannot be listed, and file systems that keep names consistent themselves.
    let harmless = [EBADF, EINVAL, ENOSYS, ENOTSUP, EROFS]
    guard fsync(descriptor) == 0 else { return harmless.contains(errno) ? 0 : errno }
    FileChange.report { identity.map { .flush($0) } }
    return 0
  }

  /// A name in the folder.
  func place(_ name: String) -> FileChange.Place? {
    identity.map { FileChange.Place(folder: $0, name: name) }
  }

  private var identity: FileChange.Identity? { FileChange.Identity(descriptor: descriptor) }

  private func isAt(_ path: String) -> Bool {
    identity != nil && identity == FileChange.Identity(path: path)
  }

  /// The system's path of the folder, or one through its descriptor if that is not UTF-8.
  ///
  /// The path of a removed folder leads nowhere.
  private var systemPath: String {
    let link = "/proc/self/fd/\(descriptor)"
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &bytes, bytes.count)
    return String(validating: bytes.prefix(max(0, count)), as: UTF8.self) ?? link
  }
}

/// Linux's `O_PATH`, which the C library defines only for programs that request GNU extensions.
private let openAsPath: Int32 = 0o10_000_000

/// A failed system call.
package struct SystemError: Error, Equatable {
  /// Its `errno`.
  package let code: Int32

  init(_ code: Int32 = errno) { self.code = code }
}

/// Splits a path into its folder, empty for the current one, and a name in it.
func split(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return ("", path) }
  return (String(path[...slash]), String(path[path.index(after: slash)...]))
}
