import Distributions
import Plots
import Results
import Tensor

/// The exponential of a normal number: its density by the change of variables, and samples through
/// the map.
let pushforwardExpItem = CourseItem(
  "pushforward-exp", week: 1, "density and samples of the exponential of a normal number"
) { isQuick, random in
  let normal = Normal(mean: 0, standardDeviation: 1)
  let pushforward = Transformed(normal, by: ExponentialMap())
  let samples = pushforward.sample([isQuick ? 2_000 : 20_000], using: random)
  let y = grid(0.01...6, count: 300)
  let densities = pushforward.densities(at: y)
  var results = Results([
    "density-at-half": .number(pushforward.density(at: 0.5)),
    "density-at-1": .number(pushforward.density(at: 1)),
    "density-at-2": .number(pushforward.density(at: 2)),
    "density-below-0": .number(pushforward.density(at: -1)),
    "probability-below-1": .number(pushforward.cumulative(at: scalar(1)).scalar),
    "sample-mean": .number(samples.mean().scalar),
    "sample-median": .number(samples.quantile(0.5).scalar),
  ])
  results.tables["values.csv"] = ["y": y.doubles, "density": densities]
  results.add(
    Figure(
      title: "Pushforward of N(0, 1) through exp", x: .linear("y", range: 0...6),
      y: .linear("density")
    ) {
      Histogram(samples.doubles, bins: 60, range: 0...6, measure: .density, label: "samples")
      Line(y.doubles, densities, label: "change of variables")
    })
  return results
}
