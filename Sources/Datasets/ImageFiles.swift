import Glibc

/// A file in a folder, and by what one sees that it has changed.
struct ImageFile: Equatable {
  /// The path from the folder.
  let path: String
  /// The size in bytes.
  let size: Int
  /// When the contents were last written, in nanoseconds since 1970.
  let modified: Int
  /// When contents, name or permissions last changed, which no program can set to another time.
  let changed: Int

  /// All files in a folder and in those below it, but the hidden ones, in the order of their paths.
  ///
  /// Links are followed. Throws ``DatasetError/unreadable(path:reason:)``.
  static func all(in directory: String) throws(DatasetError) -> [ImageFile] {
    var files: [ImageFile] = []
    try collect(&files, in: directory, prefix: "", above: [])
    return files.sorted { $0.path < $1.path }
  }

  /// Adds the files of a folder, whose own path from the first one is `prefix`.
  private static func collect(
    _ files: inout [ImageFile], in directory: String, prefix: String, above: [[UInt]]
  ) throws(DatasetError) {
    guard let folder = opendir(directory) else { throw unreadable(directory, errno) }
    defer { closedir(folder) }
    var status = stat()
    guard fstat(dirfd(folder), &status) == 0 else { throw unreadable(directory, errno) }
    let identity = [UInt(status.st_dev), UInt(status.st_ino)]
    // A link to a folder above would lead round for ever.
    guard !above.contains(identity) else { throw unreadable(directory, ELOOP) }

    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      let path = "\(directory)/\(name)"
      guard fstatat(dirfd(folder), name, &status, 0) == 0 else { throw unreadable(path, errno) }
      if status.st_mode & S_IFMT == S_IFDIR {
        try collect(&files, in: path, prefix: "\(prefix)\(name)/", above: above + [identity])
      } else {
        files.append(
          ImageFile(
            path: prefix + name, size: Int(status.st_size),
            modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim)))
      }
    }
    guard errno == 0 else { throw unreadable(directory, errno) }
  }
}

private func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }

private func unreadable(_ path: String, _ code: Int32) -> DatasetError {
  .unreadable(path: path, reason: String(cString: strerror(code)))
}
