import OptimalTransport
import Plots
import Results
import Tensor

/// Plans form a closed, bounded set that holds μ ⊗ ν, so a cheapest one exists; duality proves it cheapest.
let existenceOfPlansItem = CourseItem(
  "exercise-existence", week: 5, "exercise: plans exist, and one of them is the cheapest"
) { isQuick, random in
  let costs = random.uniform([4, 4], dtype: .float64)
  let (a, b) = (weights(random), weights(random))
  let best = try ExactTransport(costs: costs, source: a, target: b)
  // Mixtures of the product and of plans for other costs are plans, too.
  let others = try (0..<(isQuick ? 30 : 300)).map { _ in
    let vertex = try ExactTransport(
      costs: random.uniform([4, 4], dtype: .float64), source: a, target: b)
    let share = random.uniform()
    return share * vertex.plan.dense() + (1 - share) * a.outer(b)
  }
  let values = others.map { (costs * $0).sum().scalar }
  let errors = others.map { abs($0.sum(along: 1) - a).sum().scalar }
  var results = Results([
    "least-cost": .number(best.cost), "dual": .number(best.dual),
    "cost-of-product": .number((costs * a.outer(b)).sum().scalar),
    "least-cost-of-others": .number(values.min() ?? .infinity),
    "largest-marginal-error": .number(errors.max() ?? 0),
    "largest-entry": .number(others.map { $0.max().scalar }.max() ?? 0),
  ])
  results.tables["values.csv"] = ["cost": values]
  results.add(
    Figure(title: "Costs of plans", x: .linear("cost", range: 0...1), y: .linear("plans")) {
      Histogram(values, label: "plans drawn at random")
      Rule(x: best.cost, label: "optimum", color: .series(1))
    })
  return results
}

private func weights(_ random: Random) -> Tensor {
  let positive = random.uniform([4], dtype: .float64) + 0.1
  return positive / positive.sum()
}
