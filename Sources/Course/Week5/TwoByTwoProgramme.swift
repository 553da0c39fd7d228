import OptimalTransport
import Plots
import Results
import Tensor

/// A 2 × 2 programme with one free entry, π₁₁, in which the cost is linear with slope Δ = c₁₁ + c₂₂
/// − c₁₂ − c₂₁.
///
/// Variants: equal weights, for which the best plan is one of the two permutations; and the cost of
/// moving a unit of mass from the second source to the first, which is the difference of the dual
/// potentials.
let twoByTwoProgrammeItem = CourseItem(
  "exercise-two-by-two", week: 5, "exercise: the 2×2 programme by the sign of Δ"
) { _, _ in
  let (a, b) = (Tensor([0.6, 0.4], dtype: .float64), Tensor([0.3, 0.7], dtype: .float64))
  let cases: [(name: String, costs: Tensor)] = [
    ("negative", Tensor([[1, 4], [3, 5]], dtype: .float64)),
    ("zero", Tensor([[1, 2], [3, 4]], dtype: .float64)),
    ("positive", Tensor([[1, 2], [3, 5]], dtype: .float64)),
  ]
  // π₁₁ from max(0, a₁ − b₂) to min(a₁, b₁).
  let entries = grid(0...0.3, count: 31).doubles
  var results = Results([:])
  var table: ResultTable = ["first entry": entries]
  var curves: [(String, [Double])] = []
  for (name, costs) in cases {
    let c = costs.doubles
    let best = try ExactTransport(costs: costs, source: a, target: b)
    results["delta-\(name)"] = .number(c[0] + c[3] - c[1] - c[2])
    results["cost-\(name)"] = .number(best.cost)
    results["plan-\(name)"] = ResultValue(best.plan.dense())
    let values = entries.map { first in
      (costs * Tensor([[first, 0.6 - first], [0.3 - first, 0.1 + first]], dtype: .float64))
        .sum().scalar
    }
    results["least-on-the-line-\(name)"] = .number(values.min() ?? .infinity)
    table.add("cost, Δ \(name)", .numbers(values))
    curves.append(("Δ \(name)", values))
  }
  let half = Tensor([0.5, 0.5], dtype: .float64)
  for (name, costs) in cases {
    let pairing = try ExactTransport(costs: costs, source: half, target: half)
    results["equal-weights-\(name)"] = ResultValue(pairing.plan.dense())
    let u = try ExactTransport(costs: costs, source: a, target: b).sourcePotential.doubles
    results["price-of-first-source-\(name)"] = .number(u[0] - u[1])
  }
  results.tables["values.csv"] = table
  results.add(
    Figure(title: "Cost of a plan", x: .linear("entry π₁₁"), y: .linear("cost")) {
      for (name, values) in curves { Line(entries, values, label: name) }
    })
  return results
}
