import OptimalTransport
import Plots
import Results
import Tensor

/// Maps between the corners of a square, two of which are optimal; and one point, which no map can
/// send to two.
let mongeMapsItem = CourseItem(
  "monge-maps", week: 5, "Monge maps that are not unique, and one that does not exist"
) { _, _ in
  let sources = Tensor([[0, 0], [1, 1]], dtype: .float64)
  let targets = Tensor([[1, 0], [0, 1]], dtype: .float64)
  let costs = GroundCost.squaredEuclidean.matrix(sources, targets)
  let maps = [[0, 1], [1, 0]].map { columns in
    TransportPlan(
      entries: columns.enumerated().map { .init(row: $0, column: $1, mass: 0.5) }, rowCount: 2,
      columnCount: 2)
  }
  let square = try ExactTransport(costs: costs)
  let point = DiscreteMeasure(points: Tensor([[0, 0]], dtype: .float64))
  let pair = DiscreteMeasure(points: Tensor([[1, -1], [1, 1]], dtype: .float64))
  let split = try ExactTransport(from: point, to: pair)
  var results = Results([
    "costs-of-maps": ResultValue(maps.map { (costs * $0.dense()).sum().scalar }),
    "least-cost": .number(square.cost),
    "split-cost": .number(split.cost),
    "split-entries": .integer(split.plan.entries.count),
  ])
  results.tables["values.csv"] = ["map": [1, 1, 2, 2], "from": [1, 2, 1, 2], "to": [1, 2, 2, 1]]
  results.add(
    Figure.grid(
      [
        couplings("One optimal map", maps[0], sources, targets),
        couplings("Another", maps[1], sources, targets),
        couplings("No map: the mass splits", split.plan, point.points, pair.points),
      ], columns: 3))
  return results
}

/// The sources, the targets, and lines between those that a plan couples.
func couplings(
  _ title: String, _ plan: TransportPlan, _ sources: Tensor, _ targets: Tensor
) -> Figure {
  let (x, y) = (rows(of: sources), rows(of: targets))
  let pairs = plan.entries.map { (x[$0.row], y[$0.column]) }
  func padded(_ axis: Int) -> ClosedRange<Double> {
    let values = (x + y).map { $0[axis] }
    return (values.min() ?? 0) - 0.2...(values.max() ?? 0) + 0.2
  }
  return Figure(
    title: title, x: .linear("x₁", range: padded(0)), y: .linear("x₂", range: padded(1)),
    width: 300, hasEqualScales: true
  ) {
    Segments(
      from: (pairs.map(\.0[0]), pairs.map(\.0[1])), to: (pairs.map(\.1[0]), pairs.map(\.1[1])),
      weights: plan.entries.map(\.mass), color: .muted)
    Scatter(x.map { $0[0] }, x.map { $0[1] }, label: "source", color: .series(0))
    Scatter(y.map { $0[0] }, y.map { $0[1] }, label: "target", color: .series(1))
  }
}
