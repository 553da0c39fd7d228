import Foundation

/// The folder `pushforward` in the user's cache, `$XDG_CACHE_HOME` or else `~/.cache`; nil if
/// neither is available.
package func cacheFolder(
  environment: [String: String] = ProcessInfo.processInfo.environment
) -> String? {
  // The XDG Base Directory Specification ignores paths that are not absolute.
  if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
    cache + "/pushforward"
  } else if let home = environment["HOME"], home.hasPrefix("/") {
    home + "/.cache/pushforward"
  } else {
    nil
  }
}

/// A folder of files that are kept from run to run and that only their owner can have made.
///
/// Its contents affect the results of runs. So a file is used only if the folder and the file
/// belong to the user running the process, and nobody else may write to them.
package struct CacheFolder: Sendable {
  /// The path of the folder.
  package let path: String

  /// Describes a folder, which need not exist yet.
  package init(path: String) { self.path = path }

  /// Opens the folder, creating it for its owner alone if necessary.
  ///
  /// A folder of the owner to which others may write, as created by programs with another file mode
  /// mask, is closed to others.
  ///
  /// - Throws: `OutputError` if it cannot be created or belongs to another user.
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

  /// Removes files of writers that were killed.
  package func removeAbandonedFiles() {
    if let folder = try? OpenFolder(path) { Files.removeAbandonedFiles(in: folder) }
  }

  /// Whether the folder contains a file or anything else of this name.
  package func contains(_ name: String) -> Bool {
    var status = stat()
    return lstat("\(path)/\(name)", &status) == 0
  }

  /// Checks that the folder's file of a name belongs to the owner alone, so that nobody else can
  /// change it.
  ///
  /// - Throws: ``CacheError``, also if there is no such file.
  package func expectOwnFile(_ name: String) throws(CacheError) {
    let file = "\(path)/\(name)"
    var status = stat()
    guard stat(path, &status) == 0 else { throw .unreadable(path: path, code: errno) }
    try expectOwn(status, path, "it")
    guard lstat(file, &status) == 0 else { throw .unreadable(path: file, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .damaged(path: file, reason: "it is not a regular file")
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

/// The reason why a cached file is not used.
package enum CacheError: Error, Equatable, FileReadingError {
  /// The file is missing or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The contents of the file are invalid.
  case damaged(path: String, reason: String)
  /// Someone other than the owner could have made or changed it.
  case foreign(path: String, reason: String)
}

extension CacheError: CustomStringConvertible {
  /// The file and the reason.
  package var description: String {
    switch self {
    case .unreadable(let path, let code): "cannot read '\(path)': \(systemMessage(code))"
    case .damaged(let path, let reason): "'\(path)' is damaged: \(reason)"
    case .foreign(let path, let reason): "'\(path)' cannot be trusted: \(reason)"
    }
  }
}
