/// Contour lines by marching squares.
enum Contours {
  /// The lines of one level, with higher values on their left when y grows upwards.
  ///
  /// In each square of four neighbouring points, the line crosses the sides whose ends lie on
  /// either side of the level, at the linearly interpolated place. Where all four sides are
  /// crossed, the mean of the corners decides how the crossings are joined. Squares with a value
  /// that is not finite have no line.
  ///
  /// - Parameters:
  ///   - field: The values.
  ///   - level: The level.
  ///   - isClosed: Whether the grid is surrounded by lower values, so that every line is a ring
  ///     around higher values.
  static func lines(of field: Field, at level: Double, isClosed: Bool) -> [[Point]] {
    var squares = Squares(field, level, hasBorder: isClosed)
    squares.march()
    return squares.lines()
  }

  /// Round levels, about `count` of them, strictly inside the range of the values.
  static func levels(of field: Field, count: Int) -> [Double] {
    let interval = Interval(field.values)
    if interval.isEmpty { return [] }
    return Tick.linear(from: interval.low, to: interval.high, count: count).map(\.value)
      .filter { $0 > interval.low && $0 < interval.high }
  }
}

/// The crossings of the sides of a grid's squares, linked into lines.
private struct Squares {
  private let x: [Double]
  private let y: [Double]
  private let values: [Double]
  private let level: Double
  private let hasBorder: Bool
  /// For each side the one that the line crosses next, or −1.
  ///
  /// Horizontal sides come first, then vertical ones, each numbered by its lower or left point.
  private var next: [Int]
  private var hasPrevious: [Bool]

  private var columns: Int { x.count }
  private var pointCount: Int { x.count * y.count }

  init(_ field: Field, _ level: Double, hasBorder: Bool) {
    self.level = level
    self.hasBorder = hasBorder
    var rows: [[Double]] = field.y.indices.map { row in
      field.values[row * field.x.count..<(row + 1) * field.x.count].map {
        hasBorder && !$0.isFinite ? -.infinity : $0
      }
    }
    if hasBorder, let left = field.x.first, let right = field.x.last,
      let below = field.y.first, let above = field.y.last
    {
      // The border's points coincide with the outermost ones, so that rings follow the edge.
      let low = -Double.infinity
      let empty = [Double](repeating: low, count: field.x.count + 2)
      rows = [empty] + rows.map { [low] + $0 + [low] } + [empty]
      x = [left] + field.x + [right]
      y = [below] + field.y + [above]
    } else {
      (x, y) = (field.x, field.y)
    }
    values = Array(rows.joined())
    next = [Int](repeating: -1, count: 2 * x.count * y.count)
    hasPrevious = [Bool](repeating: false, count: 2 * x.count * y.count)
  }

  private func isAbove(_ point: Int) -> Bool { values[point] >= level }

  /// Finds the crossings of every square.
  mutating func march() {
    guard x.count > 1, y.count > 1 else { return }
    for row in 0..<y.count - 1 {
      for column in 0..<columns - 1 { cross(row * columns + column) }
    }
  }

  /// Finds the crossings of the square with this lower left corner.
  private mutating func cross(_ point: Int) {
    // Anticlockwise.
    let corners = (point, point + 1, point + columns + 1, point + columns)
    let above = (
      isAbove(corners.0), isAbove(corners.1), isAbove(corners.2), isAbove(corners.3)
    )
    // Most squares have none.
    if above.0 == above.1, above.1 == above.2, above.2 == above.3 { return }
    let known = [corners.0, corners.1, corners.2, corners.3].allSatisfy {
      values[$0].isFinite || (hasBorder && values[$0] == -.infinity)
    }
    if known { connect([corners.0, corners.1, corners.2, corners.3]) }
  }

  /// Joins the crossings of a square given by its corners, anticlockwise from the lower left.
  private mutating func connect(_ corners: [Int]) {
    let above = corners.map(isAbove)
    // The sides in the order of the corners: bottom, right, top, left.
    let sides = [corners[0], pointCount + corners[1], corners[3], pointCount + corners[0]]
    // A line starts where the values fall below the level along the anticlockwise way round, and
    // ends where they rise above it: this keeps higher values on its left.
    let leaving = (0..<4).filter { above[$0] && !above[($0 + 1) % 4] }
    let entering = (0..<4).filter { !above[$0] && above[($0 + 1) % 4] }
    if leaving.count == 1 {
      join(sides[leaving[0]], sides[entering[0]])
      return
    }
    let mean = corners.reduce(0.0) { $0 + values[$1] / 4 }
    let isJoined = mean >= level
    for side in leaving {
      // With a high middle the line cuts off the next, low corner, otherwise the high one before.
      join(sides[side], sides[(side + (isJoined ? 1 : 3)) % 4])
    }
  }

  private mutating func join(_ side: Int, _ other: Int) {
    next[side] = other
    hasPrevious[other] = true
  }

  /// The lines: first those that start at the edge, then the rings.
  func lines() -> [[Point]] {
    var isVisited = [Bool](repeating: false, count: next.count)
    var lines: [[Point]] = []
    func follow(_ start: Int) {
      var line = [crossing(start)]
      var side = start
      isVisited[side] = true
      while next[side] >= 0 {
        side = next[side]
        line.append(crossing(side))
        if isVisited[side] { break }
        isVisited[side] = true
      }
      lines.append(line)
    }
    for side in next.indices where next[side] >= 0 && !hasPrevious[side] { follow(side) }
    for side in next.indices where next[side] >= 0 && !isVisited[side] { follow(side) }
    return lines
  }

  /// The place on a side at which the interpolated value is the level.
  private func crossing(_ side: Int) -> Point {
    let point = side % pointCount
    let other = side < pointCount ? point + 1 : point + columns
    let (a, b) = (values[point], values[other])
    var share = (level / 2 - a / 2) / (b / 2 - a / 2)
    // Next to the border, at the edge itself.
    if a == -.infinity { share = 1 } else if b == -.infinity { share = 0 }
    func between(_ places: [Double], _ first: Int, _ last: Int) -> Double {
      places[first] * (1 - share) + places[last] * share
    }
    return Point(
      x: between(x, point % columns, other % columns),
      y: between(y, point / columns, other / columns))
  }
}
