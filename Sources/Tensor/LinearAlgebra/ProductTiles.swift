/// The blocks that a large product of float64 matrices is cut into, each a product by itself.
///
/// In strips of columns, as smaller products are cut, each strip would go through the whole left factor
/// for little arithmetic. The blocks depend on the sizes alone.
struct ProductTiles {
  /// The floating-point operations of a product from which on it is worth it.
  static let leastWork = 2_000_000_000

  /// The rows and the columns of each block of an `m` × `n` result.
  let blocks: [(rows: Range<Int>, columns: Range<Int>)]

  /// Cuts the result into blocks whose rows and columns begin at multiples of these units.
  init(m: Int, n: Int, rowUnit: Int, columnUnit: Int) {
    // A few blocks of rows of the kernels high, and wide enough to share their packed rows.
    let rows = Self.parts(of: m, edge: 336, unit: rowUnit)
    let columns = Self.parts(of: n, edge: 512, unit: columnUnit)
    blocks = rows.flatMap { rows in columns.map { (rows, $0) } }
  }

  /// Nearly equal parts of a side, of about `edge`.
  private static func parts(of side: Int, edge: Int, unit: Int) -> [Range<Int>] {
    let units = (side + unit - 1) / unit
    let count = min(units, (side + edge - 1) / edge)
    return (0..<count).map {
      units * $0 / count * unit..<min(side, units * ($0 + 1) / count * unit)
    }
  }
}
