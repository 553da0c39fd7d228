import OptimalTransport
import Plots
import Results
import Tensor

/// Books on a shelf: for |x − y|, both the shift by one place and the jump of one book over the
/// others are optimal.
///
/// Variants: for a strictly convex power of the distance, only the shift is optimal; for a concave
/// one, only the jump.
let twoOptimalMapsItem = CourseItem(
  "exercise-two-optimal-maps", week: 5, "exercise: two optimal maps for |x - y|, one for its square"
) { _, _ in
  let count = 4
  let x = Tensor((0..<count).map(Double.init), shape: [count, 1], dtype: .float64)
  let y = x + 1
  let shift = plan((0..<count).map { $0 })
  // The first goes to the end, and the others stay where they are.
  let jump = plan([count - 1] + (0..<count - 1))
  let distances = GroundCost.euclidean.matrix(x, y)
  let costs = [distances, square(distances), sqrt(distances), distances * sqrt(distances)]
  let best = try costs.map { try ExactTransport(costs: $0).cost }
  func cost(_ plan: TransportPlan, _ costs: Tensor) -> Double {
    (costs * plan.dense()).sum().scalar
  }
  var results = Results([
    "least-cost-p1": .number(best[0]), "shift-p1": .number(cost(shift, costs[0])),
    "jump-p1": .number(cost(jump, costs[0])), "least-cost-p2": .number(best[1]),
    "shift-p2": .number(cost(shift, costs[1])), "jump-p2": .number(cost(jump, costs[1])),
    "least-cost-p1/2": .number(best[2]), "shift-p1/2": .number(cost(shift, costs[2])),
    "jump-p1/2": .number(cost(jump, costs[2])), "least-cost-p3/2": .number(best[3]),
    "shift-p3/2": .number(cost(shift, costs[3])), "jump-p3/2": .number(cost(jump, costs[3])),
  ])
  let places = (0..<count).map(Double.init)
  results.tables["values.csv"] = [
    "x": places, "shift": places.map { $0 + 1 }, "jump": [Double(count)] + places.dropFirst(),
  ]
  func panel(_ title: String, _ plan: TransportPlan) -> Figure {
    let ends = plan.entries.map { places[$0.column] + 1 }
    return Figure(title: title, x: .linear("place"), y: .categories(["target", "source"])) {
      Arrows(
        from: (plan.entries.map { places[$0.row] }, ends.map { _ in 1 }),
        to: (ends, ends.map { _ in 0 }), color: .series(0))
    }
  }
  results.add(
    Figure.grid([panel("Each by one", shift), panel("One over the others", jump)], columns: 2))
  return results

  func plan(_ columns: [Int]) -> TransportPlan {
    TransportPlan(
      entries: columns.enumerated().map {
        .init(row: $0, column: $1, mass: 1 / Double(count))
      }, rowCount: count, columnCount: count)
  }
}
