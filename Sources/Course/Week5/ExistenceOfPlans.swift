import OptimalTransport
import Plots
import Results
import Tensor

/// Plans form a closed, bounded set that contains μ ⊗ ν, so a cheapest one exists; duality proves
/// which one it is.
///
/// Variants: with a forbidden pair, a cheapest plan still exists; but there is no cheapest map from
/// a segment to two, which each receive half of it.
let existenceOfPlansItem = CourseItem(
  "exercise-existence", week: 5, "exercise: plans exist, and one of them is the cheapest"
) { isQuick, random in
  let costs = random.uniform([4, 4], dtype: .float64)
  let (a, b) = (weights(random), weights(random))
  let best = try ExactTransport(costs: costs, source: a, target: b)
  // Mixtures of the product and of optimal plans for other costs are plans, too.
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
  let first = Tensor.oneHot([0], count: 16, dtype: .float64).reshaped(to: [4, 4])
  let forbidden = try ExactTransport(
    costs: select(first .> 0, Tensor(Double.infinity, dtype: .float64), costs), source: a,
    target: b)
  results["cost-with-a-forbidden-pair"] = .number(forbidden.cost)
  results["forbidden-entry"] = .number(forbidden.plan.dense().doubles[0])
  let pieces = [1, 2, 4, 8, 16, 32]
  let costsOfMaps = pieces.map(costOfZigzag)
  results["pieces-of-maps"] = .list(pieces.map { .integer($0) })
  results["costs-of-maps"] = ResultValue(costsOfMaps)
  // Half of every point's mass goes straight to either side.
  results["cost-of-splitting"] = 1.0
  results.tables["values.csv"] = ["cost": values]
  results.tables["maps.csv"] = ["pieces": pieces.map(Double.init), "cost": costsOfMaps]
  results.add(
    Figure(title: "Costs of plans", x: .linear("cost", range: 0...1), y: .linear("plans")) {
      Histogram(values, label: "plans drawn at random")
      Rule(x: best.cost, label: "optimum", color: .series(1))
    })
  return results
}

/// E |x − T(x)| for a map from {0} × [0, 1] to the halves of {−1, 1} × [0, 1].
///
/// It sends the lower half of each of n pieces to the left and the upper half to the right, each
/// stretched to the whole piece; the cost falls towards 1 but never reaches it.
private func costOfZigzag(_ pieces: Int) -> Double {
  // Across by 1, and along by up to half a piece, uniformly.
  let length = 0.5 / Double(pieces)
  return AdaptiveIntegral(from: 0, to: 1, absoluteTolerance: 1e-12) { share in
    (1 + length * share * length * share).squareRoot()
  }.value
}

private func weights(_ random: Random) -> Tensor {
  let positive = random.uniform([4], dtype: .float64) + 0.1
  return positive / positive.sum()
}
