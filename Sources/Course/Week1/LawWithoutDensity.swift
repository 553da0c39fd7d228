import Distributions
import Plots
import Results
import Tensor

/// The law of (X, 1 − X) for uniform X: it can be sampled, but lies on a line and therefore has no
/// density in the plane.
///
/// A strip of width ε around the line has mass 1 but an area that falls with ε: a density would
/// have to exceed every bound.
let lawWithoutDensityItem = CourseItem(
  "law-without-density", week: 1, "the law of (X, 1 − X): samples on a line, and no density"
) { isQuick, random in
  let law = Pushforward(Uniform(lower: 0, upper: 1), eventShape: [2]) { x in
    Tensor.stacked([x, 1 - x], along: x.rank)
  }
  let points = law.sample([isQuick ? 500 : 2_000], using: random)
  let centred = points - points.mean(along: 0)
  let covariance = centred.matmul(centred, transposeLeft: true) / Double(points.shape[0])
  let sums = points.sum(along: 1)
  let widths = [1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]
  // The strip |x₁ + x₂ − 1| ≤ ε within the unit square has the area 2ε − ε².
  let masses = widths.map { (abs(sums - 1) .<= $0).mean().scalar }
  let densities = zip(masses, widths).map { $0 / (2 * $1 - $1 * $1) }
  var results = Results([
    "is-a-distribution": .flag(law is any Distribution),
    "covariance": ResultValue(covariance),
    "smallest-variance": .number(
      try SymmetricEigendecomposition(of: covariance).values.min().scalar),
    "masses": ResultValue(masses), "mean-densities": ResultValue(densities),
  ])
  results.tables["values.csv"] = ["width": widths, "mass": masses, "mean-density": densities]
  let shown = points.sliced(0..<200)
  results.add(
    Figure.grid(
      [
        Figure(
          title: "Samples of (X, 1 − X)", x: .linear("x₁"), y: .linear("x₂"),
          hasEqualScales: true
        ) {
          Scatter(
            shown.sliced(0..<1, along: 1).doubles, shown.sliced(1..<2, along: 1).doubles)
        },
        Figure(
          title: "Mass over area of a strip", x: .log("half the strip's width ε"),
          y: .log("mean density")
        ) {
          Line(widths, densities, hasDots: true)
        },
      ], columns: 2))
  return results
}
