import Files
import Glibc

/// A file in a folder, with the attributes that reveal changes.
package struct ImageFile: Equatable {
  /// The path relative to the folder.
  package let path: RawPath
  /// The size in bytes.
  let size: Int
  /// The time of the last change of the contents, in nanoseconds since 1970.
  let modified: Int
  /// The time of the last change of contents, name or permissions, which programs cannot set.
  let changed: Int

  /// All files in a folder and its subfolders, except hidden ones and those that systems create,
  /// sorted by the bytes of their paths.
  ///
  /// Every program uses this list as the images of a folder. Links are followed. Throws
  /// ``DatasetError/unreadable(path:reason:)``.
  package static func all(in directory: RawPath) throws(DatasetError) -> [ImageFile] {
    var files: [ImageFile] = []
    try collect(&files, in: directory, prefix: nil, above: [])
    return files.sorted { $0.path < $1.path }
  }

  /// Adds the files of a folder; `prefix` is its path relative to the first one.
  private static func collect(
    _ files: inout [ImageFile], in directory: RawPath, prefix: RawPath?, above: [[UInt]]
  ) throws(DatasetError) {
    guard let folder = opendir(directory.cString) else { throw unreadable(directory, errno) }
    defer { closedir(folder) }
    var status = stat()
    guard fstat(dirfd(folder), &status) == 0 else { throw unreadable(directory, errno) }
    let identity = [UInt(status.st_dev), UInt(status.st_ino)]
    // A link to a parent folder would cause an endless loop.
    guard !above.contains(identity) else { throw unreadable(directory, ELOOP) }

    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
          RawPath(bytes: UnsafeBufferPointer(start: bytes, count: 256))
        }
      }
      guard !isLeftBehind(name) else { continue }
      let path = directory.appending(name)
      guard fstatat(dirfd(folder), name.cString, &status, 0) == 0 else {
        throw unreadable(path, errno)
      }
      let pathFromFirst = prefix?.appending(name) ?? name
      if status.st_mode & S_IFMT == S_IFDIR {
        try collect(&files, in: path, prefix: pathFromFirst, above: above + [identity])
      } else {
        files.append(
          ImageFile(
            path: pathFromFirst, size: Int(status.st_size),
            modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim)))
      }
    }
    guard errno == 0 else { throw unreadable(directory, errno) }
  }

  /// Whether a file or folder is hidden, or one that systems create in folders of images.
  private static func isLeftBehind(_ name: RawPath) -> Bool {
    name.bytes.first == UInt8(ascii: ".") || leftBehind.contains(name.description.lowercased())
  }

  /// Files that macOS adds to archives, and that Windows and network drives create in folders.
  private static let leftBehind: Set = [
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin",
    "system volume information", "lost+found", "icon\r",
  ]
}

private func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }

private func unreadable(_ path: RawPath, _ code: Int32) -> DatasetError {
  .unreadable(path: path.description, reason: systemMessage(code))
}
