/// Reads comma-separated values, record by record (RFC 4180).
///
/// Fields may be quoted and then contain separators, line breaks and, doubled, quotation marks.
/// Beyond the RFC, lines may end with LF, CR LF or CR alone, the separator may be another
/// character, a byte order mark, blank lines and blanks around quoted fields are skipped, and a
/// quotation mark in the middle of an unquoted field stands for itself. The caller decides whether
/// the first record is a heading, and how many fields a record must have.
///
/// ```swift
/// var table = try DelimitedText(bytes, path: "labels.csv")
/// while let fields = try table.nextRecord() {
///   print(fields[0].line, fields.map(\.text))
/// }
/// ```
///
/// Fields are slices of the given bytes; only a field with doubled quotation marks has its own
/// memory.
public struct DelimitedText: Sendable {
  /// A value of a record, with its position.
  public struct Field: Equatable, Sendable {
    /// Its bytes without surrounding quotation marks; blanks at the ends are kept.
    public let bytes: ArraySlice<UInt8>
    /// Whether it was quoted.
    public let isQuoted: Bool
    /// The line that it begins on, from 1; line breaks within fields count.
    public let line: Int
    /// The byte of that line at which it begins, from 1, including a quotation mark.
    public let column: Int

    /// The bytes as UTF-8, with U+FFFD in place of invalid ones.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes without the blanks and tabs at the ends, unless they are quoted.
    public var trimmed: ArraySlice<UInt8> { isQuoted ? bytes : unpadded }

    /// The bytes without the blanks and tabs at the ends, quoted or not, for parsing numbers.
    public var unpadded: ArraySlice<UInt8> {
      let rest = bytes.drop(while: isBlank)
      guard let last = rest.lastIndex(where: { !isBlank($0) }) else { return [] }
      return rest[...last]
    }
  }

  /// The file, as named in errors.
  public let path: String
  /// The byte between two fields.
  public let separator: UInt8

  private let bytes: [UInt8]
  private var place = 0
  private var line = 1
  /// Where the line begins.
  private var lineStart = 0

  /// Takes the bytes of a file; the path is only for errors.
  ///
  /// - Throws: ``DelimitedTextError/notUTF8(path:found:)`` if they begin like UTF-16.
  public init(
    _ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ","), path: String
  ) throws(DelimitedTextError) {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      throw .notUTF8(path: path, found: "UTF-16")
    }
    self.bytes = bytes
    self.separator = separator
    self.path = path
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { (place, lineStart) = (3, 3) }
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - separator: The byte between two fields; nil for the one that splits the first record.
  /// - Throws: ``DelimitedTextError`` if it is missing, cannot be read or is not UTF-8.
  public init(path: String, separator: UInt8? = nil) throws(DelimitedTextError) {
    let file = try RegularFile<DelimitedTextError>(path: path)
    let bytes = try file.read(0..<file.size)
    try self.init(bytes, separator: separator ?? Self.likelySeparator(in: bytes), path: path)
  }

  /// Returns the fields of the next record, at least one, or nil at the end.
  ///
  /// - Throws: ``DelimitedTextError`` for unmatched quotation marks or a zero byte.
  public mutating func nextRecord() throws(DelimitedTextError) -> [Field]? {
    while place < bytes.count {
      var fields = [try field()]
      while place < bytes.count, bytes[place] == separator {
        place += 1
        fields.append(try field())
      }
      takeLineBreak()
      if fields.count > 1 || fields[0].isQuoted || !fields[0].trimmed.isEmpty { return fields }
    }
    return nil
  }

  /// Formats a value as a field, quoted if it would otherwise be misread.
  public static func field(_ value: some Collection<UInt8>) -> [UInt8] {
    let special = [quotationMark, carriageReturn, lineFeed] + ",;".utf8
    let isPlain =
      !value.contains { special.contains($0) } && value.first.map { !isBlank($0) } ?? true
      && value.reversed().first.map { !isBlank($0) } ?? true
    if isPlain { return Array(value) }
    let doubled = value.flatMap { $0 == quotationMark ? [$0, $0] : [$0] }
    return [quotationMark] + doubled + [quotationMark]
  }

  /// The most likely separator of a table: a comma, a semicolon or a tab, which spreadsheets use
  /// too.
  ///
  /// It is the first of these that splits each of the first hundred records into the same number of
  /// fields, two or more, preferably with quotation marks only at the ends of fields; or else the
  /// first that splits the first record; or else a comma.
  public static func likelySeparator(in bytes: [UInt8]) -> UInt8 {
    let shapes = ",;\t".utf8.map { Shape(of: bytes, separator: $0) }
    let best =
      shapes.first { $0.isRegular && !$0.hasStrayQuotes } ?? shapes.first { $0.isRegular }
      ?? shapes.first { $0.isSplit }
    return best?.separator ?? UInt8(ascii: ",")
  }

  /// The appearance of the first records under a separator.
  private struct Shape {
    let separator: UInt8
    /// Whether the first record has at least two fields.
    private(set) var isSplit = false
    /// Whether all records have the same number of fields, two or more.
    private(set) var isRegular = false
    /// Whether unquoted fields contain quotation marks.
    private(set) var hasStrayQuotes = false

    init(of bytes: [UInt8], separator: UInt8) {
      self.separator = separator
      var counts: [Int] = []
      do throws(DelimitedTextError) {
        var table = try DelimitedText(bytes, separator: separator, path: "")
        while counts.count < 100, let fields = try table.nextRecord() {
          counts.append(fields.count)
          hasStrayQuotes =
            hasStrayQuotes || fields.contains { !$0.isQuoted && $0.bytes.contains(quotationMark) }
        }
        isRegular = counts.allSatisfy { $0 == counts.first }
      } catch {
        // The error is reported when the table is read.
      }
      isSplit = (counts.first ?? 0) > 1
      isRegular = isRegular && isSplit
    }
  }
}

// MARK: - Fields

extension DelimitedText {
  /// Reads a field, up to the separator, line break or end that follows it.
  private mutating func field() throws(DelimitedTextError) -> Field {
    let start = place
    while place < bytes.count, isBlank(bytes[place]), bytes[place] != separator { place += 1 }
    if place < bytes.count, bytes[place] == quotationMark { return try quotedField() }
    while place < bytes.count, !endsField(bytes[place]) {
      guard bytes[place] != 0 else { throw .zeroByte(path: path, line: line, column: column) }
      place += 1
    }
    return Field(
      bytes: bytes[start..<place], isQuoted: false, line: line, column: start - lineStart + 1)
  }

  /// Reads a quoted field, starting at its quotation mark.
  private mutating func quotedField() throws(DelimitedTextError) -> Field {
    let (firstLine, firstColumn) = (line, column)
    place += 1
    var start = place
    // The bytes before a doubled quotation mark; most fields have none and remain slices.
    var parts: [UInt8] = []
    while true {
      guard place < bytes.count else {
        throw .unclosedQuote(path: path, line: firstLine, column: firstColumn)
      }
      switch bytes[place] {
      case quotationMark:
        let end = place
        place += 1
        if place < bytes.count, bytes[place] == quotationMark {
          parts += bytes[start...end]
          place += 1
          start = place
          continue
        }
        try skipBlanksAfterQuote()
        let contents = parts.isEmpty ? bytes[start..<end] : (parts + bytes[start..<end])[...]
        return Field(bytes: contents, isQuoted: true, line: firstLine, column: firstColumn)
      case 0: throw .zeroByte(path: path, line: line, column: column)
      case carriageReturn, lineFeed: takeLineBreak()
      default: place += 1
      }
    }
  }

  private mutating func skipBlanksAfterQuote() throws(DelimitedTextError) {
    while place < bytes.count, isBlank(bytes[place]), bytes[place] != separator { place += 1 }
    guard place == bytes.count || endsField(bytes[place]) else {
      let found = bytes[place...].prefix(20).prefix { !endsField($0) }
      throw .textAfterQuote(
        path: path, line: line, column: column, found: String(decoding: found, as: UTF8.self))
    }
  }

  /// Skips a line break if it is next.
  private mutating func takeLineBreak() {
    guard place < bytes.count, isLineBreak(bytes[place]) else { return }
    let isPair =
      bytes[place] == carriageReturn && place + 1 < bytes.count && bytes[place + 1] == lineFeed
    place += isPair ? 2 : 1
    line += 1
    lineStart = place
  }

  private var column: Int { place - lineStart + 1 }

  private func endsField(_ byte: UInt8) -> Bool { byte == separator || isLineBreak(byte) }
}

private let quotationMark = UInt8(ascii: "\"")
private let carriageReturn = UInt8(ascii: "\r")
private let lineFeed = UInt8(ascii: "\n")

private func isLineBreak(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }

private func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// An error in comma-separated values.
///
/// Lines and columns count from 1, columns in bytes.
public enum DelimitedTextError: Error, Equatable, Sendable, FileReadingError {
  /// The file is missing or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The file is not a regular file, or became shorter while it was read.
  case damaged(path: String, reason: String)
  /// The file is in an encoding other than UTF-8 or one that extends ASCII.
  case notUTF8(path: String, found: String)
  /// There is a zero byte, which texts do not contain.
  case zeroByte(path: String, line: Int, column: Int)
  /// The quotation mark at this place has no counterpart.
  case unclosedQuote(path: String, line: Int, column: Int)
  /// Something other than a separator or a line break follows a closing quotation mark.
  case textAfterQuote(path: String, line: Int, column: Int, found: String)
}

extension DelimitedTextError: CustomStringConvertible {
  /// The file, the position, what was expected and what was found.
  public var description: String {
    switch self {
    case .unreadable(let path, let code): "\(path): cannot be read: \(systemMessage(code))"
    case .damaged(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notUTF8(let path, let found): "\(path): expected a text in UTF-8, found \(found)"
    case .zeroByte(let path, let line, let column):
      "\(path): expected a text, found a zero byte in line \(line), column \(column)"
    case .unclosedQuote(let path, let line, let column):
      "\(path): expected a second quotation mark for the one in line \(line), column \(column),"
        + " found the end of the file"
    case .textAfterQuote(let path, let line, let column, let found):
      "\(path): expected a separator or the end of the line in line \(line), column \(column),"
        + " after a quotation mark, found '\(found)'"
    }
  }
}
