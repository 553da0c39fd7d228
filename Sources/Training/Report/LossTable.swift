/// What stands in `loss.csv`, read back: the figures of each epoch, as texts and as numbers.
struct LossTable {
  /// The names of the columns.
  let columns: [String]
  /// The fields of each complete row, as they stand in the file.
  let rows: [[String]]

  /// Reads the text of the file.
  init(_ text: String) {
    let lines = text.split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    columns = lines.first ?? []
    rows = lines.dropFirst().filter { [columns] in $0.count == columns.count }
  }

  /// The number in each row of a column.
  func values(_ column: String) -> [Double] {
    guard let place = columns.firstIndex(of: column) else { return [] }
    return rows.map { Double($0[place]) ?? .nan }
  }
}
