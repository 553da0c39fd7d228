import Files

extension Table {
  /// Parses the bytes of a CSV file; the path is for errors.
  ///
  /// - The separator is a tab, a semicolon or a comma: the first of these that splits each of the
  ///   first ten rows into the same number of fields, at least two; a comma if none does.
  /// - Names and fields are stripped of surrounding blanks, unless they are quoted. A column
  ///   without a name is named by its position; a repeated name gets its position appended: `x
  ///   (3)`.
  /// - Blank lines are skipped. A last column without a name and without values, caused by
  ///   separators at the ends of lines, is left out.
  /// - A number has a decimal point. `NA`, `N/A`, `NaN`, `null`, `None`, `?`, in upper or lower
  ///   case, and empty fields are missing numbers. A column with any other field is a column of
  ///   texts.
  ///
  /// - Throws: `DelimitedTextError` for bytes that are not such a file, ``TableError`` for a file
  ///   without rows or with rows of different lengths.
  public init(csv bytes: [UInt8], path: String, heading: TableHeading = .detected) throws {
    // A field takes more memory than its separator: the width is checked before splitting.
    guard longestLine(of: bytes) < Self.largestColumnCount else {
      throw TableError.tooManyColumns(path: path, limit: Self.largestColumnCount)
    }
    let separator = likelySeparator(in: bytes, path)
    var text = try DelimitedText(bytes, separator: separator, path: path)
    guard let first = try text.nextRecord() else { throw TableError.empty(path: path) }
    let hasHeading = heading == .present || heading == .detected && isHeading(first)
    var rows = RowReader(path: path, columns: first.map { _ in ColumnReader() })
    if !hasHeading { try rows.take(first) }
    while let record = try text.nextRecord() { try rows.take(record) }
    guard rows.count > 0 else { throw TableError.noRows(path: path) }

    let ownNames = first.map { hasHeading ? String(decoding: $0.trimmed, as: UTF8.self) : "" }
    var columns = rows.columns
    if columns.count > 1, let last = columns.last, last.isEmpty, ownNames.last == "" {
      columns.removeLast()
    }
    try Self.readTexts(of: &columns, from: bytes, separator, path, skippingFirst: hasHeading)
    let names = distinct(Array(ownNames.prefix(columns.count)))
    self.init(
      path: path,
      columns: zip(names, columns).enumerated().map { $1.1.column(name: $1.0, place: $0 + 1) },
      rowCount: rows.count)
  }

  /// Reads the columns that turned out to be texts in a second pass; the first kept only numbers.
  private static func readTexts(
    of columns: inout [ColumnReader], from bytes: [UInt8], _ separator: UInt8, _ path: String,
    skippingFirst: Bool
  ) throws {
    let places = columns.indices.filter { columns[$0].isText }
    guard !places.isEmpty else { return }
    var text = try DelimitedText(bytes, separator: separator, path: path)
    if skippingFirst { _ = try text.nextRecord() }
    while let record = try text.nextRecord() {
      for place in places { columns[place].takeText(record[place]) }
    }
  }
}

/// Collects the values of all columns.
private struct RowReader {
  let path: String
  var columns: [ColumnReader]
  private(set) var count = 0

  /// Adds the fields of the next row.
  mutating func take(_ record: [DelimitedText.Field]) throws(TableError) {
    guard record.count == columns.count else {
      throw .fieldCount(
        path: path, position: .line(record[0].line), expected: columns.count, found: record.count)
    }
    count += 1
    for place in columns.indices { columns[place].take(record[place]) }
  }
}

/// Collects the values of a column.
private struct ColumnReader {
  private(set) var isText = false
  /// Whether all fields so far were empty.
  private(set) var isEmpty = true
  private var numbers: [Double] = []
  private var texts = TextList()
  /// The first field that is not a finite number, and the first that is not even a missing number.
  private var firstGap: TableColumn.Obstacle?
  private var firstText: TableColumn.Obstacle?
  private var firstEmpty: TableColumn.Obstacle?

  /// Adds the next field as a number, unless earlier fields were not numbers.
  mutating func take(_ field: DelimitedText.Field) {
    let bytes = field.trimmed
    if !bytes.isEmpty { isEmpty = false }
    if isText { return }
    let value = bytes.withUnsafeBufferPointer { decimalNumber($0) }
    if let value, value.isFinite {
      numbers.append(value)
      return
    }
    let obstacle = TableColumn.Obstacle(
      position: .line(field.line), found: String(decoding: bytes, as: UTF8.self))
    if value != nil || isMissing(obstacle.found) {
      firstGap = firstGap ?? obstacle
      numbers.append(value ?? .nan)
    } else {
      firstText = obstacle
      isText = true
      numbers = []
    }
  }

  /// Adds the next field as a text.
  mutating func takeText(_ field: DelimitedText.Field) {
    let bytes = field.trimmed
    if bytes.isEmpty, firstEmpty == nil {
      firstEmpty = .init(position: .line(field.line), found: "")
    }
    texts.append(bytes)
  }

  func column(name: String, place: Int) -> TableColumn {
    TableColumn(
      name: name, place: place, values: isText ? .texts(texts) : .numbers(numbers),
      obstacle: firstText ?? firstGap, gap: firstEmpty)
  }
}

/// Whether a field stands for a missing number.
private func isMissing(_ field: String) -> Bool {
  field.isEmpty || ["na", "n/a", "nan", "null", "none", "?"].contains(field.lowercased())
}

/// Whether a first row contains column names: none of its fields is or represents a number.
private func isHeading(_ record: [DelimitedText.Field]) -> Bool {
  let fields = record.map(\.trimmed)
  // A column of row numbers, or one caused by trailing separators, may have no name.
  return fields.contains { !$0.isEmpty }
    && fields.allSatisfy { field in
      field.isEmpty
        || field.withUnsafeBufferPointer { decimalNumber($0) } == nil
          && !isMissing(String(decoding: field, as: UTF8.self))
    }
}

/// The names of columns, each made different from those before it.
private func distinct(_ names: [String]) -> [String] {
  var taken: Set<String> = []
  return names.enumerated().map { index, name in
    var result = name.isEmpty ? "\(index + 1)" : name
    while !taken.insert(result).inserted { result += " (\(index + 1))" }
    return result
  }
}

/// The largest number of separators, of any kind, in a line.
private func longestLine(of bytes: [UInt8]) -> Int {
  var (longest, count) = (0, 0)
  for byte in bytes {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"): count += 1
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
      longest = max(longest, count)
      count = 0
    default: break
    }
  }
  return max(longest, count)
}

/// The separator that splits each of the first ten rows into the same number of fields, at least
/// two.
private func likelySeparator(in bytes: [UInt8], _ path: String) -> UInt8 {
  let found = "\t;,".utf8.first { separator in
    guard var text = try? DelimitedText(bytes, separator: separator, path: path) else {
      return false
    }
    let counts = (0..<10).compactMap { _ in (try? text.nextRecord())?.count }
    return counts.first.map { $0 > 1 && counts.allSatisfy([$0].contains) } ?? false
  }
  return found ?? UInt8(ascii: ",")
}
