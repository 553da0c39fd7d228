import Glibc

/// Makes a folder and those above it, where they do not exist.
package func makeFolders(_ path: String) throws(OutputError) {
  if makeFolder(path) == 0 { return }
  var code = errno
  if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
    try makeFolders(String(path[..<slash]))
    if makeFolder(path) == 0 { return }
    code = errno
  }
  // Whatever mkdir minded (it exists, the file system is read-only), a folder that is there will do.
  guard isFolder(path) else {
    throw .cannotCreateFolder(path: path, code: code == EEXIST ? ENOTDIR : code)
  }
}

/// Makes one folder: 0, or -1 and `errno`.
package func makeFolder(_ path: String) -> Int32 {
  mkdir(path, 0o777)
}

/// Whether there is a file or a folder of this name.
package func exists(_ path: String) -> Bool {
  access(path, F_OK) == 0
}

/// Whether there is a folder of this name with something in it.
package func hasContents(_ path: String) -> Bool {
  guard let folder = opendir(path) else { return false }
  defer { closedir(folder) }
  // All have "." and "..".
  for _ in 0..<2 where readdir(folder) == nil { return false }
  return readdir(folder) != nil
}

/// The system's words for an `errno`.
package func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
