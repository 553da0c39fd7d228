import Datasets
import Foundation
import NN
import Tensor
import Testing

@Suite struct TableDataTests {
  /// Rows (i, i², 7) with the class i mod 3, or the target i.
  private func selected(_ count: Int, target: String?) throws -> SelectedTable {
    let rows = (0..<count).map { "\($0),\($0 * $0),7,c\($0 % 3)\n" }.joined()
    return try Table(csv: Array(("i,square,seven,class\n" + rows).utf8), path: "t.csv")
      .selecting(without: target == "class" ? [] : ["class"], target: target)
  }

  @Test func aTenthIsHeldOutAndRowsStayTogether() throws {
    let data = try TableData(selected(105, target: "class"), isStandardized: false)
    #expect(data.train.count == 95 && data.test.count == 10)
    #expect(data.columnNames == ["i", "square", "seven"])
    #expect(data.train.element == .row(columns: 3) && data.train.unit(2) == "rows")
    #expect(data.train.classNames == ["c0", "c1", "c2"])
    var seen: [Int] = []
    for part in [data.train, data.test] {
      let batch = part.batch(at: Array(0..<part.count))
      #expect(batch.values.shape == [part.count, 3] && batch.targets == nil)
      for (row, label) in batch.labels.enumerated() {
        let values = Array(batch.values.scalars[3 * row..<3 * row + 3])
        let i = Int(values[0])
        #expect(values == [Float(i), Float(i * i), 7])
        #expect(label == i % 3)
        seen.append(i)
      }
    }
    #expect(seen != Array(0..<105) && seen.sorted() == Array(0..<105))
  }

  @Test func theSplitDependsOnTheSeedAlone() throws {
    let table = try selected(50, target: nil)
    let data = try TableData(table)
    #expect(try TableData(table).train == data.train)
    #expect(try TableData(table, seed: 1).train != data.train)
    #expect(data.train.checksum != data.test.checksum)
    #expect(try TableData(table).train.checksum == data.train.checksum)
    #expect(data.train.labels.isEmpty && data.train.batch(at: [0]).labels.isEmpty)
  }

  @Test func trainingRowsAreStandardisedAndComeBack() throws {
    let table = try selected(200, target: nil)
    let data = try TableData(table)
    let rows = data.train.batch(at: Array(0..<data.train.count)).values.doubles
    for column in 0..<2 {
      let values = (0..<180).map { rows[3 * $0 + column] }
      let mean = values.reduce(0, +) / 180
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 180
      #expect(abs(mean) < 1e-6 && abs(variance - 1) < 1e-6)
    }
    // The constant column becomes 0, and 7 again in the inverse.
    #expect((0..<180).allSatisfy { rows[3 * $0 + 2] == 0 })
    #expect(data.constantColumns == ["seven"])
    let plain = try TableData(table, isStandardized: false)
    let test = data.test.batch(at: Array(0..<20)).values
    let back = data.standardization.inverse(test).doubles
    for (found, expected) in zip(back, plain.test.batch(at: Array(0..<20)).values.doubles) {
      #expect(abs(found - expected) < 1e-3 * max(1, abs(expected)))
    }
    let again = data.standardization(data.standardization.inverse(test)).doubles
    #expect(zip(again, test.doubles).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func numericTargetsStayNumbers() throws {
    let data = try TableData(selected(30, target: "i"))
    let batch = data.train.batch(at: [3, 0])
    #expect(batch.targets?.shape == [2, 1] && batch.labels.isEmpty)
    let plain = try TableData(selected(30, target: "i"), isStandardized: false)
    let squares = plain.train.batch(at: [3, 0]).values.scalars
    #expect(batch.targets?.scalars == [squares[0].squareRoot(), squares[2].squareRoot()])
  }

  @Test(arguments: [(2, 1), (3, 1), (10, 1), (19, 1), (20, 2)]) func smallTables(
    rows: Int, test: Int
  ) throws {
    let data = try TableData(selected(rows, target: nil))
    #expect(data.test.count == test && data.train.count == rows - test)
  }

  @Test func oneRowIsTooFew() throws {
    let table = try selected(1, target: nil)
    let error = TableError.tooFewRows(path: "t.csv", found: 1)
    #expect(throws: error) { try TableData(table) }
    #expect(
      error.description
        == "t.csv: expected at least 2 rows, for training and testing, found 1")
  }

  @Test func greatAndTinyNumbers() throws {
    let text = "a,b,c\n1e300,1e-300,1e16\n-1e300,2e-300,10000000000000002\n0,3e-300,1e16\n"
    let table = try Table(csv: Array(text.utf8), path: "t.csv").selecting()
    let data = try TableData(table)
    #expect(data.train.values.allSatisfy { abs($0) < 2 })
    #expect(data.constantColumns.count < 3)
    let error = TableError.tooLarge(path: "t.csv", column: "a", found: 1e300)
    #expect("\(error)".contains("column 'a', found 1e+300"))
    #expect(throws: TableError.self) { try TableData(table, isStandardized: false) }
  }

  @Test func aStandardizationIsSaved() throws {
    let standardization = Standardization(means: [1, 2.5], deviations: [0.1, 3])
    let data = try JSONEncoder().encode(standardization)
    #expect(try JSONDecoder().decode(Standardization.self, from: data) == standardization)
    #expect(Standardization.none(columns: 2).inverse(Tensor([[1, 2]])).scalars == [1, 2])
  }
}
