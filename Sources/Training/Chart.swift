/// Columns of `loss.csv` that measure the same thing in the same unit, and so belong in one
/// picture: for example the loss of training and test images.
public struct Chart: Equatable, Sendable {
  /// The measured quantity: `loss`.
  public let title: String
  /// Its unit: `nats per image`.
  public let unit: String
  /// The columns' names in `loss.csv`.
  public let columns: [String]

  /// A lower bound on the figures' average, such as the entropy of the data, if it is known.
  public let floor: Double?

  /// Creates a chart of these columns.
  public init(_ title: String, unit: String, columns: [String], floor: Double? = nil) {
    self.title = title
    self.unit = unit
    self.columns = columns
    self.floor = floor
  }

  /// The part of a column's name that distinguishes it under the title: `train` for `train_loss`.
  package func label(of column: String) -> String {
    let ending = "_" + title.lowercased().map { $0 == " " ? "_" : String($0) }.joined()
    return column.hasSuffix(ending) ? String(column.dropLast(ending.count)) : column
  }
}
