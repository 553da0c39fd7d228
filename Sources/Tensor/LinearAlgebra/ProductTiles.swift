/// The blocks that a large product of float64 matrices is cut into, each a separate product.
///
/// With strips of columns, as in smaller products, each strip would read the whole left factor for
/// little arithmetic. The blocks depend only on the sizes.
struct ProductTiles {
  /// The number of floating-point operations from which tiles are worthwhile.
  static let leastWork = 2_000_000_000

  /// The greatest number of columns of a block, so that its packed right factor stays in the
  /// last-level cache.
  static let mostColumns = 2048

  /// The greatest number of elements of a block: larger ones would pack less often, and smaller ones keep
  /// more threads busy.
  static let mostElements = 512 * 1024

  /// The rows and the columns of each block of an `m` × `n` result.
  let blocks: [(rows: Range<Int>, columns: Range<Int>)]

  /// Halves the longer sides of the blocks until these are small enough; rows and columns of a block begin at
  /// multiples of these units.
  init(m: Int, n: Int, rowUnit: Int, columnUnit: Int) {
    var (rowParts, columnParts) = (1, 1)
    var height: Int { m / rowParts }
    var width: Int { n / columnParts }
    while width > Self.mostColumns || height * width > Self.mostElements {
      if width > Self.mostColumns || width > height { columnParts *= 2 } else { rowParts *= 2 }
    }
    let rows = Self.parts(of: m, count: rowParts, unit: rowUnit)
    let columns = Self.parts(of: n, count: columnParts, unit: columnUnit)
    blocks = rows.flatMap { rows in columns.map { (rows, $0) } }
  }

  /// Nearly equal parts of a side.
  private static func parts(of side: Int, count: Int, unit: Int) -> [Range<Int>] {
    let units = (side + unit - 1) / unit
    let count = min(units, count)
    return (0..<count).map {
      units * $0 / count * unit..<min(side, units * ($0 + 1) / count * unit)
    }
  }
}
