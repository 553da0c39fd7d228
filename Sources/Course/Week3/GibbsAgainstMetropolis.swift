import Inference
import Plots
import Results
import Tensor

/// A Gibbs sampler and a random walk on a correlated Gaussian: the same target, but different
/// effective sizes.
let gibbsAgainstMetropolisItem = CourseItem(
  "gibbs-against-metropolis", week: 3, "Gibbs and Metropolis on a Gaussian of correlation 0.9"
) { isQuick, random in
  let mean = Tensor.zeros([2], dtype: .float64)
  let covariance = Tensor([[1, 0.9], [0.9, 1]], dtype: .float64)
  let factor = try CholeskyFactor(of: covariance)
  let (draws, start) = (isQuick ? 500 : 1_000, Tensor.zeros([4, 2], dtype: .float64))
  let gibbs = try Gibbs.gaussian(mean: mean, covariance: covariance)
    .sample(from: start, warmUp: 200, draws: draws, using: random.split())
  let walk = try RandomWalkMetropolis(dimensions: 2, stepSize: 1) { x in
    -0.5 * square(factor.whitened(x.transposed())).sum(along: 0)
  }.sample(from: start, warmUp: 200, draws: draws, using: random.split())
  let summaries = [gibbs.summaries()[0], walk.summaries()[0]]
  var results = Results([:])
  for (name, summary) in zip(["gibbs", "metropolis"], summaries) {
    results["mean-\(name)"] = .number(summary.mean)
    results["deviation-\(name)"] = .number(summary.deviation)
    results["error-of-mean-\(name)"] = .number(summary.errorOfMean ?? .nan)
    results["ess-bulk-\(name)"] = .number(summary.bulkSampleSize ?? .nan)
    results["r-hat-\(name)"] = .number(summary.rHat ?? .nan)
  }
  let paths = [gibbs.pooled, walk.pooled].map { rows in
    let columns = rows.transposed()
    return (x: columns.sliced(0..<1).doubles, y: columns.sliced(1..<2).doubles)
  }
  results.tables["values.csv"] = [
    "gibbs-x": paths[0].x, "gibbs-y": paths[0].y, "metropolis-x": paths[1].x,
    "metropolis-y": paths[1].y,
  ]
  let figures = zip(["Gibbs", "Metropolis"], paths).map { title, path in
    Figure(
      title: title, caption: "The first 60 steps of a chain; ellipse: two deviations.",
      x: .linear("x₁", range: -4...4), y: .linear("x₂", range: -4...4), hasEqualScales: true
    ) {
      Ellipse(mean: (x: 0, y: 0), covariance: (xx: 1, xy: 0.9, yy: 1), color: .text)
      Line(Array(path.x.prefix(60)), Array(path.y.prefix(60)), width: 1, hasDots: true)
    }
  }
  results.add(FigureGrid(figures, columns: 2))
  return results
}
