/// Reads JSON of a known form sequentially (RFC 8259).
///
/// Only requested values are read: there is no tree of values, and nothing nested more deeply than
/// the reader requests, except for skipped values. A repeated name in an object is an error,
/// because programs differ in which of the two they use; names are compared by their bytes.
struct JSONScanner {
  /// The expectation that was not met, and its position.
  struct Failure: Error {
    let text: String
  }

  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// An error at the current position.
  func failure(_ expected: String) -> Failure { Failure(text: "\(expected) at byte \(place)") }

  /// Reads an object; the closure reads the value under each name.
  mutating func object(
    _ value: (_ name: String, _ scanner: inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try take("{")
    if takes("}") { return }
    var names = Set<ExactText>()
    repeat {
      let name = try text()
      guard names.insert(ExactText(name)).inserted else {
        throw failure("expected no second \(name)")
      }
      try take(":")
      try value(name, &self)
    } while takes(",")
    try take("}")
  }

  /// Reads a list of whole numbers.
  mutating func wholeNumbers() throws(Failure) -> [Int] {
    try take("[")
    if takes("]") { return [] }
    var numbers: [Int] = []
    repeat { numbers.append(try wholeNumber()) } while takes(",")
    try take("]")
    return numbers
  }

  /// Reads a whole number that fits into 64 bits.
  mutating func wholeNumber() throws(Failure) -> Int {
    skipSpace()
    let begin = place
    if peek == UInt8(ascii: "-") { place += 1 }
    let digitCount = skipDigits()
    let hasLeadingZero = digitCount > 1 && bytes[place - digitCount] == UInt8(ascii: "0")
    let isFraction = peek.map { ".eE".utf8.contains($0) } ?? false
    guard !hasLeadingZero, !isFraction,
      let number = Int(String(decoding: bytes[begin..<place], as: UTF8.self))
    else {
      place = begin
      throw failure("expected a whole number")
    }
    return number
  }

  /// Checks that only white space is left.
  mutating func end() throws(Failure) {
    skipSpace()
    guard place == bytes.count else { throw failure("expected the end") }
  }

  // MARK: Values of any kind

  /// The greatest nesting depth of a skipped value, as in the reference implementation of
  /// safetensors.
  private static let deepestNesting = 125

  /// Reads a null if it is next.
  mutating func takesNull() -> Bool {
    skipSpace()
    return takesNow("null")
  }

  /// Skips a value of any kind, which must be valid JSON.
  ///
  /// It tracks nesting with a list of open brackets rather than recursion, which a file could make
  /// overflow the stack.
  mutating func skipValue() throws(Failure) {
    var isInObject: [Bool] = []
    repeat {
      if takes("{") {
        try open(true, &isInObject)
        if !takes("}") {
          try skipName()
          continue
        }
        isInObject.removeLast()
      } else if takes("[") {
        try open(false, &isInObject)
        if !takes("]") { continue }
        isInObject.removeLast()
      } else {
        try skipScalar()
      }
      // After a value: closing brackets, then the separator from the next value.
      while let isObject = isInObject.last {
        if takes(",") {
          if isObject { try skipName() }
          break
        }
        try take(isObject ? "}" : "]")
        isInObject.removeLast()
      }
    } while !isInObject.isEmpty
  }

  private func open(_ isObject: Bool, _ isInObject: inout [Bool]) throws(Failure) {
    guard isInObject.count < Self.deepestNesting else {
      throw failure("expected no more than \(Self.deepestNesting) values in one another")
    }
    isInObject.append(isObject)
  }

  private mutating func skipName() throws(Failure) {
    _ = try text()
    try take(":")
  }

  /// Skips a value that contains no others.
  private mutating func skipScalar() throws(Failure) {
    skipSpace()
    if peek == UInt8(ascii: "\"") {
      _ = try text()
    } else if !takesNow("null"), !takesNow("true"), !takesNow("false") {
      try skipNumber()
    }
  }

  private mutating func skipNumber() throws(Failure) {
    let begin = place
    if peek == UInt8(ascii: "-") { place += 1 }
    let whole = skipDigits()
    guard whole == 1 || whole > 1 && bytes[place - whole] != UInt8(ascii: "0") else {
      place = begin
      throw failure("expected a value")
    }
    if peek == UInt8(ascii: ".") {
      place += 1
      guard skipDigits() > 0 else { throw failure("expected a digit") }
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      place += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { place += 1 }
      guard skipDigits() > 0 else { throw failure("expected a digit") }
    }
  }

  /// Skips digits, and returns their number.
  private mutating func skipDigits() -> Int {
    let begin = place
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    return place - begin
  }

  // MARK: Texts

  /// Reads a text.
  mutating func text() throws(Failure) -> String {
    try take("\"")
    var text: [UInt8] = []
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("expected no control character in a text") }
      place += 1
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: Array(String(try escaped()).utf8))
      } else {
        text.append(byte)
      }
    }
    guard peek != nil else { throw failure("expected the end of a text") }
    guard let result = String(validating: text, as: UTF8.self) else {
      throw failure("expected UTF-8 before")
    }
    place += 1
    return result
  }

  /// Reads the characters after a backslash.
  private mutating func escaped() throws(Failure) -> Character {
    guard let byte = peek else { throw failure("expected the end of a text") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return Character(Unicode.Scalar(byte))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      // The first half of a pair, for a character beyond the first 65,536.
      if (0xd800..<0xdc00).contains(units[0]), takesNow("\\u") { units.append(try codeUnit()) }
      guard let text = String(validating: units, as: UTF16.self), let first = text.first else {
        throw failure("expected a character before")
      }
      return first
    default: throw failure("expected an escape of JSON before")
    }
  }

  /// Reads four hexadecimal digits.
  private mutating func codeUnit() throws(Failure) -> UInt16 {
    let digits = bytes[place..<min(place + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits") }
    place += 4
    return unit
  }

  // MARK: Bytes

  /// Whether a byte is white space of JSON.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = peek, Self.isSpace(byte) { place += 1 }
  }

  /// Skips a character, after any white space.
  private mutating func take(_ sign: Unicode.Scalar) throws(Failure) {
    guard takes(sign) else { throw failure("expected \(sign)") }
  }

  /// Skips a character, after any white space, if it is next.
  private mutating func takes(_ sign: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: sign) else { return false }
    place += 1
    return true
  }

  /// Skips characters if they are next.
  private mutating func takesNow(_ signs: String) -> Bool {
    guard bytes[place...].starts(with: signs.utf8) else { return false }
    place += signs.utf8.count
    return true
  }
}
