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
func makeFolder(_ path: String) -> Int32 {
  mkdir(path, 0o777)
}

/// Writes a whole file or leaves what was there before.
///
/// The bytes go to a temporary file in the same folder, which takes the name once they are on the
/// disk; nobody ever sees half a file.
func replaceFile(at path: String, with bytes: UnsafeRawBufferPointer) throws(OutputError) {
  // With the process' number, so that two runs that write the same file do not mix their bytes.
  let temporary = "\(path).\(getpid()).partial"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }

  var code = writeFully(bytes, to: descriptor)
  if code == 0, fsync(descriptor) != 0 { code = errno }
  // Some file systems (NFS, quotas) report a full disk only here.
  if close(descriptor) != 0, code == 0 { code = errno }
  if code == 0, rename(temporary, path) != 0 { code = errno }
  guard code == 0 else {
    unlink(temporary)
    throw .cannotWrite(path: path, code: code)
  }
}

/// Writes all bytes, however many calls it takes: 0, or the `errno` of the call that failed.
func writeFully(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if count >= 0 {
      rest = rest.dropFirst(count)
    } else if errno != EINTR {
      return errno
    }
  }
  return 0
}

/// The system's words for an `errno`.
func systemMessage(_ code: Int32) -> String {
  String(cString: strerror(code))
}

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
