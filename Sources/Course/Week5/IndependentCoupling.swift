import OptimalTransport
import Plots
import Results
import Tensor

/// The independent coupling costs |m₁ − m₂|² + σ₁² + σ₂², whereas the optimal one of Gaussians
/// exceeds |m₁ − m₂|² only by (σ₁ − σ₂)².
///
/// Variants: the most expensive coupling, which orders one measure upwards and the other downwards
/// and exceeds it by (σ₁ + σ₂)² for Gaussians; and a single target point, to which only the
/// independent coupling leads.
let independentCouplingItem = CourseItem(
  "exercise-independent-coupling", week: 5, "exercise: the cost of the independent coupling"
) { _, random in
  let count = 50
  let x = random.normal([count, 1], dtype: .float64)
  let y = random.normal([count, 1], mean: 2, standardDeviation: 0.5, dtype: .float64)
  let costs = GroundCost.squaredEuclidean.matrix(x, y)
  let (source, target) = (DiscreteMeasure(points: x), DiscreteMeasure(points: y))
  let best = try ExactTransport(from: source, to: target)
  let formula =
    square(x.mean() - y.mean()).scalar + x.variance().scalar + y.variance().scalar
  // Sinkhorn's plans lead from one to the other.
  let strengths = [100.0, 10, 1, 0.1]
  let between = try strengths.map {
    try EntropicTransport(
      from: source, to: target, epsilon: $0, options: .with { $0.tolerance = 1e-7 }
    ).transportCost
  }
  var results = Results([
    "independent-cost": .number(costs.mean().scalar), "by-moments": .number(formula),
    "optimal-cost": .number(best.cost), "sinkhorn-costs": ResultValue(between),
  ])
  let dearest = try ExactTransport(costs: -costs)
  let (ascending, descending) = (x.reshaped(to: [-1]).sorted(), -(-y.reshaped(to: [-1])).sorted())
  let point = DiscreteMeasure(points: Tensor([[2]], dtype: .float64))
  results["largest-cost"] = .number(-dearest.cost)
  results["by-opposite-orders"] = .number(square(ascending - descending).mean().scalar)
  results["cost-to-a-point"] = .number(try ExactTransport(from: source, to: point).cost)
  results["independent-cost-to-a-point"] = .number(
    square(x.mean() - 2).scalar + x.variance().scalar)
  results.tables["values.csv"] = ["epsilon": strengths, "cost": between]
  results.add(
    Figure(
      title: "From the optimal to the independent coupling", x: .log("ε"),
      y: .linear("cost E |X − Y|²")
    ) {
      Line(strengths, between, label: "Sinkhorn", hasDots: true)
      Rule(y: costs.mean().scalar, label: "independent")
      Rule(y: best.cost, label: "optimal", dash: .dotted)
      Rule(y: -dearest.cost, label: "dearest", dash: .dashed)
    })
  return results
}
