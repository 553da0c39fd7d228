import CKernels
import Testing

@testable import Tensor

/// A function of one element, and a table of its values.
struct SpecialFunctionReferences: Sendable, CustomTestStringConvertible {
  let operation: CKMap
  let order: Double
  /// "x y" or "x y term", separated by semicolons.
  let table: String
  var testDescription: String { "\(operation) \(order)" }

  init(_ operation: CKMap, _ order: Double, _ table: String) {
    (self.operation, self.order, self.table) = (operation, order, table)
  }

  /// Arguments, values, and the magnitude that defines the unit of the last place.
  var rows: [(x: Double, y: Double, scale: Double)] {
    table.split(separator: ";").map { row in
      let numbers = row.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
      return (numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : numbers[1].magnitude)
    }
  }
}

@Suite struct SpecialFunctionReferenceTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_kernels_named(name, true) != nil }

  /// Within 4 units in the last place, plus half a unit for the table's own rounding.
  @Test(
    arguments: exponentialReferences + boundedReferences + normalReferences + gammaReferences,
    instructionSets)
  func valuesAreWithinFourUnits(_ references: SpecialFunctionReferences, _ name: String) throws {
    let map = try #require(ck_kernels_named(name, true)).pointee.map
    let rows = references.rows
    #expect(rows.count > 100)
    let x = rows.map(\.x)
    var y = x
    map(references.operation, references.order, 0, x, &y, 0, x.count)
    for (row, found) in zip(rows, y) {
      let units = (found - row.y).magnitude / max(row.y.magnitude, row.scale).ulp
      #expect(units <= 4.5, "\(name) at \(row.x): \(found) for \(row.y), \(units) units")
    }
  }
}
