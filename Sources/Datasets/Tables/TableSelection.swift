import Tensor

/// Columns of a table: those that a model sees, and the one it predicts.
public struct SelectedTable: Equatable, Sendable {
  /// The value to predict for each row.
  public enum Target: Equatable, Sendable {
    /// A class, an index into the names, which are in ascending order.
    case classes([Int], names: [String])
    /// A number.
    case numbers([Double])
  }

  /// The file, as named in errors.
  public let path: String
  /// The names of the columns.
  public let names: [String]
  /// The numbers of the columns, each with ``rowCount`` finite values.
  public let columns: [[Double]]
  /// The values to predict, if any.
  public let target: Target?
  /// The name of the column to predict.
  public let targetName: String?
  /// The weight of each row, if a column contains weights: not negative, and not all zero.
  public let weights: [Double]?
  /// The number of rows.
  public let rowCount: Int

  /// The maximum number of classes in a column of texts; a column with more contains names or keys.
  public static let largestClassCount = 1_000

  /// Returns the columns as a tensor of rows, `[rowCount, columns.count]`, in double precision.
  public func rows() -> Tensor {
    Tensor([rowCount, columns.count], .float64) { memory in
      let result = memory.bindMemory(to: Double.self)
      for (place, column) in columns.enumerated() {
        for (row, value) in column.enumerated() { result[row * columns.count + place] = value }
      }
    }
  }
}

extension Table {
  /// Selects columns.
  ///
  /// - Parameters:
  ///   - names: The names of the columns to use, in the desired order; nil for all.
  ///   - omitted: The names of columns to leave out of these.
  ///   - weights: The name of a column with the rows' weights, which is excluded from the others.
  ///   - allowsMissing: Whether a missing number becomes NaN instead of an error.
  ///   - target: The name of the column to predict, which is excluded from the others. In a column
  ///     of texts, the distinct texts are classes, numbered in ascending order; a column of numbers
  ///     keeps its numbers.
  /// - Throws: ``TableError`` for an unknown name, for a selected column with a field that is not a
  ///   finite number, for a target with missing fields or more than
  ///   ``SelectedTable/largestClassCount`` classes, and if no column is left.
  public func selecting(
    columns names: [String]? = nil, without omitted: [String] = [], target: String? = nil,
    weights: String? = nil, allowingMissing allowsMissing: Bool = false
  ) throws(TableError) -> SelectedTable {
    let weightColumn = try weights.map { name throws(TableError) in try column(named: name) }
    let omitted = try columns(named: omitted).map(\.place) + (weightColumn.map { [$0.place] } ?? [])
    let targetColumn = try target.map { name throws(TableError) in try column(named: name) }
    var places: Set<Int> = []
    let wanted = try names.map { names throws(TableError) in try columns(named: names) } ?? columns
    let chosen = wanted.filter { column in
      !omitted.contains(column.place) && column.place != targetColumn?.place
        && places.insert(column.place).inserted
    }
    guard !chosen.isEmpty else { throw .noColumns(path: path) }
    var numbers: [[Double]] = []
    for column in chosen {
      if allowsMissing, column.isNumericWhereKnown, case .numbers(let values) = column.values {
        numbers.append(values)
      } else {
        numbers.append(try self.numbers(of: column, isTarget: false))
      }
    }
    let classes = try targetColumn.map { column throws(TableError) in try self.target(column) }
    return SelectedTable(
      path: path, names: chosen.map(\.name), columns: numbers, target: classes,
      targetName: target,
      weights: try weightColumn.map { column throws(TableError) in try self.weights(column) },
      rowCount: rowCount)
  }

  private func weights(_ column: TableColumn) throws(TableError) -> [Double] {
    let weights = try numbers(of: column, isTarget: true)
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw .negativeWeight(path: path, column: column.name, row: row + 1, found: weights[row])
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw .noWeight(path: path, column: column.name)
    }
    return weights
  }

  private func columns(named names: [String]) throws(TableError) -> [TableColumn] {
    var found: [TableColumn] = []
    for name in names { found.append(try column(named: name)) }
    return found
  }

  /// Returns the column with a name.
  public func column(named name: String) throws(TableError) -> TableColumn {
    guard let column = columns.first(where: { $0.name == name }) else {
      throw .unknownColumn(path: path, found: name, names: columns.map(\.name))
    }
    return column
  }

  private func numbers(
    of column: TableColumn, isTarget: Bool
  ) throws(TableError) -> [Double] {
    guard case .numbers(let numbers) = column.values, column.obstacle == nil else {
      let obstacle = column.obstacle
      throw .notANumber(
        path: path, position: obstacle?.position ?? .row(1), place: column.place,
        column: column.name, found: obstacle?.found ?? "", isTarget: isTarget)
    }
    return numbers
  }

  private func target(_ column: TableColumn) throws(TableError) -> SelectedTable.Target {
    guard case .texts(let texts) = column.values else {
      return .numbers(try numbers(of: column, isTarget: true))
    }
    if let gap = column.gap {
      throw .missingClass(
        path: path, position: gap.position, place: column.place, column: column.name)
    }
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    var names: [String] = []
    var labels: [Int] = []
    labels.reserveCapacity(texts.count)
    for index in 0..<texts.count {
      let text = texts.utf8(at: index)
      let label = numbers[text] ?? names.count
      if label == names.count {
        guard label < SelectedTable.largestClassCount else {
          throw .tooManyClasses(
            path: path, column: column.name, limit: SelectedTable.largestClassCount)
        }
        numbers[text] = label
        names.append(texts[index])
      }
      labels.append(label)
    }
    let order = names.indices.sorted {
      names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8)
    }
    var ranks = [Int](repeating: 0, count: order.count)
    for (rank, label) in order.enumerated() { ranks[label] = rank }
    return .classes(labels.map { ranks[$0] }, names: order.map { names[$0] })
  }
}
