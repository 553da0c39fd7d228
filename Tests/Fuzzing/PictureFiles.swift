import CZlib

extension StructuredFile {
  /// A PNG file split into the types and contents of its chunks, with the right lengths and
  /// checksums; the rows of pixels are changed before they are compressed.
  public static func png(_ file: [UInt8]) -> StructuredFile {
    var parts: [Part] = [.bytes(Array(file[..<8]))]
    var start = 8
    while start + 12 <= file.count {
      let length = file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      let type = Array(file[start + 4..<start + 8])
      let contents = Array(file[start + 8..<start + 8 + length])
      parts.append(.bytes(type))
      switch String(decoding: type, as: UTF8.self) {
      case "IHDR":
        // The width, the height, and five bytes; otherwise the parts after a type come in pairs.
        parts += [.number(number(contents[0..<4]), width: 4, isBigEndian: true)]
        parts += [.number(number(contents[4..<8]), width: 4, isBigEndian: true)]
        parts += [.bytes(Array(contents[8...]))]
      case "IDAT": parts.append(.bytes(inflated(contents)))
      default: parts.append(.bytes(contents))
      }
      start += 12 + length
    }
    return StructuredFile(parts) { contents in
      var bytes = contents[0] + chunk(contents[1], contents[2] + contents[3] + contents[4])
      for place in stride(from: 5, to: contents.count - 1, by: 2) {
        let isPixels = contents[place] == Array("IDAT".utf8)
        bytes += chunk(
          contents[place], isPixels ? deflated(contents[place + 1]) : contents[place + 1])
      }
      return bytes
    }
  }

  /// The bytes of a chunk of any type.
  private static func chunk(_ type: [UInt8], _ contents: [UInt8]) -> [UInt8] {
    let body = type + contents
    return bigEndian(contents.count, width: 4) + body
      + bigEndian(Int(crc32_z(0, body, body.count)), width: 4)
  }

  /// A JPEG file split into the markers and contents of its segments, with the right lengths, and
  /// the compressed pixels after each scan's header.
  public static func jpeg(_ file: [UInt8]) -> StructuredFile {
    var parts: [Part] = []
    var start = 0
    while start + 2 <= file.count {
      let marker = file[start + 1]
      parts.append(.bytes(Array(file[start..<start + 2])))
      start += 2
      var contents: [Part] = [.bytes([]), .bytes([]), .bytes([]), .bytes([])]
      if marker != 0xD8, marker != 0xD9 {
        let length = Int(number(file[start..<start + 2]))
        let end = start + length
        if (0xC0...0xC2).contains(marker) {
          // The precision, the height, the width, and the components.
          contents[0] = .bytes([file[start + 2]])
          contents[1] = .number(number(file[start + 3..<start + 5]), width: 2, isBigEndian: true)
          contents[2] = .number(number(file[start + 5..<start + 7]), width: 2, isBigEndian: true)
          contents[3] = .bytes(Array(file[start + 7..<end]))
        } else {
          contents[0] = .bytes(Array(file[start + 2..<end]))
        }
        start = end
        var pixels: [UInt8] = []
        while marker == 0xDA, start + 1 < file.count,
          file[start] != 0xFF || file[start + 1] == 0 || (0xD0...0xD7).contains(file[start + 1])
        {
          pixels.append(file[start])
          start += 1
        }
        contents.append(.bytes(pixels))
      } else {
        contents.append(.bytes([]))
      }
      parts += contents
    }
    return StructuredFile(parts) { contents in
      stride(from: 0, to: contents.count - 5, by: 6).flatMap { place -> [UInt8] in
        let segment = contents[place + 1...place + 4].flatMap(\.self)
        let hasLength = !segment.isEmpty
        return contents[place] + (hasLength ? bigEndian(segment.count + 2, width: 2) : []) + segment
          + contents[place + 5]
      }
    }
  }

  /// A PGM or PPM file split into the text of its header and its values.
  public static func netpbm(header: String, _ values: [UInt8]) -> StructuredFile {
    StructuredFile([.text(Array(header.utf8)), .bytes(values)])
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}
