import Distributions
import Plots
import Results
import Tensor

/// KL(p ‖ q) and KL(q ‖ p) for p = N(0, 1) and q = N(0, σ²), against σ: the forward divergence
/// penalises a q that is too narrow most, the reverse one a q that is too wide.
let divergenceAgainstVarianceItem = CourseItem(
  "kl-against-variance", week: 1, "forward and reverse KL of two Gaussians against the variance"
) { _, _ in
  let p = Normal(mean: 0, standardDeviation: 1)
  let deviations = grid(0.3...3, count: 136)
  let q = Normal(mean: scalar(0), standardDeviation: deviations)
  let (direct, reverse) = (p.klDivergence(to: q).doubles, q.klDivergence(to: p).doubles)
  let shifted = Normal(mean: 1, standardDeviation: 2)
  let slopes = gradient(at: vector([1, 2])) { theta in
    p.klDivergence(
      to: Normal(mean: theta.sliced(0..<1), standardDeviation: theta.sliced(1..<2))
    ).sum()
  }
  var results = Results([
    "direct": .number(p.klDivergence(to: shifted).scalar),
    "reverse": .number(shifted.klDivergence(to: p).scalar),
    "slopes": ResultValue(slopes),
    "least-direct": .number(direct.min() ?? .nan), "least-reverse": .number(reverse.min() ?? .nan),
    "narrow": ResultValue([direct[0], reverse[0]]),
    "wide": ResultValue([direct[135], reverse[135]]),
  ])
  results.tables["values.csv"] = [
    "standard-deviation": deviations.doubles, "direct": direct, "reverse": reverse,
  ]
  results.add(
    Figure(
      title: "N(0, 1) and N(0, σ²)", x: .linear("standard deviation σ"),
      y: .linear("divergence", unit: "nats")
    ) {
      Line(deviations.doubles, direct, label: "KL(N(0, 1) ‖ N(0, σ²))")
      Line(deviations.doubles, reverse, label: "KL(N(0, σ²) ‖ N(0, 1))")
    })
  return results
}
