/// A column of a table.
public struct TableColumn: Equatable, Sendable {
  /// The values of a column.
  public enum Values: Equatable, Sendable {
    /// Numbers, with NaN for missing ones.
    case numbers([Double])
    /// Texts; at least one field is not a number.
    case texts(TextList)
  }

  /// A field that prevents a column from being numeric.
  struct Obstacle: Equatable, Sendable {
    let position: TablePosition
    /// The field as it is in the file, empty if it is missing.
    let found: String
  }

  /// The name, different from those of all other columns.
  public let name: String
  /// The position in the file, from 1.
  public let place: Int
  /// The values, one for each row.
  public let values: Values
  /// The first field of a column that is not a finite number.
  let obstacle: Obstacle?
  /// The first empty field of a column of texts.
  var gap: Obstacle?

  /// Whether all values are finite numbers.
  public var isNumeric: Bool { obstacle == nil }

  /// Whether all values are finite numbers or missing.
  var isNumericWhereKnown: Bool {
    guard case .numbers(let numbers) = values else { return false }
    return numbers.allSatisfy { $0.isFinite || $0.isNaN }
  }
}

/// The position of a row in a file, from 1.
public enum TablePosition: Equatable, Sendable, CustomStringConvertible {
  /// A line of a text file; line breaks within quotation marks count.
  case line(Int)
  /// A row of an array.
  case row(Int)

  /// The position in messages: `line 3`.
  public var description: String {
    switch self {
    case .line(let number): "line \(number)"
    case .row(let number): "row \(number)"
    }
  }
}

/// Texts stored contiguously in one piece of memory.
public struct TextList: Equatable, Sendable {
  private var bytes: [UInt8] = []
  /// The end of each text; no file has more than 2³² bytes.
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
