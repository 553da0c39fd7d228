extension Image {
  /// Decodes a binary PGM or PPM file, Netpbm's P5 and P6.
  ///
  /// The file consists of the letters P5 or P6, the width, the height and the largest value in
  /// decimal digits, separated by white space and followed by a single such character, and then the
  /// values row by row, in one byte each or, if the largest exceeds 255, in two, the higher first.
  /// In the header, a comment extends from a # to the end of a line.
  init(netpbm bytes: [UInt8], path: String) throws(ImageError) {
    var header = HeaderScanner(bytes: bytes, path: path)
    let width = try header.number("width", atMost: Int(Int32.max))
    let height = try header.number("height", atMost: Int(Int32.max))
    let maximum = try header.number("largest value", atMost: 65_535)
    try header.skipOneSpace()
    try Self.checkSize(height: height, width: width, path: path)

    let channels = bytes[1] == UInt8(ascii: "5") ? 1 : 3
    let count = height * width * channels
    let length = header.place + count * (maximum < 256 ? 1 : 2)
    guard bytes.count >= length else {
      throw .truncated(path: path, expectedBytes: length, foundBytes: bytes.count)
    }
    // More may follow: another image, or a line end added by an editor.
    let values = bytes[header.place..<length]
    self.init(
      height: height, width: width, channels: channels,
      pixels: maximum == 255 ? Array(values) : scaled(values, count: count, from: maximum))
  }

  /// The picture as a binary PGM file (Netpbm's P5, 8 bits) if it is grey, PPM (P6) if in colour.
  public var netpbm: [UInt8] {
    Array("\(channels == 1 ? "P5" : "P6")\n\(width) \(height)\n255\n".utf8) + pixels
  }

  /// The extension of such a file: `pgm`, or `ppm` in colour.
  public var netpbmExtension: String { channels == 1 ? "pgm" : "ppm" }
}

/// Scales values from 0 to a maximum to 0 to 255; larger values count as the maximum.
private func scaled(_ bytes: ArraySlice<UInt8>, count: Int, from maximum: Int) -> [UInt8] {
  let start = bytes.startIndex
  return (0..<count).map { index in
    let value =
      maximum < 256
      ? Int(bytes[start + index])
      : Int(bytes[start + 2 * index]) << 8 | Int(bytes[start + 2 * index + 1])
    return UInt8((min(value, maximum) * 255 + maximum / 2) / maximum)
  }
}

/// Reads the numbers of a Netpbm header in sequence.
struct HeaderScanner {
  let bytes: [UInt8]
  let path: String
  /// The position of the next byte, initially after the letters at the beginning of the file.
  private(set) var place = 2

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The next number, from 1 to `limit`.
  mutating func number(_ name: String, atMost limit: Int) throws(ImageError) -> Int {
    let start = place
    skipSpacesAndComments()
    let token = bytes[place...].prefix { !isSpace($0) && $0 != UInt8(ascii: "#") }
    let text = String(decoding: token.prefix(20), as: UTF8.self)
    guard place > start, token.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
      (1...limit).contains(number)
    else {
      throw .brokenHeader(
        path: path, expected: "the \(name), a whole number from 1 to \(limit)", found: text)
    }
    place = token.endIndex
    return number
  }

  /// Skips the one character between the header and the pixels.
  mutating func skipOneSpace() throws(ImageError) {
    guard place < bytes.count, isSpace(bytes[place]) else {
      let found = String(decoding: bytes[place...].prefix(1), as: UTF8.self)
      throw .brokenHeader(
        path: path, expected: "white space before the pixels", found: found)
    }
    place += 1
  }

  private mutating func skipSpacesAndComments() {
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "#") {
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
      } else if isSpace(bytes[place]) {
        place += 1
      } else {
        return
      }
    }
  }

  /// Whether it is white space by the C library's definition: a blank, a tab, or the end of a line
  /// or page.
  private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
