/// Reads comma-separated values, record by record (RFC 4180).
///
/// Fields may stand in quotation marks and then contain separators, line breaks and, doubled, quotation
/// marks. Beyond the RFC, lines may end in LF, CR LF or CR alone, the separator may be another
/// character, a byte order mark is skipped, as are blank lines and the blanks around a pair of
/// quotation marks, and a quotation mark in the middle of an unquoted field stands for itself. Whether
/// the first record is a heading, and how many fields a record has, is for the caller to decide.
///
/// ```swift
/// var table = try DelimitedText(bytes, path: "labels.csv")
/// while let fields = try table.nextRecord() {
///   print(fields[0].line, fields.map(\.text))
/// }
/// ```
///
/// Fields are slices of the bytes passed in; only one with doubled quotation marks has its own memory.
public struct DelimitedText: Sendable {
  /// A value of a record, and where it stands.
  public struct Field: Equatable, Sendable {
    /// Its bytes without the quotation marks around it; blanks at the ends are kept.
    public let bytes: ArraySlice<UInt8>
    /// Whether it stood in quotation marks.
    public let isQuoted: Bool
    /// The line that it begins on, from 1; line breaks within fields count.
    public let line: Int
    /// The byte of that line that it begins at, from 1; the quotation mark where it has one.
    public let column: Int

    /// The bytes as UTF-8, with U+FFFD in place of invalid ones.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes without the blanks and tabs at the ends, unless they are quoted.
    public var trimmed: ArraySlice<UInt8> { isQuoted ? bytes : unpadded }

    /// The bytes without the blanks and tabs at the ends, quoted or not: what a number is read from.
    public var unpadded: ArraySlice<UInt8> {
      let rest = bytes.drop(while: isBlank)
      guard let last = rest.lastIndex(where: { !isBlank($0) }) else { return [] }
      return rest[...last]
    }
  }

  /// The file that errors name.
  public let path: String
  /// The byte between two fields.
  public let separator: UInt8

  private let bytes: [UInt8]
  private var place = 0
  private var line = 1
  /// Where the line begins.
  private var lineStart = 0

  /// Reads the bytes of a file; the path is only for errors.
  ///
  /// - Throws: ``DelimitedTextError/notUTF8(path:found:)`` if they begin as UTF-16 does.
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
  /// - Throws: ``DelimitedTextError`` if it is not there, cannot be read or is not UTF-8.
  public init(path: String, separator: UInt8? = nil) throws(DelimitedTextError) {
    let file = try RegularFile<DelimitedTextError>(path: path)
    let bytes = try file.read(0..<file.size)
    try self.init(bytes, separator: separator ?? Self.likelySeparator(in: bytes), path: path)
  }

  /// Returns the fields of the next record, at least one, or nil at the end.
  ///
  /// - Throws: ``DelimitedTextError`` where quotation marks do not match or a zero byte is found.
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

  /// A value as a field: in quotation marks where it would otherwise be read as something else.
  public static func field(_ value: some Collection<UInt8>) -> [UInt8] {
    let special = [quotationMark, carriageReturn, lineFeed] + ",;".utf8
    let isPlain =
      !value.contains { special.contains($0) } && value.first.map { !isBlank($0) } ?? true
      && value.reversed().first.map { !isBlank($0) } ?? true
    if isPlain { return Array(value) }
    let doubled = value.flatMap { $0 == quotationMark ? [$0, $0] : [$0] }
    return [quotationMark] + doubled + [quotationMark]
  }

  /// The separator that a table most likely has: a comma, a semicolon or a tab, with which spreadsheets
  /// write too.
  ///
  /// It is the first of them that splits each of the first hundred records into the same number of
  /// fields, two or more, best with quotation marks at their ends alone; or else the first that splits
  /// the first record; or else a comma.
  public static func likelySeparator(in bytes: [UInt8]) -> UInt8 {
    let shapes = ",;\t".utf8.map { Shape(of: bytes, separator: $0) }
    let best =
      shapes.first { $0.isRegular && !$0.hasStrayQuotes } ?? shapes.first { $0.isRegular }
      ?? shapes.first { $0.isSplit }
    return best?.separator ?? UInt8(ascii: ",")
  }

  /// What the first records look like with a separator.
  private struct Shape {
    let separator: UInt8
    /// Whether the first record has two fields or more.
    private(set) var isSplit = false
    /// Whether all have as many fields, two or more.
    private(set) var isRegular = false
    /// Whether there are quotation marks within fields that are not quoted.
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
        // It is told of when the table is read.
      }
      isSplit = (counts.first ?? 0) > 1
      isRegular = isRegular && isSplit
    }
  }
}

// MARK: - Fields

extension DelimitedText {
  /// Reads a field, up to the separator, the line break or the end behind it.
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

  /// Reads a field from its quotation mark on.
  private mutating func quotedField() throws(DelimitedTextError) -> Field {
    let (firstLine, firstColumn) = (line, column)
    place += 1
    var start = place
    // What precedes a doubled quotation mark; most fields have none and remain a slice.
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

  /// Passes over a line break if it is next.
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

/// What can be wrong with comma-separated values.
///
/// Lines and columns count from 1, columns in bytes.
public enum DelimitedTextError: Error, Equatable, Sendable, FileReadingError {
  /// The file is not there or cannot be read; the code is the system's `errno`.
  case unreadable(path: String, code: Int32)
  /// The file is not one of bytes, or became shorter while it was read.
  case damaged(path: String, reason: String)
  /// The file is in an encoding other than UTF-8 or one that extends ASCII.
  case notUTF8(path: String, found: String)
  /// There is a zero byte, which no text has.
  case zeroByte(path: String, line: Int, column: Int)
  /// The quotation mark at this place has no counterpart.
  case unclosedQuote(path: String, line: Int, column: Int)
  /// Something other than a separator or a line break follows a closing quotation mark.
  case textAfterQuote(path: String, line: Int, column: Int, found: String)
}

extension DelimitedTextError: CustomStringConvertible {
  /// The file, the place, what was expected and what was found.
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
      "\(path): expected a separator or the end of the line in line \(line), column \(column), behind"
        + " a quotation mark, found '\(found)'"
    }
  }
}
