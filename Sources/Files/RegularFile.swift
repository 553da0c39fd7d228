import Glibc

/// An error that can say that a file could not be read or is not whole.
package protocol FileReadingError: Error {
  /// The file is not there or cannot be read; the code is the system's `errno`.
  static func unreadable(path: String, code: Int32) -> Self
  /// The file is not what it should be.
  static func damaged(path: String, reason: String) -> Self
}

/// A file of bytes that is open for reading.
///
/// Anything but a regular file is refused, because reading a pipe or a device may never end.
package struct RegularFile<Failure: FileReadingError>: ~Copyable {
  package let path: String
  /// The number of bytes when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens a file, whose path may begin in another folder than the current one.
  package init(path: String, in base: OpenFolder? = nil) throws(Failure) {
    let start = base?.descriptor ?? AT_FDCWD
    let descriptor = openat(start, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    let path = base?.path(of: path) ?? path
    guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw code == 0
        ? .damaged(path: path, reason: "it is not a file of bytes")
        : .unreadable(path: path, code: code)
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills the buffer with the bytes that begin at `offset`.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Failure) {
    var count = 0
    while count < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let found = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + count))
      if found < 0 && errno == EINTR { continue }
      guard found >= 0 else { throw .unreadable(path: path, code: errno) }
      guard found > 0 else {
        throw .damaged(path: path, reason: "it became shorter while it was read")
      }
      count += found
    }
  }

  /// The bytes in a range, which must not leave the file.
  package func read(_ range: Range<Int>) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    let failure: Failure? = bytes.withUnsafeMutableBytes { buffer in
      do throws(Failure) {
        try read(at: range.lowerBound, into: buffer)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
