/// The values of a function at the points of a rectangular grid, for heat maps and contours.
///
/// ```swift
/// let density = Field(x: -3...3, y: -3...3, columns: 80, rows: 80) { x, y in exp(-x * x - y * y) }
/// let kernel = Field(matrix: covariances, columns: 50)
/// ```
public struct Field: Sendable {
  /// The horizontal coordinates of the columns, ascending.
  public let x: [Double]
  /// The vertical coordinates of the rows, ascending.
  public let y: [Double]
  /// The values row by row, `[y.count, x.count]`.
  public let values: [Double]

  /// Creates a field of known values.
  ///
  /// - Parameters:
  ///   - x: The horizontal coordinates of the columns, ascending.
  ///   - y: The vertical coordinates of the rows, ascending.
  ///   - values: The values row by row, `[y.count, x.count]`; values that are not finite are not
  ///     drawn.
  public init(x: [Double], y: [Double], values: [Double]) {
    for (name, places) in [("x", x), ("y", y)] {
      precondition(
        places.allSatisfy(\.isFinite) && zip(places, places.dropFirst()).allSatisfy { $0 < $1 },
        "Field: expected finite, ascending values of \(name), found \(places.prefix(10))")
    }
    precondition(
      values.count == x.count * y.count,
      "Field: expected \(y.count) rows of \(x.count) values, found \(values.count) values")
    self.x = x
    self.y = y
    self.values = values
  }

  /// Creates a field by evaluating a function at evenly spaced points, ends included.
  ///
  /// - Parameters:
  ///   - x: The horizontal ends.
  ///   - y: The vertical ends.
  ///   - columns: The number of points across, 2 or more.
  ///   - rows: The number of points down, 2 or more.
  ///   - value: The function.
  public init(
    x: ClosedRange<Double>, y: ClosedRange<Double>, columns: Int, rows: Int,
    _ value: (_ x: Double, _ y: Double) -> Double
  ) {
    precondition(
      columns > 1 && rows > 1,
      "Field: expected at least 2 columns and rows, found \(columns) and \(rows)")
    func places(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
      (0..<count).map { index in
        let share = Double(index) / Double(count - 1)
        return range.lowerBound * (1 - share) + range.upperBound * share
      }
    }
    let (horizontal, vertical) = (places(x, columns), places(y, rows))
    self.init(
      x: horizontal, y: vertical,
      values: vertical.flatMap { y in horizontal.map { value($0, y) } })
  }

  /// Creates a field of a matrix whose element in row i and column j is at (j, i).
  ///
  /// With a `reversed` vertical axis, the first row is at the top, as it is written.
  ///
  /// - Parameters:
  ///   - matrix: The elements row by row.
  ///   - columns: The number of elements in a row, 1 or more.
  public init(matrix: [Double], columns: Int) {
    precondition(
      columns > 0 && matrix.count % columns == 0,
      "Field: expected whole rows of \(columns) values, found \(matrix.count) values")
    self.init(
      x: (0..<columns).map(Double.init), y: (0..<matrix.count / columns).map(Double.init),
      values: matrix)
  }

  /// The borders of the cells around places: half-way between neighbours, as far beyond the ends.
  static func borders(_ places: [Double]) -> [Double] {
    guard let first = places.first, let last = places.last else { return [] }
    if places.count == 1 { return [first - 0.5, first + 0.5] }
    let middles = zip(places, places.dropFirst()).map { $0 / 2 + $1 / 2 }
    return [first - (middles[0] - first)] + middles
      + [last + (last - middles[middles.count - 1])]
  }
}
