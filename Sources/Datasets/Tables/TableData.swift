import NN
import Tensor

/// The standardised rows of a table, for training and testing.
///
/// ```swift
/// let table = try Table(path: "wine.csv").selecting(without: ["class"], target: "class_name")
/// let data = try TableData(table)
/// data.train.batch(at: [0]).values       // [1, 13], mean 0 and deviation 1 over the training rows
/// ```
///
/// The rows are shuffled once, from a seed; a tenth of them, rounded down but at least one, is held
/// out for testing. All columns are standardised with the means and deviations of the training rows
/// (``standardization``); targets keep their unit.
public struct TableData: SplitDataset {
  /// The training rows, in an order drawn from the seed.
  public let train: TableRows
  /// The test rows.
  public let test: TableRows
  /// The names of the columns.
  public let columnNames: [String]
  /// Converts the file's units to those of the rows, and back.
  public let standardization: Standardization
  /// The names of the columns that are constant in the training rows, from which nothing can be
  /// learned.
  public let constantColumns: [String]

  /// Splits the rows of a table.
  ///
  /// - Parameters:
  ///   - table: The columns.
  ///   - testShare: The share of the rows that is held out.
  ///   - seed: The seed of the order.
  ///   - isStandardized: Whether columns are standardised.
  /// - Throws: ``TableError`` for fewer than two rows and for numbers beyond the range of float32.
  public init(
    _ table: SelectedTable, testShare: Double = 0.1, seed: UInt64 = 0, isStandardized: Bool = true
  ) throws(TableError) {
    precondition(
      testShare > 0 && testShare < 1,
      "TableData: expected a share between 0 and 1 to test with, found \(testShare)")
    let count = table.rowCount
    guard count > 1 else { throw .tooFewRows(path: table.path, found: count) }
    let testCount = min(count - 1, max(1, Int(testShare * Double(count))))
    let order = Random(seed: seed).permutation(count)
    let measured = Standardization(of: table.columns, at: order.dropLast(testCount))
    standardization = isStandardized ? measured : .none(columns: table.columns.count)
    columnNames = table.names
    constantColumns = zip(table.names, table.columns).filter { _, column in
      order.dropLast(testCount).allSatisfy { column[$0] == column[order[0]] }
    }.map(\.0)
    train = try TableRows(table, at: order.dropLast(testCount), standardization)
    test = try TableRows(table, at: order.suffix(testCount), standardization)
  }
}
