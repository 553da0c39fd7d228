import Distributions
import Plots
import Results
import Tensor

/// The square of a normal number: x² is not injective, so the density is a sum over both preimages,
/// p(y) = (φ(√y) + φ(−√y)) / 2√y.
let pushforwardSquareItem = CourseItem(
  "pushforward-square", week: 1, "density of the square of a normal number, by its two branches"
) { isQuick, random in
  let pushforward = BranchedTransformed.squared(Normal(mean: 0, standardDeviation: 1))
  let samples = pushforward.sample([isQuick ? 2_000 : 20_000], using: random)
  let y = grid(0.02...5, count: 300)
  let densities = pushforward.densities(at: y)
  var results = Results([
    "density-at-half": .number(pushforward.density(at: 0.5)),
    "density-at-1": .number(pushforward.density(at: 1)),
    "density-at-2": .number(pushforward.density(at: 2)),
    "density-below-0": .number(pushforward.density(at: -1)),
    "probability-below-1": .number(pushforward.cumulative(at: scalar(1)).scalar),
    "share-below-1": .number((samples .<= 1).mean().scalar),
  ])
  results.tables["values.csv"] = ["y": y.doubles, "density": densities]
  results.add(
    Figure(
      title: "Pushforward of N(0, 1) through x²", x: .linear("y", range: 0...5),
      y: .linear("density", range: 0...2.5)
    ) {
      Histogram(samples.doubles, bins: 60, range: 0...5, measure: .density, label: "samples")
      Line(y.doubles, densities, label: "sum over both branches")
    })
  return results
}
