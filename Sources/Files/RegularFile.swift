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
/// Anything but a regular file is refused, because reading a pipe or a device may never end; opening
/// one does not wait either.
package struct RegularFile<Failure: FileReadingError>: ~Copyable {
  /// The path for messages.
  package let path: String
  /// The number of bytes when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens a file, where links lead; its path may begin in another folder than the current one.
  package init(path: String, in base: OpenFolder? = nil) throws(Failure) {
    let descriptor = openat(base?.descriptor ?? AT_FDCWD, path, RegularFile.flags)
    let code = errno
    let name = base?.path(of: path) ?? path
    errno = code
    try self.init(path: name, descriptor: descriptor)
  }

  /// Opens a file of a folder, but not through a link: neither the file nor a folder on the way to it
  /// from `folder` may be one.
  ///
  /// It is for files whose contents are copied to where others see them.
  ///
  /// - Parameters:
  ///   - name: The path from the folder: `samples/epoch-001.png`.
  ///   - folder: The folder, which may itself be reached through links.
  package init(_ name: String, withoutLinksIn folder: String) throws(Failure) {
    let folderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    let parts = name.split(separator: "/")
    var descriptor = open(folder, folderFlags)
    for (index, part) in parts.enumerated() where descriptor >= 0 {
      let flags = index == parts.count - 1 ? RegularFile.flags : folderFlags
      let next = openat(descriptor, String(part), flags | O_NOFOLLOW)
      let code = errno
      close(descriptor)
      errno = code
      descriptor = next
    }
    try self.init(path: "\(folder)/\(name)", descriptor: descriptor)
  }

  /// Takes what `open` returned, whose `errno` is still set.
  private init(path: String, descriptor: Int32) throws(Failure) {
    guard descriptor >= 0 else {
      throw errno == ENXIO  // Sockets cannot be opened.
        ? .damaged(path: path, reason: "expected a file of bytes, found a socket or a device")
        : .unreadable(path: path, code: errno)
    }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw code == 0
        ? .damaged(
          path: path, reason: "expected a file of bytes, found \(fileKind(status.st_mode))")
        : .unreadable(path: path, code: code)
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static var flags: Int32 { O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY }

  /// Sets the file's times to now, where that is allowed.
  package func markAsUsed() { futimens(descriptor, nil) }

  /// Another descriptor of the open file, for the caller to close.
  package func duplicatedDescriptor() throws(Failure) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .unreadable(path: path, code: errno) }
    return copy
  }

  /// Fills the buffer with the bytes that begin at `offset`.
  package func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
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
    try read(at: range.lowerBound, into: &bytes)
    return bytes
  }

  /// Fills the array with the bytes that begin at `offset`.
  package func read(at offset: Int, into bytes: inout [UInt8]) throws(Failure) {
    let failure: Failure? = bytes.withUnsafeMutableBytes { buffer in
      do throws(Failure) {
        try read(at: offset, into: buffer)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// All bytes of a file that is to have at most so many.
  ///
  /// The limit is there because a file of a few blocks on the disk can say that it has any size.
  package func contents(atMost limit: Int) throws(Failure) -> [UInt8] {
    guard size <= limit else {
      throw .damaged(path: path, reason: "expected at most \(limit) bytes, found \(size)")
    }
    return try read(0..<size)
  }
}

/// What a file is that is no file of bytes.
private func fileKind(_ mode: mode_t) -> String {
  switch mode & S_IFMT {
  case S_IFDIR: "a folder"
  case S_IFIFO: "a pipe"
  case S_IFCHR, S_IFBLK: "a device"
  default: "something else"
  }
}

/// A file that could not be read, where nobody is told why.
package enum UnreadableFile: Error, Equatable, FileReadingError {
  /// The file is not there or cannot be read.
  case unreadable(path: String, code: Int32)
  /// The file is not what it should be.
  case damaged(path: String, reason: String)
}
