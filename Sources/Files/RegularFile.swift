import Glibc

/// An error that can express that a file is unreadable or damaged.
package protocol FileReadingError: Error {
  /// The file is missing or cannot be read; the code is the system's `errno`.
  static func unreadable(path: String, code: Int32) -> Self
  /// The contents of the file are invalid.
  static func damaged(path: String, reason: String) -> Self
}

/// A regular file that is open for reading.
///
/// Other kinds of files are rejected, because reading a pipe or a device may never end; opening one
/// does not block either.
package struct RegularFile<Failure: FileReadingError>: ~Copyable {
  /// The path, for messages.
  package let path: String
  /// The size in bytes when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// Opens a file, following links; a relative path may start in another folder than the current
  /// one.
  package init(path: String, in base: OpenFolder? = nil) throws(Failure) {
    let descriptor = openat(base?.descriptor ?? AT_FDCWD, path, RegularFile.flags)
    let code = errno
    let name = base?.path(of: path) ?? path
    errno = code
    try self.init(path: name, descriptor: descriptor)
  }

  /// Opens a file in a folder without following links: neither the file nor a folder between it and
  /// `folder` may be one.
  ///
  /// For files whose contents are copied to places visible to others.
  ///
  /// - Parameters:
  ///   - name: The path relative to the folder: `samples/epoch-001.png`.
  ///   - folder: The folder, whose own path may contain links.
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

  /// Takes the result of `open`, whose `errno` is still set.
  private init(path: String, descriptor: Int32) throws(Failure) {
    guard descriptor >= 0 else {
      throw errno == ENXIO  // Sockets cannot be opened.
        ? .damaged(path: path, reason: "expected a regular file, found a socket or a device")
        : .unreadable(path: path, code: errno)
    }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw code == 0
        ? .damaged(
          path: path, reason: "expected a regular file, found \(fileKind(status.st_mode))")
        : .unreadable(path: path, code: code)
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static var flags: Int32 { O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY }

  /// Sets the file's times to now, if permitted.
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

  /// The bytes in a range, which must lie in the file.
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

  /// All bytes of a file, with a limit on their number.
  ///
  /// The limit is needed because a file of a few disk blocks can claim any size.
  package func contents(atMost limit: Int) throws(Failure) -> [UInt8] {
    guard size <= limit else {
      throw .damaged(path: path, reason: "expected at most \(limit) bytes, found \(size)")
    }
    return try read(0..<size)
  }
}

/// The kind of an item that is not a regular file.
private func fileKind(_ mode: mode_t) -> String {
  switch mode & S_IFMT {
  case S_IFDIR: "a folder"
  case S_IFIFO: "a pipe"
  case S_IFCHR, S_IFBLK: "a device"
  default: "something else"
  }
}

/// A file that could not be read, if no more specific error type is needed.
package enum UnreadableFile: Error, Equatable, FileReadingError {
  /// The file is missing or cannot be read.
  case unreadable(path: String, code: Int32)
  /// The contents of the file are invalid.
  case damaged(path: String, reason: String)
}
