import Files
import Settings
import Tensor

/// A table to be written as CSV: named columns of equal length.
///
/// ```swift
/// ResultTable(["x": grid.doubles, "density": density.doubles])
/// ```
public struct ResultTable: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  /// A column's values.
  public enum Column: Equatable, Sendable {
    /// Numbers, each written with the fewest digits that read back as the same value.
    case numbers([Double])
    /// Texts, quoted where CSV requires it.
    case texts([String])

    var count: Int {
      switch self {
      case .numbers(let numbers): numbers.count
      case .texts(let texts): texts.count
      }
    }

    fileprivate func field(_ row: Int) -> [UInt8] {
      switch self {
      case .numbers(let numbers): Array(shortest(numbers[row]).utf8)
      case .texts(let texts): csvField(Array(texts[row].utf8))
      }
    }
  }

  /// The names and values of the columns, in order.
  public private(set) var columns: [(name: String, values: Column)] = []

  /// Creates a table of columns of equal length.
  public init(_ columns: [(name: String, values: Column)]) {
    for column in columns { add(column.name, column.values) }
  }

  /// Creates a table of columns of numbers of equal length.
  public init(dictionaryLiteral elements: (String, [Double])...) {
    self.init(elements.map { (name: $0, values: .numbers($1)) })
  }

  /// Creates a table from a matrix `[rows, names.count]`.
  public init(_ matrix: Tensor, names: [String]) {
    precondition(
      matrix.rank == 2 && matrix.shape[1] == names.count,
      "ResultTable: expected a matrix of \(names.count) columns, found \(matrix.shape)")
    let values = matrix.doubles
    for (place, name) in names.enumerated() {
      add(name, .numbers((0..<matrix.shape[0]).map { values[$0 * names.count + place] }))
    }
  }

  /// Adds a column with as many values as the others have.
  public mutating func add(_ name: String, _ values: Column) {
    precondition(
      columns.isEmpty || columns[0].values.count == values.count,
      "ResultTable: expected \(columns.first?.values.count ?? 0) values of \(name), found"
        + " \(values.count)")
    columns.append((name, values))
  }

  /// Whether names and values are equal.
  public static func == (a: ResultTable, b: ResultTable) -> Bool {
    a.columns.map(\.name) == b.columns.map(\.name)
      && a.columns.map(\.values) == b.columns.map(\.values)
  }

  /// The table as CSV, with a header row.
  var csv: [UInt8] {
    var bytes: [UInt8] = []
    func addLine(_ fields: [[UInt8]]) {
      bytes += Array(fields.joined(separator: [UInt8(ascii: ",")]))
      bytes.append(UInt8(ascii: "\n"))
    }
    addLine(columns.map { csvField(Array($0.name.utf8)) })
    for row in 0..<(columns.first?.values.count ?? 0) {
      addLine(columns.map { $0.values.field(row) })
    }
    return bytes
  }
}
