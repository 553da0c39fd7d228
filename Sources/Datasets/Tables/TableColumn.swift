/// A column of a table.
public struct TableColumn: Equatable, Sendable {
  /// The values of a column.
  public enum Values: Equatable, Sendable {
    /// Numbers, among them NaN for a missing one.
    case numbers([Double])
    /// Texts; there is a field that is not a number.
    case texts(TextList)
  }

  /// A field that stands in the way where numbers are wanted.
  struct Obstacle: Equatable, Sendable {
    let position: TablePosition
    /// The field as it is in the file, empty where it is missing.
    let found: String
  }

  /// The name, different from those of all other columns.
  public let name: String
  /// The place in the file, from 1.
  public let place: Int
  /// The values, one for each row.
  public let values: Values
  /// The first field of a column of numbers that is not a finite one, or of a column of texts that is none.
  let obstacle: Obstacle?
  /// The first field that is empty, in a column of texts.
  var gap: Obstacle?

  /// Whether all values are finite numbers.
  public var isNumeric: Bool { obstacle == nil }

  /// Whether all values are finite numbers or missing.
  var isNumericWhereKnown: Bool {
    guard case .numbers(let numbers) = values else { return false }
    return numbers.allSatisfy { $0.isFinite || $0.isNaN }
  }
}

/// Where in a file a row is, from 1.
public enum TablePosition: Equatable, Sendable, CustomStringConvertible {
  /// A line of a text file, where line breaks within quotation marks count.
  case line(Int)
  /// A row of an array.
  case row(Int)

  /// The position as messages have it: `line 3`.
  public var description: String {
    switch self {
    case .line(let number): "line \(number)"
    case .row(let number): "row \(number)"
    }
  }
}

/// Texts behind one another in one piece of memory.
public struct TextList: Equatable, Sendable {
  private var bytes: [UInt8] = []
  /// Where each text ends; no file has more than 2³² bytes.
  private var ends: [UInt32] = []

  /// The number of texts.
  public var count: Int { ends.count }

  /// Returns the text at an index.
  public subscript(index: Int) -> String { String(decoding: utf8(at: index), as: UTF8.self) }

  /// The bytes of the text at an index.
  func utf8(at index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
  }

  /// Adds a text.
  mutating func append(_ text: ArraySlice<UInt8>) {
    bytes.append(contentsOf: text)
    ends.append(UInt32(bytes.count))
  }
}
