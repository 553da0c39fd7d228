import CZlib
import Files
import Glibc
import Tensor

/// Reads a file sequentially, inflating it on the way if it is gzipped.
///
/// zlib examines the first bytes, not the name, so that a raw file called `.gz` can be read too.
struct InflatingReader: ~Copyable {
  private let path: String
  private let file: gzFile

  /// The maximum number of bytes that the file can hold: each byte of a gzip stream expands to at
  /// most 1,032.
  let largestCount: Int

  /// Opens the file at `path`.
  init(path: String) throws {
    let source = try RegularFile<DatasetError>(path: path)
    let descriptor = try source.duplicatedDescriptor()
    guard let file = gzdopen(descriptor, "rb") else {
      close(descriptor)
      throw DatasetError.unreadable(path: path, reason: systemMessage(ENOMEM))
    }
    gzbuffer(file, 1 << 17)
    let (inflated, overflows) = source.size.multipliedReportingOverflow(by: 1_032)
    largestCount = gzdirect(file) == 1 ? source.size : overflows ? Int.max : inflated
    self.path = path
    self.file = file
  }

  deinit { gzclose_r(file) }

  /// Fills `buffer` with the next bytes and returns their number, which is smaller only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let found = gzread(file, buffer.baseAddress, UInt32(buffer.count))
    // Only the error reveals a truncated stream: its bytes so far are returned as usual.
    if found < buffer.count { try check() }
    return Int(found)
  }

  /// Reads `count` bytes, or the rest of the file if that is shorter.
  ///
  /// Memory is allocated for `count` bytes, or for the most that the file can hold; the system
  /// provides it as it is filled.
  func read(upTo count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveLargePages(min(count, largestCount))
    try withChunk { chunk in
      while bytes.count < count {
        let wanted = UnsafeMutableRawBufferPointer(
          rebasing: chunk[..<min(chunk.count, count - bytes.count)])
        let found = try read(into: wanted)
        bytes.append(contentsOf: wanted[..<found])
        if found < wanted.count { break }
      }
    }
    return bytes
  }

  /// Reads to the end of the file, which checks a gzip stream's checksum, and returns how many
  /// bytes were left, or `limit` if there were as many or more.
  func drain(atMost limit: Int) throws -> Int {
    var count = 0
    try withChunk { chunk in
      while count < limit {
        let found = try read(into: chunk)
        count += found
        if found < chunk.count { break }
      }
    }
    return min(count, limit)
  }

  /// Calls `body` with a buffer for bytes.
  private func withChunk(_ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { chunk.deallocate() }
    try body(chunk)
  }

  /// Throws the error that zlib has found, if any.
  private func check() throws {
    var code: Int32 = Z_OK
    guard let text = gzerror(file, &code), code < 0 else { return }
    // zlib's messages begin with the descriptor, ours with the path.
    let message = String(cString: text)
    let reason = message.firstRange(of: ">: ").map { String(message[$0.upperBound...]) } ?? message
    throw code == Z_ERRNO
      ? DatasetError.unreadable(path: path, reason: reason)
      : DatasetError.damagedGzip(path: path, reason: reason)
  }
}

extension [UInt8] {
  /// Reserves memory for this many bytes at once, in large pages.
  mutating func reserveLargePages(_ count: Int) {
    reserveCapacity(count)
    withUnsafeMutableBytes { reserved in
      adviseLargePages(
        for: UnsafeMutableRawBufferPointer(start: reserved.baseAddress, count: count))
    }
  }
}
