import Files
import Settings
import Tensor

/// A table with named columns of numbers or texts, read from a CSV or `.npy` file.
///
/// ```swift
/// let table = try Table(path: "iris.csv")
/// table.columns.map(\.name)               // ["sepal_length_cm", …, "class_name"]
/// let chosen = try table.selecting(target: "class_name")
/// chosen.rows()                           // the other columns, [150, 5]
/// ```
public struct Table: Equatable, Sendable {
  /// The file, as named in errors.
  public let path: String
  /// The columns, each with ``rowCount`` values.
  public let columns: [TableColumn]
  /// The number of rows, without the heading; at least one.
  public let rowCount: Int

  /// The maximum number of columns, so that a small file cannot fill the memory.
  public static let largestColumnCount = 65_536

  init(path: String, columns: [TableColumn], rowCount: Int) {
    self.path = path
    self.columns = columns
    self.rowCount = rowCount
  }

  /// Reads a file: an array in NumPy's format if its name ends in `.npy`, comma-separated values
  /// otherwise, gzipped or not.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - heading: Whether the first row of a CSV file contains the names of the columns.
  /// - Throws: ``DatasetError`` for a file that cannot be read, and the errors of
  ///   ``init(csv:path:heading:)`` and ``init(npy:)``.
  public init(path: String, heading: TableHeading = .detected) throws {
    self =
      path.lowercased().hasSuffix(".npy")
      ? try Table(npy: path) : try Table(csv: contents(of: path), path: path, heading: heading)
  }

  /// Reads an array of one or two dimensions from a file in NumPy's format.
  ///
  /// The columns are named by their positions: `1`, `2`, … An array of one dimension is one column.
  ///
  /// - Throws: `NPYError` for an invalid file, ``TableError`` for an array with other dimensions or
  ///   without elements.
  public init(npy path: String) throws {
    let array = try Tensor(npy: path)
    guard array.rank == 1 || array.rank == 2 else {
      throw TableError.notATable(path: path, shape: array.shape)
    }
    let rowCount = array.shape[0]
    let columnCount = array.rank == 1 ? 1 : array.shape[1]
    guard rowCount > 0, columnCount > 0 else { throw TableError.noRows(path: path) }
    guard columnCount <= Self.largestColumnCount else {
      throw TableError.tooManyColumns(path: path, limit: Self.largestColumnCount)
    }
    let numbers = array.doubles
    columns = (0..<columnCount).map { column in
      let values = (0..<rowCount).map { numbers[$0 * columnCount + column] }
      let place = values.firstIndex { !$0.isFinite }
      return TableColumn(
        name: "\(column + 1)", place: column + 1, values: .numbers(values),
        obstacle: place.map { .init(position: .row($0 + 1), found: "\(values[$0])") })
    }
    self.path = path
    self.rowCount = rowCount
  }
}

/// Whether the first row of a CSV file contains the names of the columns.
public enum TableHeading: String, Choice {
  /// It does if none of its fields is a number or a word for a missing one, and not all are empty;
  /// otherwise it is an ordinary row.
  case detected
  /// It does.
  case present
  /// It does not; the columns are named by their positions: `1`, `2`, …
  case absent
}
