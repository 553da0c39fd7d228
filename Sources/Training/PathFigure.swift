import NN
import Plots
import Tensor

/// Plots the way of samples from noise to data for numbers or points in the plane; nil for other
/// data.
///
/// - Parameters:
///   - path: The states of many samples at each time.
///   - fieldName: The name of the field that the states follow.
func pathFigure(_ path: [PathFrame], fieldName: String) -> FigureGrid? {
  switch path.first?.states.shape.last {
  case 1: lineFigure(path)
  case 2: planeFigure(path.spread(6), fieldName)
  default: nil
  }
}

/// The density of numbers over time, with the paths of some samples.
private func lineFigure(_ path: [PathFrame]) -> FigureGrid {
  let states = path.map(\.states.doubles)
  let (low, high) = range(of: states.flatMap { $0 })
  let bins = Bins(low, high, count: 60)
  let densities = states.map { bins.smoothed(bins.counts($0)) }
  let times = path.indices.map { Double($0) / Double(max(1, path.count - 1)) }
  let values = (0..<bins.count).flatMap { bin in densities.map { $0[bin] / ($0.max() ?? 1) } }
  let figure = Figure(
    title: "density along the way, and some samples", x: .linear("way from noise to data"),
    y: .linear("x"), width: 560, height: 330
  ) {
    HeatMap(
      Field(x: times, y: bins.middles, values: values), label: "density relative to its maximum",
      colors: .viridis)
    for sample in 0..<min(12, states.first?.count ?? 0) {
      Line(times, states.map { $0[sample] }, color: .paper, width: 1, opacity: 0.8)
    }
  }
  return Figure.grid([figure], columns: 1)
}

/// The density of points in the plane at each time, and the field that they follow.
private func planeFigure(_ path: [PathFrame], _ fieldName: String) -> FigureGrid {
  let panels = path.map { frame in
    let columns = [0, 1].map { axis in
      frame.states.sliced(axis..<axis + 1, along: 1).doubles
    }
    let ranges = columns.map(range)
    let bins = ranges.map { Bins($0.low, $0.high, count: 48) }
    let arrows = arrows(of: frame, ranges)
    return Figure(
      title: "time \(decimal(frame.time))", x: .linear("x1"), y: .linear("x2"), width: 300,
      height: 300
    ) {
      HeatMap(
        density(columns[0], columns[1], bins[0], bins[1]), colors: .opacity, hasColorBar: false)
      Arrows(from: arrows.start, to: arrows.end, color: .series(1), width: 1)
    }
  }
  return Figure.grid(
    panels, columns: 3, title: "density and \(fieldName) from noise to data",
    caption: "The longest arrow of a panel spans a cell of its grid.")
}

/// The field on a grid of 13×13 points.
private func arrows(
  of frame: PathFrame, _ ranges: [(low: Double, high: Double)]
) -> (start: (x: [Double], y: [Double]), end: (x: [Double], y: [Double])) {
  let side = 13
  let places = ranges.map { Bins($0.low, $0.high, count: side).middles }
  let grid = places[1].flatMap { y in places[0].map { x in [x, y] } }
  let field = frame.field(
    Tensor(grid.flatMap { $0 }, dtype: frame.states.dtype)
      .reshaped(to: [grid.count, 2])
  ).doubles
  let cells = ranges.map { ($0.high - $0.low) / Double(side) }
  // In units of the cells, since the scales of the axes may differ.
  let lengths = grid.indices.map { index in
    let (u, v) = (field[2 * index] / cells[0], field[2 * index + 1] / cells[1])
    return (u * u + v * v).squareRoot()
  }
  let longest = lengths.filter(\.isFinite).max() ?? 0
  let scale = longest > 0 ? 1 / longest : 0
  let ends = (0..<2).map { axis in
    grid.indices.map { grid[$0][axis] + scale * field[2 * $0 + axis] }
  }
  return ((grid.map { $0[0] }, grid.map { $0[1] }), (ends[0], ends[1]))
}

/// The smoothed counts of points in cells.
private func density(_ x: [Double], _ y: [Double], _ across: Bins, _ down: Bins) -> Field {
  var rows = [[Double]](
    repeating: [Double](repeating: 0, count: across.count), count: down.count)
  for (x, y) in zip(x, y) {
    if let column = across.index(of: x), let row = down.index(of: y) { rows[row][column] += 1 }
  }
  rows = rows.map(across.smoothed)
  let columns = (0..<across.count).map { column in down.smoothed(rows.map { $0[column] }) }
  return Field(
    x: across.middles, y: down.middles,
    values: (0..<down.count).flatMap { row in columns.map { $0[row] } })
}

/// The range of nearly all values, with a margin.
func range(of values: [Double]) -> (low: Double, high: Double) {
  let sorted = values.filter(\.isFinite).sorted()
  guard let first = sorted.first, let last = sorted.last, last > first else { return (-1, 1) }
  let rest = sorted.count / 200
  let (low, high) = (sorted[rest], sorted[sorted.count - 1 - rest])
  let margin = 0.08 * max(high - low, 1e-6 * (last - first))
  return (low - margin, high + margin)
}

/// A number with two decimals.
private func decimal(_ value: Double) -> String {
  let hundredths = Int((100 * value).rounded())
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}

/// Bins of equal width on the line.
struct Bins {
  let low: Double
  let width: Double
  let count: Int

  init(_ low: Double, _ high: Double, count: Int) {
    (self.low, width, self.count) = (low, (high - low) / Double(count), count)
  }

  /// The midpoints.
  var middles: [Double] { (0..<count).map { low + (Double($0) + 0.5) * width } }

  /// The bin of a value, or nil if it lies outside.
  func index(of value: Double) -> Int? {
    let place = ((value - low) / width).rounded(.down)
    return place >= 0 && place < Double(count) ? Int(place) : nil
  }

  /// The number of values in each bin.
  func counts(_ values: [Double]) -> [Double] {
    var counts = [Double](repeating: 0, count: count)
    for value in values { if let index = index(of: value) { counts[index] += 1 } }
    return counts
  }

  /// Counts spread over their neighbours by (1, 4, 6, 4, 1)/16.
  func smoothed(_ counts: [Double]) -> [Double] {
    counts.indices.map { index in
      zip(-2...2, [1, 4, 6, 4, 1]).reduce(0) { sum, neighbour in
        let place = index + neighbour.0
        return counts.indices.contains(place) ? sum + counts[place] * neighbour.1 / 16 : sum
      }
    }
  }
}
