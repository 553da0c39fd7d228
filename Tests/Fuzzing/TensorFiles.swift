import CZlib

extension StructuredFile {
  /// A safetensors file split into the header's text and the float32 numbers; the header's length
  /// is right, and so is the checksum if there is one.
  public static func safetensors(_ file: [UInt8], endsInChecksum: Bool = false) -> StructuredFile {
    let length = file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    return StructuredFile([
      .text(Array(file[8..<8 + length])), .figures(Array(file[(8 + length)...]), width: 4),
    ]) { contents in
      var bytes = littleEndian(contents[0].count, width: 8) + contents.flatMap(\.self)
      if endsInChecksum, bytes.count >= 8 {
        bytes.removeLast(8)
        let checksum = crc32_z(0, bytes, bytes.count)
        for half in [checksum >> 16, checksum & 0xffff] {
          bytes += littleEndian(Int(Float(half).bitPattern), width: 4)
        }
      }
      return bytes
    }
  }

  /// A file in NumPy's .npy format, with the right header length.
  public static func npy(_ file: [UInt8]) -> StructuredFile {
    let lengthWidth = file[6] == 1 ? 2 : 4
    let begin = 8 + lengthWidth
    let length = file[8..<begin].reversed().reduce(0) { $0 << 8 | Int($1) }
    return StructuredFile([
      .bytes(Array(file[..<6])), .bytes(Array(file[6..<8])),
      .text(Array(file[begin..<begin + length])), .bytes(Array(file[(begin + length)...])),
    ]) { contents in
      let lengthWidth = contents[1].first == 1 ? 2 : 4
      return contents[0] + contents[1] + littleEndian(contents[2].count, width: lengthWidth)
        + contents[2] + contents[3]
    }
  }

  /// An IDX file split into its numbers and bytes, gzipped or not.
  public static func idx(_ file: [UInt8], isGzipped: Bool) -> StructuredFile {
    let count = Int(file[3]) + 1
    let numbers = (0..<count).map { index in
      Part.number(
        file[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | UInt64($1) }, width: 4,
        isBigEndian: true)
    }
    return StructuredFile(numbers + [.bytes(Array(file[(4 * count)...]))]) { contents in
      let bytes = contents.flatMap(\.self)
      return isGzipped ? deflated(bytes, isGzip: true) : bytes
    }
  }
}

func littleEndian(_ number: Int, width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

func bigEndian(_ number: Int, width: Int) -> [UInt8] {
  littleEndian(number, width: width).reversed()
}

/// The bytes compressed, with the header and the checksum of zlib or of gzip.
public func deflated(_ bytes: [UInt8], isGzip: Bool = false) -> [UInt8] {
  var stream = z_stream()
  var input = bytes
  deflateInit2_(
    &stream, 6, Z_DEFLATED, isGzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
  input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      deflate(&stream, Z_FINISH)
    }
  }
  let count = Int(stream.total_out)
  deflateEnd(&stream)
  return Array(output.prefix(count))
}

/// The decompressed bytes of zlib data, at most `limit` of them.
func inflated(_ bytes: [UInt8], limit: Int = 1 << 20) -> [UInt8] {
  var output = [UInt8](repeating: 0, count: limit)
  var count = UInt(limit)
  uncompress(&output, &count, bytes, UInt(bytes.count))
  return Array(output.prefix(Int(count)))
}
