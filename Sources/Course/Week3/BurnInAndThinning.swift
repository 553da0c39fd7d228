import Inference
import Plots
import Results
import Tensor

/// A chain that starts far away, with and without its first steps; and the cost of thinning.
let burnInAndThinningItem = CourseItem(
  "burn-in-and-thinning", week: 3, "the effect of a chain's first steps on a mean, and of thinning"
) { isQuick, random in
  let draws = isQuick ? 1_000 : 4_000
  let sampler = RandomWalkMetropolis(dimensions: 1, stepSize: 1) { x in
    -0.5 * square(x).sum(along: 1)
  }
  let start = Tensor([[30], [-20], [25], [30]], dtype: .float64)
  let chains = try sampler.sample(from: start, warmUp: 0, draws: draws, using: random)
  let all = chains.coordinate(0)
  let kept = all.sliced(draws / 5..<draws, along: 1)
  let thinned = kept.gathered(at: Array(stride(from: 0, to: kept.shape[1], by: 10)), along: 1)
  let summaries = [all, kept, thinned].map { ParameterSummary("x", $0) }
  var results = Results([:])
  for (name, summary) in zip(["all", "after-burn-in", "thinned"], summaries) {
    results["mean-\(name)"] = .number(summary.mean)
    results["error-of-mean-\(name)"] = .number(summary.errorOfMean ?? .nan)
    results["ess-bulk-\(name)"] = .number(summary.bulkSampleSize ?? .nan)
    results["r-hat-\(name)"] = .number(summary.rHat ?? .nan)
  }
  let paths = (0..<4).map { all.sliced($0..<$0 + 1).doubles }
  results.tables["values.csv"] = ResultTable(
    paths.enumerated().map { ("chain \($0 + 1)", .numbers($1)) })
  results.add(
    Figure(
      title: "Four chains", caption: "Dashed: the end of burn-in.", x: .linear("step"),
      y: .linear("x")
    ) {
      for (index, path) in paths.enumerated() {
        Line(
          (0..<draws / 2).map(Double.init), Array(path.prefix(draws / 2)), label: "\(index + 1)",
          width: 1)
      }
      Rule(x: Double(draws / 5))
    })
  return results
}
