import Glibc

/// Creates a folder and its parents, if they do not exist; their names are on disk afterwards.
///
/// - Parameters:
///   - path: The path of the folder.
///   - base: The folder for relative paths; by default the current one.
///   - permissions: The permissions of the folders, minus the process's mask.
/// - Throws: `OutputError.cannotCreateFolder`.
package func makeFolders(
  _ path: String, in base: OpenFolder? = nil, permissions: mode_t = 0o777
) throws(OutputError) {
  if makeFolder(path, in: base, permissions: permissions) == 0 { return }
  var code = errno
  if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
    try makeFolders(String(path[..<slash]), in: base, permissions: permissions)
    if makeFolder(path, in: base, permissions: permissions) == 0 { return }
    code = errno
  }
  // Whatever mkdir's error (existing, read-only file system), an existing folder suffices.
  guard isFolder(path, in: base) else {
    throw .cannotCreateFolder(
      path: base?.path(of: path) ?? path, code: code == EEXIST ? ENOTDIR : code)
  }
}

/// Creates one folder, whose name is on disk afterwards; returns 0, or -1 with `errno` set.
package func makeFolder(
  _ path: String, in base: OpenFolder? = nil, permissions: mode_t = 0o777
) -> Int32 {
  let start = base?.descriptor ?? AT_FDCWD
  guard mkdirat(start, path, permissions) == 0 else { return -1 }
  var path = path[...]
  while path.count > 1, path.last == "/" { path.removeLast() }
  let (parentPath, name) = split(String(path))
  guard let parent = try? OpenFolder(parentPath, in: base) else { return 0 }
  FileChange.report {
    guard let folder = try? OpenFolder(name, in: parent), let place = parent.place(name) else {
      return nil
    }
    return FileChange.Identity(descriptor: folder.descriptor).map { .makeFolder($0, place) }
  }
  parent.flush()
  return 0
}

/// Ensures that the name of a folder is on disk, if the system supports that.
package func flushName(of path: String) {
  var path = path[...]
  while path.count > 1, path.last == "/" { path.removeLast() }
  _ = try? OpenFolder(split(String(path)).folder).flush()
}

/// Whether there is a file or a folder of this name.
package func exists(_ path: String) -> Bool {
  access(path, F_OK) == 0
}

/// Whether there is a nonempty folder of this name.
package func hasContents(_ path: String) -> Bool {
  guard let folder = opendir(path) else { return false }
  defer { closedir(folder) }
  // All folders have "." and "..".
  for _ in 0..<2 where readdir(folder) == nil { return false }
  return readdir(folder) != nil
}

/// The folder of a file: `runs/vae-001` for `runs/vae-001/loss.csv`, and `.` for a bare name.
package func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The system's message for an `errno`.
package func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}

private func isFolder(_ path: String, in base: OpenFolder?) -> Bool {
  var status = stat()
  return fstatat(base?.descriptor ?? AT_FDCWD, path, &status, 0) == 0
    && status.st_mode & S_IFMT == S_IFDIR
}
