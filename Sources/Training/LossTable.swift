/// The contents of `loss.csv`, read back: the figures of each epoch, as texts and as numbers.
package struct LossTable {
  /// The names of the columns.
  package let columns: [String]
  /// The fields of each complete row of finite numbers, as written in the file; the first is the
  /// epoch.
  package let rows: [[String]]

  /// Reads the text of the file.
  package init(_ text: String) {
    let lines = text.split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    columns = lines.first ?? []
    rows = lines.dropFirst().filter { [columns] row in
      let numbers = row.compactMap(Double.init)
      return numbers.count == columns.count && numbers.allSatisfy(\.isFinite)
        && (0...1e15).contains(numbers[0])
    }
  }

  /// The number in each row of a column; NaN if there is no such column.
  package func values(_ column: String) -> [Double] {
    guard let place = columns.firstIndex(of: column) else {
      return [Double](repeating: .nan, count: rows.count)
    }
    return rows.map { Double($0[place]) ?? .nan }
  }
}
