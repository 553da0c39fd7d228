import Files
import NN
import Tensor

/// Rows of a table of numbers, with the value to predict for each.
public struct TableRows: Dataset, Equatable {
  /// The number of columns.
  public let columns: Int
  /// The numbers, `[count, columns]`, row-major.
  public let values: [Float]
  /// The class of each row, `[count]`, or empty without classes.
  public let labels: [Int]
  /// The names of the classes.
  public let classNames: [String]
  /// The number to predict for each row, `[count]`, in the unit of the file; nil if there is none.
  public let targets: [Float]?

  /// The number of rows.
  public let count: Int
  /// A row with this number of columns.
  public var element: ElementKind { .row(columns: columns) }

  /// Takes rows of a table in a given order.
  init(
    _ table: SelectedTable, at rows: ArraySlice<Int>, _ standardization: Standardization
  ) throws(TableError) {
    func single(_ number: Double, _ column: Int?) throws(TableError) -> Float {
      let value = Float(number)
      guard value.isFinite else {
        let name = column.map { table.names[$0] } ?? table.targetName ?? ""
        throw .tooLarge(path: table.path, column: name, found: number)
      }
      return value
    }
    columns = table.columns.count
    count = rows.count
    var values = [Float](repeating: 0, count: rows.count * table.columns.count)
    for (column, numbers) in table.columns.enumerated() {
      let (mean, deviation) = (standardization.means[column], standardization.deviations[column])
      for (place, row) in rows.enumerated() {
        values[place * table.columns.count + column] = try single(
          (numbers[row] - mean) / deviation, column)
      }
    }
    self.values = values
    switch table.target {
    case .classes(let all, let names):
      (labels, classNames, targets) = (rows.map { all[$0] }, names, nil)
    case .numbers(let all):
      var targets: [Float] = []
      for row in rows { targets.append(try single(all[row], nil)) }
      (labels, classNames, self.targets) = ([], [], targets)
    case nil: (labels, classNames, targets) = ([], [], nil)
    }
  }

  /// Returns the rows at these indices: `[count, columns]`, targets `[count, 1]`.
  public func batch(at indices: [Int], varied variation: Variation?) -> Batch {
    Batch(
      values: gathered(values, rowLength: columns, at: indices),
      labels: labels.isEmpty ? [] : indices.map { labels[$0] },
      targets: targets.map { gathered($0, rowLength: 1, at: indices) })
  }

  /// The CRC-32 of the numbers, classes and targets.
  public var checksum: UInt32 {
    var checksum = Checksum()
    values.withUnsafeBytes { checksum.add($0) }
    labels.map(Int32.init).withUnsafeBytes { checksum.add($0) }
    (targets ?? []).withUnsafeBytes { checksum.add($0) }
    return checksum.value
  }
}
