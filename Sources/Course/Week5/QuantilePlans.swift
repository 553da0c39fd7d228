import OptimalTransport
import Plots
import Results
import Tensor

/// The ordered plan is optimal on the line: the q-quantile goes to the q-quantile.
let quantilePlansItem = CourseItem(
  "quantile-plans", week: 5, "optimal plans on the line by quantiles"
) { _, random in
  let x = random.normal([30], dtype: .float64)
  let y = random.normal([20], mean: 3, standardDeviation: 0.5, dtype: .float64)
  let plan = try lineTransportPlan(x, y)
  let exact = try ExactTransport(
    from: DiscreteMeasure(points: x), to: DiscreteMeasure(points: y))
  let (source, target) = (
    LineDensity.normal(mean: 0, standardDeviation: 1),
    LineDensity.normal(mean: 3, standardDeviation: 0.5)
  )
  let map = monotoneMap(from: source, to: target)
  let grid = grid(-3...3, count: 61).doubles
  var results = Results([
    "cost-by-quantiles": .number(try lineTransportCost(x, y, p: 2)),
    "cost-of-programme": .number(exact.cost), "entries": .integer(plan.entries.count),
    // 3 + ½ x.
    "map-at-1": .number(map(1)), "map-at-minus-2": .number(map(-2)),
  ])
  let (left, right) = (x.doubles, y.doubles)
  let pairs = plan.entries.map { (left[$0.row], right[$0.column]) }
  results.tables["values.csv"] = [
    "x": pairs.map(\.0), "y": pairs.map(\.1), "mass": plan.entries.map(\.mass),
  ]
  results.add(
    Figure(
      title: "The ordered plan, and the map between the densities", x: .linear("x"),
      y: .linear("y")
    ) {
      Scatter(
        pairs.map(\.0), pairs.map(\.1), label: "plan of 30 and 20 points, mass by size",
        sizes: plan.entries.map { 30 * $0.mass.squareRoot() })
      Line(grid, grid.map(map), label: "T = F_ν⁻ ∘ F_μ")
    })
  return results
}
