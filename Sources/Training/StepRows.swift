import Files

/// The rows of a `steps.csv`, even one saved by a spreadsheet: with quotation marks, another
/// separator, other line endings, a decimal comma, a byte order mark, or in UTF-16.
///
/// Rows that are incomplete or not numbers are left out, and so is a last one without a line end,
/// whose last number may have lost digits.
struct StepRows {
  private struct Row {
    let epoch: Int
    let step: Int
    let figures: [Double]
  }

  private let rows: [Row]

  /// Reads the bytes of a file.
  ///
  /// - Throws: `CheckpointError` if its first row does not name the columns.
  init(_ bytes: [UInt8], path: String, columns: [String]) throws {
    let bytes = Self.wholeLines(Self.inUTF8(bytes))
    let separator = DelimitedText.likelySeparator(in: bytes)
    var text = try DelimitedText(bytes, separator: separator, path: path)
    let heading = try text.nextRecord()?.map { String(decoding: $0.trimmed, as: UTF8.self) } ?? []
    let places = columns.compactMap(heading.firstIndex)
    guard places.count == columns.count else {
      throw CheckpointError.otherTable(path: path, expected: columns, found: heading)
    }
    var rows: [Row] = []
    // If quotation marks are never closed, the text before them still counts.
    while let record = try? text.nextRecord() {
      guard record.count == heading.count else { continue }
      let fields = places.map { String(decoding: record[$0].trimmed, as: UTF8.self) }
      let numbers = fields.compactMap { Self.number($0, separator: separator) }
      guard numbers.count == columns.count, let epoch = Int(exactly: numbers[0]),
        let step = Int(exactly: numbers[1])
      else { continue }
      rows.append(Row(epoch: epoch, step: step, figures: Array(numbers.dropFirst(2))))
    }
    self.rows = rows.sorted { $0.step < $1.step }
  }

  /// The rows at an interval of steps up to a last step, each once and in order.
  func upTo(step last: Int, every interval: Int) -> [[CSVFile.Field]] {
    var step = 0
    var fields: [[CSVFile.Field]] = []
    for row in rows where row.step > step && row.step <= last && row.epoch > 0 {
      guard row.step.isMultiple(of: interval) else { continue }
      step = row.step
      fields.append([.integer(row.epoch), .integer(row.step)] + row.figures.map { .number($0) })
    }
    return fields
  }

  /// A finite number, also with a decimal comma if fields have another separator.
  private static func number(_ text: String, separator: UInt8) -> Double? {
    let isDecimalComma = separator != UInt8(ascii: ",") && !text.contains(".")
    let number = Double(isDecimalComma ? text.replacing(",", with: ".", maxReplacements: 1) : text)
    return number.flatMap { $0.isFinite ? $0 : nil }
  }

  /// The text up to its last line end.
  private static func wholeLines(_ bytes: [UInt8]) -> [UInt8] {
    let lineEnds = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    return Array(bytes.prefix((bytes.lastIndex(where: lineEnds.contains) ?? -1) + 1))
  }

  /// The text as UTF-8, converted if it begins as UTF-16.
  private static func inUTF8(_ bytes: [UInt8]) -> [UInt8] {
    let isLittleEndian = bytes.starts(with: [0xff, 0xfe])
    guard isLittleEndian || bytes.starts(with: [0xfe, 0xff]) else { return bytes }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place in
      let (low, high) = isLittleEndian ? (place, place + 1) : (place + 1, place)
      return UInt16(bytes[high]) << 8 | UInt16(bytes[low])
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}
