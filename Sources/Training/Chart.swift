/// Columns of `loss.csv` that measure the same thing in the same unit, and so belong into one
/// picture: the loss of training and test images, say.
public struct Chart: Equatable, Sendable {
  /// What is measured: `loss`.
  public let title: String
  /// In what: `nats per image`.
  public let unit: String
  /// The columns' names in `loss.csv`.
  public let columns: [String]

  /// The least that the figures can be on average, such as the entropy of the data, where it is known.
  public let floor: Double?

  /// Creates a chart of these columns.
  public init(_ title: String, unit: String, columns: [String], floor: Double? = nil) {
    self.title = title
    self.unit = unit
    self.columns = columns
    self.floor = floor
  }

  /// What tells a column from the others under the title: `train` of `train_loss`.
  package func label(of column: String) -> String {
    let ending = "_" + title.lowercased().map { $0 == " " ? "_" : String($0) }.joined()
    return column.hasSuffix(ending) ? String(column.dropLast(ending.count)) : column
  }
}
