import Tensor

/// The header of a file in the .npy format: a Python dictionary with type, order and shape.
struct NPYHeader {
  let type: ElementType
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: [Int]

  /// The maximum number of bytes before the header's text: magic, version and a length of four
  /// bytes.
  static let longestBeginning = 12
  /// The maximum number of bytes in a header's text; 64 dimensions take a tenth of it.
  private static let maximumLength = 16_384
  /// The maximum number of dimensions, as in NumPy.
  private static let maximumRank = 64
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
}

// MARK: - Reading

extension NPYHeader {
  /// The byte range of the header's text in the file.
  static func range(
    beginning: [UInt8], fileSize: Int, _ path: String
  ) throws(NPYError) -> Range<Int> {
    guard beginning.starts(with: magic) else {
      throw .damaged(path: path, reason: "it does not begin with \\x93NUMPY")
    }
    guard beginning.count > 7, (1...3).contains(beginning[6]), beginning[7] == 0 else {
      let found = beginning.dropFirst(6).prefix(2).map(String.init).joined(separator: ".")
      throw .damaged(path: path, reason: "expected version 1.0, 2.0 or 3.0, found '\(found)'")
    }
    let lengthBytes = beginning[6] == 1 ? 2 : 4
    let bytes = beginning.dropFirst(8).prefix(lengthBytes)
    let length = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthBytes
    guard bytes.count == lengthBytes, length <= fileSize - start else {
      throw .damaged(
        path: path, reason: "its header would be longer than the file, of \(fileSize) bytes")
    }
    guard length <= maximumLength else {
      throw .damaged(
        path: path, reason: "its header has \(length) bytes, more than \(maximumLength)")
    }
    return start..<start + length
  }

  /// Reads the header's text, such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - version: The format's version, 1 to 3. Up to 2, Python 2 may have written the file.
  ///   - path: The file, for errors.
  init(bytes: [UInt8], version: UInt8, _ path: String) throws(NPYError) {
    var scanner = PythonScanner(bytes, isOfPython2: version < 3)
    var description: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    do throws(PythonScanner.Failure) {
      try scanner.dictionary { name, scanner throws(PythonScanner.Failure) in
        switch name {
        case "descr": description = try scanner.textOrRest()
        case "fortran_order": isFortranOrder = try scanner.truthValue()
        case "shape": shape = try scanner.tuple()
        default: throw scanner.failure("expected descr, fortran_order or shape")
        }
      }
    } catch {
      // A record's type is a list and ends the reading; the error then names the type.
      if let description, Self.elementType(description) == nil {
        throw .unsupportedType(path: path, found: description)
      }
      throw .damaged(path: path, reason: "its header does not describe an array: \(error.text)")
    }
    guard let description, let isFortranOrder, let shape else {
      throw .damaged(
        path: path, reason: "its header lacks one of descr, fortran_order and shape")
    }
    guard let (type, isBigEndian) = Self.elementType(description) else {
      throw .unsupportedType(path: path, found: description)
    }
    guard shape.count <= Self.maximumRank else {
      throw .damaged(path: path, reason: "it has \(shape.count) dimensions")
    }
    (self.type, self.isBigEndian) = (type, isBigEndian)
    (self.isFortranOrder, self.shape) = (isFortranOrder, shape)
  }

  /// The element type with this NumPy name, and whether the highest byte comes first.
  ///
  /// Without a byte order, and with those for "native" and "none", little-endian is assumed: the
  /// order of the machines that most files come from.
  private static func elementType(_ text: String) -> (ElementType, isBigEndian: Bool)? {
    if let type = types[text] ?? names[text] { return (type, false) }
    guard let order = text.first, "<>|=".contains(order),
      let type = types[String(text.dropFirst())]
    else { return nil }
    return (type, order == ">")
  }

  /// Types by kind and size, and by the letters of C types on 64-bit Unix, optionally preceded by a
  /// byte order.
  private static let types: [String: ElementType] = [
    "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16,
    "i1": .int8, "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool,
    "d": .float64, "f": .float32, "e": .float16, "q": .int64, "l": .int64, "p": .int64,
    "i": .int32, "h": .int16, "b": .int8, "Q": .uint64, "L": .uint64, "P": .uint64, "I": .uint32,
    "H": .uint16, "B": .uint8, "?": .bool,
  ]

  /// Types by NumPy name.
  private static let names: [String: ElementType] = [
    "float64": .float64, "float32": .float32, "float16": .float16, "int64": .int64,
    "int32": .int32, "int16": .int16, "int8": .int8, "uint64": .uint64, "uint32": .uint32,
    "uint16": .uint16, "uint8": .uint8, "bool": .bool, "double": .float64, "single": .float32,
    "half": .float16, "float": .float64, "int": .int64, "uint": .uint64,
  ]
}

/// Reads the few forms of Python literals that occur in a header.
private struct PythonScanner {
  struct Failure: Error {
    let text: String
  }

  private let bytes: [UInt8]
  /// Whether integers may end in L, as in Python 2.
  private let isOfPython2: Bool
  private var place = 0

  init(_ bytes: [UInt8], isOfPython2: Bool) {
    self.bytes = bytes
    self.isOfPython2 = isOfPython2
  }

  func failure(_ expected: String) -> Failure { Failure(text: "\(expected) at byte \(place)") }

  /// Reads a dictionary, after which only white space may follow.
  mutating func dictionary(
    _ value: (_ name: String, _ scanner: inout PythonScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try take("{")
    var names: [String] = []
    while !takes("}") {
      let name = try text()
      guard !names.contains(name) else { throw failure("expected no second \(name)") }
      names.append(name)
      try take(":")
      try value(name, &self)
      if !takes(",") {
        try take("}")
        break
      }
    }
    skipSpace()
    guard place == bytes.count else { throw failure("expected the end") }
  }

  /// Reads a text without escapes, in quotation marks of either kind, with or without the u that
  /// distinguishes texts from bytes in Python 2.
  mutating func text() throws(Failure) -> String {
    if !takes("u") { skipSpace() }
    guard let mark = peek, mark == UInt8(ascii: "'") || mark == UInt8(ascii: "\"") else {
      throw failure("expected a text")
    }
    let begin = place + 1
    guard let end = bytes[begin...].firstIndex(of: mark) else {
      throw failure("expected the end of a text")
    }
    place = end + 1
    return String(decoding: bytes[begin..<end], as: UTF8.self)
  }

  /// Reads a text, or the whole rest if something else follows.
  mutating func textOrRest() throws(Failure) -> String {
    skipSpace()
    if let mark = peek, !"'\"u".utf8.contains(mark) {
      let rest = bytes[place...].prefix(200)
      place = bytes.count
      return String(decoding: rest, as: UTF8.self)
    }
    return try text()
  }

  mutating func truthValue() throws(Failure) -> Bool {
    if takes("True") { return true }
    if takes("False") { return false }
    throw failure("expected True or False")
  }

  /// Reads a tuple of integers, 0 or more; a single one is `(3,)`.
  mutating func tuple() throws(Failure) -> [Int] {
    try take("(")
    var numbers: [Int] = []
    while !takes(")") {
      numbers.append(try wholeNumber())
      if !takes(",") {
        try take(")")
        guard numbers.count > 1 else { throw failure("expected a tuple") }
        break
      }
    }
    return numbers
  }

  private mutating func wholeNumber() throws(Failure) -> Int {
    skipSpace()
    let begin = place
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    guard let number = Int(String(decoding: bytes[begin..<place], as: UTF8.self)) else {
      place = begin
      throw failure("expected a whole number")
    }
    if isOfPython2 { _ = takes("L") }
    return number
  }

  private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || (0x09...0x0d).contains(byte) { place += 1 }
  }

  private mutating func take(_ word: String) throws(Failure) {
    guard takes(word) else { throw failure("expected \(word)") }
  }

  /// Skips a word, after any white space, if it is next.
  private mutating func takes(_ word: String) -> Bool {
    skipSpace()
    guard bytes[place...].starts(with: word.utf8) else { return false }
    place += word.utf8.count
    return true
  }
}

// MARK: - Writing

extension NPYHeader {
  /// All bytes before the elements, a multiple of 64.
  static func bytes(_ dtype: DType, _ shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let type = dtype == .float32 ? "<f4" : "<f8"
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let unpadded = magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
  }
}
