/// Reads a text unit by unit, as the numbers of bytes or code points.
struct UnitReader {
  private let bytes: [UInt8]
  private let path: String
  private let isBytes: Bool
  private let skipsLineBreaks: Bool
  private var place = 0
  /// The line of the last unit read, from 1, if line breaks are skipped.
  private(set) var line = 1

  /// Reads the bytes of a file; the path is for errors.
  ///
  /// - Parameters:
  ///   - bytes: The contents of the file.
  ///   - path: The file, for errors.
  ///   - unit: Whether to read characters or bytes.
  ///   - skipsLineBreaks: Whether LF and CR LF are left out and counted as line ends.
  init(_ bytes: [UInt8], path: String, unit: TextUnit, skipsLineBreaks: Bool) {
    self.bytes = bytes
    self.path = path
    self.skipsLineBreaks = skipsLineBreaks
    isBytes = unit == .bytes
    if !isBytes, bytes.starts(with: [0xef, 0xbb, 0xbf]) { place = 3 }
  }

  /// Returns the next unit, or nil at the end.
  ///
  /// Throws ``TextError/notUTF8(path:offset:line:found:)`` for bytes that are not a character.
  mutating func next() throws(TextError) -> UInt32? {
    if skipsLineBreaks { skipLineBreaks() }
    guard place < bytes.count else { return nil }
    let byte = bytes[place]
    guard isBytes || byte < 0x80 else { return try longCharacter() }
    place += 1
    return UInt32(byte)
  }

  private mutating func skipLineBreaks() {
    while place < bytes.count {
      let isPair =
        bytes[place] == UInt8(ascii: "\r") && place + 1 < bytes.count
        && bytes[place + 1] == UInt8(ascii: "\n")
      guard isPair || bytes[place] == UInt8(ascii: "\n") else { return }
      place += isPair ? 2 : 1
      line += 1
    }
  }

  /// Reads a character of more than one byte.
  private mutating func longCharacter() throws(TextError) -> UInt32 {
    var parser = Unicode.UTF8.ForwardParser()
    // The longest has four bytes.
    var iterator = bytes[place...].prefix(4).makeIterator()
    guard case .valid(let scalar) = parser.parseScalar(from: &iterator) else {
      let line = bytes[..<place].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
      throw .notUTF8(path: path, offset: place, line: line, found: bytes[place])
    }
    place += scalar.count
    return Unicode.UTF8.decode(scalar).value
  }
}
