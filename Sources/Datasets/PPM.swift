import Tensor

/// A colour picture as a binary PPM file holds it, Netpbm's P6 with a byte for each colour.
///
/// The file is the letters P6, the width, the height and the largest value in decimal digits, with
/// white space between them and one such character behind, and then the pixels row by row: red,
/// green, blue. From a # to the end of a line the header is a comment.
struct PPM {
  let height: Int
  let width: Int
  /// `[height, width, 3]`, row-major.
  let pixels: [UInt8]

  /// Reads the file at `path`, raw or gzipped.
  ///
  /// Throws a ``DatasetError`` that says what is wrong with the file. A header that promises more
  /// than the file holds costs no more memory than the file.
  init(path: String) throws {
    let reader = try InflatingReader(path: path)
    let head = try reader.read(upTo: 1 << 16)
    guard head.starts(with: Array("P6".utf8)) else {
      throw DatasetError.notAnImage(path: path, found: Array(head.prefix(2)))
    }
    var header = HeaderScanner(bytes: head, path: path)
    width = try header.number("width", atMost: Int(Int32.max))
    height = try header.number("height", atMost: Int(Int32.max))
    let maximum = try header.number("largest value", atMost: 65_535)
    guard maximum == 255 else {
      throw DatasetError.unsupportedMaximum(path: path, found: maximum)
    }
    try header.skipOneSpace()

    let (count, overflows) = (3 * width).multipliedReportingOverflow(by: height)
    guard !overflows, count <= Int.max - header.place else {
      throw DatasetError.tooLarge(path: path, shape: [height, width, 3])
    }
    let length = header.place + count
    let found = head.dropFirst(header.place).prefix(count)
    pixels = found + (try reader.read(upTo: count - found.count))
    guard pixels.count == count else {
      throw DatasetError.truncated(
        path: path, expectedBytes: length, foundBytes: header.place + pixels.count)
    }
    let trailing = head.count - header.place - found.count + (try reader.drain())
    guard trailing == 0 else {
      throw DatasetError.trailingBytes(
        path: path, expectedBytes: length, foundBytes: length + trailing)
    }
  }
}

/// Reads the numbers of a Netpbm header, one after the other.
private struct HeaderScanner {
  let bytes: [UInt8]
  let path: String
  /// Where the next byte is: behind the letters that the file begins with.
  private(set) var place = 2

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The next number, from 1 to `limit`.
  mutating func number(_ name: String, atMost limit: Int) throws -> Int {
    let start = place
    skipSpacesAndComments()
    let token = bytes[place...].prefix { !isSpace($0) && $0 != UInt8(ascii: "#") }
    let text = String(decoding: token.prefix(20), as: UTF8.self)
    guard place > start, token.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
      (1...limit).contains(number)
    else {
      throw DatasetError.brokenHeader(
        path: path, expected: "the \(name), a whole number from 1 to \(limit)", found: text)
    }
    place = token.endIndex
    return number
  }

  /// The one character between the header and the pixels.
  mutating func skipOneSpace() throws {
    guard place < bytes.count, isSpace(bytes[place]) else {
      let found = String(decoding: bytes[place...].prefix(1), as: UTF8.self)
      throw DatasetError.brokenHeader(
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

  /// Whether it is white space by the C library's definition: a blank, a tab, or an end of line or
  /// page.
  private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
