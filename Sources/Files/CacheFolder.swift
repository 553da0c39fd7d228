import Foundation

/// The folder `pushforward` in the user's cache, `$XDG_CACHE_HOME` or else `~/.cache`; nil where there
/// is neither.
package func cacheFolder(
  environment: [String: String] = ProcessInfo.processInfo.environment
) -> String? {
  // By the XDG Base Directory Specification a path that is not absolute is ignored.
  if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
    cache + "/pushforward"
  } else if let home = environment["HOME"], home.hasPrefix("/") {
    home + "/.cache/pushforward"
  } else {
    nil
  }
}

/// A folder of files that are kept from run to run, and that nobody but their owner can have made.
///
/// What is in it decides what a run computes. So a file is taken only where the folder and the file
/// belong to the user whom the process runs for, and nobody else may write to them.
package struct CacheFolder: Sendable {
  /// Where it is.
  package let path: String

  /// A folder, which need not exist yet.
  package init(path: String) { self.path = path }

  /// Opens the folder; one that does not exist is made, for its owner alone.
  ///
  /// The owner's folder to which others may write, as programs with another file mode creation mask
  /// make them, is closed to them.
  ///
  /// - Throws: `OutputError` where it cannot be made or is another user's.
  package func opened() throws(OutputError) -> OpenFolder {
    try makeFolders((path as NSString).deletingLastPathComponent)
    try makeFolders(path, permissions: 0o700)
    do throws(SystemError) {
      let folder = try OpenFolder(path)
      var status = stat()
      guard fstat(folder.descriptor, &status) == 0 else { throw SystemError() }
      guard status.st_uid == geteuid() else { throw SystemError(EPERM) }
      if status.st_mode & othersMayWrite != 0,
        fchmod(folder.descriptor, status.st_mode & 0o7777 & ~othersMayWrite) != 0
      {
        throw SystemError()
      }
      return folder
    } catch {
      throw .cannotCreateFolder(path: path, code: error.code)
    }
  }

  /// Removes what those left that were killed while they wrote to the folder.
  package func removeAbandonedFiles() {
    if let folder = try? OpenFolder(path) { Files.removeAbandonedFiles(in: folder) }
  }

  /// Whether the folder has a file or anything else of this name.
  package func contains(_ name: String) -> Bool {
    var status = stat()
    return lstat("\(path)/\(name)", &status) == 0
  }

  /// Sees to it that the folder's file of a name is the owner's alone, as nobody else can change then.
  ///
  /// - Throws: ``CacheError``, also where there is no such file.
  package func expectOwnFile(_ name: String) throws(CacheError) {
    let file = "\(path)/\(name)"
    var status = stat()
    guard stat(path, &status) == 0 else { throw .unreadable(path: path, code: errno) }
    try expectOwn(status, path, "it")
    guard lstat(file, &status) == 0 else { throw .unreadable(path: file, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .damaged(path: file, reason: "it is not a file of bytes")
    }
    try expectOwn(status, file, "it")
  }

  private func expectOwn(
    _ status: stat, _ path: String, _ subject: String
  ) throws(CacheError) {
    guard status.st_uid == geteuid() else {
      throw .foreign(path: path, reason: "\(subject) belongs to another user")
    }
    guard status.st_mode & othersMayWrite == 0 else {
      throw .foreign(path: path, reason: "others may write to \(subject)")
    }
  }
}

private let othersMayWrite: mode_t = 0o022

/// Why a file of a cache is not taken.
package enum CacheError: Error, Equatable, FileReadingError {
  /// The file is not there or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The file is not what it should be.
  case damaged(path: String, reason: String)
  /// Somebody else than its owner can have made or changed it.
  case foreign(path: String, reason: String)
}

extension CacheError: CustomStringConvertible {
  /// The file and what stands in the way.
  package var description: String {
    switch self {
    case .unreadable(let path, let code): "cannot read '\(path)': \(systemMessage(code))"
    case .damaged(let path, let reason): "'\(path)' is damaged: \(reason)"
    case .foreign(let path, let reason): "'\(path)' cannot be trusted: \(reason)"
    }
  }
}
