import OptimalTransport
import Plots
import Results
import Tensor

/// An exact plan has few entries, whereas Sinkhorn's plan is blurred at the scale of ε.
let sinkhornPlansItem = CourseItem(
  "sinkhorn-plans", week: 5, "a sparse optimal plan, and Sinkhorn's blurred plans"
) { isQuick, _ in
  let two = Tensor([[0, 1], [1, 0]], dtype: .float64)
  let count = isQuick ? 20 : 50
  let grid = grid(0...1, count: count).doubles
  let points = Tensor(grid, dtype: .float64)
  func weights(_ centers: [Double]) -> Tensor {
    let bumps = centers.map { exp(square(points - $0) / -0.01) }.reduce(
      Tensor(filledWith: 0.01, [count], dtype: .float64), +)
    return bumps / bumps.sum()
  }
  let source = DiscreteMeasure(points: points, weights: weights([0.25]))
  let target = DiscreteMeasure(points: points, weights: weights([0.5, 0.85]))
  let exact = try ExactTransport(from: source, to: target)
  let strengths = [0.1, 0.01, 0.002]
  let blurred = try strengths.map { epsilon in
    try EntropicTransport(
      from: source, to: target, epsilon: epsilon,
      options: .with { $0.tolerance = isQuick ? 1e-6 : 1e-9 })
  }
  var results = Results([
    "cost-of-two-points-lambda-1": .number(
      try EntropicTransport(costs: two, epsilon: 1).transportCost),
    "cost-of-two-points-lambda-10": .number(
      try EntropicTransport(costs: two, epsilon: 0.1).transportCost),
    "points": .integer(count), "exact-cost": .number(exact.cost),
    "exact-entries": .integer(exact.plan.entries.count), "epsilons": ResultValue(strengths),
    "costs": ResultValue(blurred.map(\.transportCost)),
    "converged": .flag(blurred.allSatisfy(\.hasConverged)),
  ])
  results.tables["values.csv"] = [
    "x": grid, "source": source.weights.doubles, "target": target.weights.doubles,
  ]
  func panel(_ title: String, _ plan: Tensor) -> Figure {
    Figure(title: title, x: .linear("target y"), y: .linear("source x"), width: 300) {
      HeatMap(Field(x: grid, y: grid, values: plan.doubles), colors: .opacity, hasColorBar: false)
    }
  }
  results.add(
    Figure.grid(
      [panel("exact", exact.plan.dense())]
        + zip(strengths, blurred).map { panel("ε = \($0)", $1.plan) }, columns: 2))
  return results
}
