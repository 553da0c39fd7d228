import Distributions
import Plots
import Results
import Tensor

/// Distributions with different supports: where a density is 0, its logarithm is −∞, and KL(p ‖ q)
/// is infinite as soon as p has mass where q has none, however well they agree elsewhere.
let supportItem = CourseItem(
  "support", week: 1, "KL of uniform distributions where the supports differ"
) { _, _ in
  let p = Uniform(lower: 0, upper: 1)
  let ends = grid(0.5...3, count: 26).doubles
  let divergences = ends.map { klDivergence(p, Uniform(lower: 0, upper: $0)).value.scalar }
  let (normal, exponential) = (Normal(mean: 0, standardDeviation: 1), Exponential(rate: 1))
  var results = Results([
    "log-density-outside": .number(p.logDensity(of: scalar(2)).scalar),
    "kl-to-wider": .number(klDivergence(p, Uniform(lower: 0, upper: 2)).value.scalar),
    "kl-to-narrower": .number(klDivergence(p, Uniform(lower: 0, upper: 0.5)).value.scalar),
    "kl-exponential-normal": .number(klDivergence(exponential, normal).value.scalar),
    "kl-normal-exponential": .number(klDivergence(normal, exponential).value.scalar),
    "jensen-shannon-disjoint": .number(
      Divergence.jensenShannon(p, Uniform(lower: 2, upper: 3)).value.scalar),
  ])
  results.tables["values.csv"] = ["end": ends, "kl": divergences]
  let x = grid(-3...4, count: 351)
  results.add(
    Figure.grid(
      [
        Figure(title: "Two supports", x: .linear("x"), y: .linear("density")) {
          Line(x.doubles, normal.densities(at: x), label: "N(0, 1)")
          Line(x.doubles, exponential.densities(at: x), label: "exponential")
        },
        Figure(
          title: "KL(uniform on 0 … 1 ‖ uniform on 0 … b)", x: .linear("b", range: 0.5...3),
          y: .linear("divergence", unit: "nats")
        ) {
          Line(ends, divergences)
          Rule(x: 1, label: "b = 1: infinite to the left")
        },
      ], columns: 2))
  return results
}
