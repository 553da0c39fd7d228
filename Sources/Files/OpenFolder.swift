import Glibc
import Synchronization

/// A folder that is held open: what is written to it goes there, wherever it is moved meanwhile.
package final class OpenFolder: Sendable {
  let descriptor: Int32
  /// Where it was when it was last looked for.
  private let lastPath: Mutex<String>

  /// Opens the folder that a path leads to, from another folder or else from the current one.
  ///
  /// - Parameters:
  ///   - path: Its path; empty for the folder where it begins.
  ///   - base: The folder that a relative path begins from; the current one by default.
  ///   - followingLinks: Whether the last name of the path may be that of a link.
  /// - Throws: Why it cannot be opened.
  package init(
    _ path: String, in base: OpenFolder? = nil, followingLinks: Bool = true
  ) throws(SystemError) {
    let path = path.isEmpty ? "." : path
    let start = base?.descriptor ?? AT_FDCWD
    let flags = O_DIRECTORY | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW)
    var descriptor = openat(start, path, O_RDONLY | flags)
    if descriptor < 0, errno == EACCES {
      // One may be allowed to write to a folder and not to list it.
      descriptor = openat(start, path, openAsPath | flags)
    }
    guard descriptor >= 0 else { throw SystemError() }
    self.descriptor = descriptor
    lastPath = Mutex(base?.path(of: path) ?? path)
  }

  deinit { close(descriptor) }

  /// Where the folder is: as it was opened, or where it was moved to as far as the system knows.
  package var path: String {
    lastPath.withLock { path in
      if !isAt(path), isAt(systemPath) { path = systemPath }
      return path
    }
  }

  /// The path of something in the folder, whether it exists or not.
  package func path(of name: String) -> String {
    let path = path
    return path.hasSuffix("/") ? path + name : path + "/" + name
  }

  /// Keeps others from the folder as long as it is open; false where another process has it.
  ///
  /// Where a file system knows no locks, there is none.
  package func lock() -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  /// Waits until the names in the folder are on the disk: 0, or the `errno` of what stopped that.
  @discardableResult
  package func flush() -> Int32 {
    // A folder that may not be listed, and file systems that keep names in order by themselves.
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

  /// The path by which the system knows the folder, or one through its descriptor if that is not UTF-8.
  ///
  /// That of a folder that was removed leads nowhere.
  private var systemPath: String {
    let link = "/proc/self/fd/\(descriptor)"
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &bytes, bytes.count)
    return String(validating: bytes.prefix(max(0, count)), as: UTF8.self) ?? link
  }
}

/// Linux's `O_PATH`, which the C library has only for programs that ask for GNU's extensions.
private let openAsPath: Int32 = 0o10_000_000

/// A call of the system that failed.
package struct SystemError: Error, Equatable {
  /// Its `errno`.
  package let code: Int32

  init(_ code: Int32 = errno) { self.code = code }
}

/// A path as that of a folder, empty for the current one, and a name in it.
func split(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return ("", path) }
  return (String(path[...slash]), String(path[path.index(after: slash)...]))
}
