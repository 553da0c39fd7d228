import CZlib
import Files

/// Compresses bytes as gzip, in parts, and writes them to a file.
///
/// The header contains neither time nor name, so that the same bytes give the same file.
struct GzipWriter: ~Copyable {
  private let file: PartialFile
  // On the heap: zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ file: PartialFile) {
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 for the largest window, 16 for gzip's header; 8 is the usual share of memory.
    let code = deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "GzipWriter: expected memory for zlib, found its code \(code)")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses further bytes.
  func write(_ bytes: [UInt8]) throws(OutputError) {
    // In pieces, since zlib counts in 32 bits.
    let length = 1 << 24
    for start in stride(from: 0, to: bytes.count, by: length) {
      try deflate(Array(bytes[start..<min(start + length, bytes.count)]), Z_NO_FLUSH)
    }
  }

  /// Writes the rest; must be the last call.
  func finish() throws(OutputError) { try deflate([], Z_FINISH) }

  private func deflate(_ bytes: [UInt8], _ flush: Int32) throws(OutputError) {
    var input = bytes
    var output = [UInt8](repeating: 0, count: 1 << 17)
    var parts: [[UInt8]] = []
    input.withUnsafeMutableBufferPointer { input in
      stream.pointee.next_in = input.baseAddress
      stream.pointee.avail_in = UInt32(input.count)
      var isFull = true
      while isFull {
        let count = output.withUnsafeMutableBufferPointer { output in
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(output.count)
          _ = CZlib.deflate(stream, flush)
          return output.count - Int(stream.pointee.avail_out)
        }
        parts.append(Array(output.prefix(count)))
        isFull = count == output.count
      }
    }
    for part in parts { try file.write(part) }
  }
}
