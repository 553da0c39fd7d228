import Distributions
import Plots
import Results
import Tensor

/// Running means of throws of a loaded coin, whose error falls as 1/√n, and of Cauchy numbers,
/// which have no mean and do not converge.
let lawOfLargeNumbersItem = CourseItem(
  "law-of-large-numbers", week: 1, "running means of coin throws, and of numbers without a mean"
) { isQuick, random in
  let (runs, count) = (isQuick ? 20 : 100, isQuick ? 2_000 : 20_000)
  let coin = Bernoulli(probabilities: scalar(0.3), eventRank: 0)
  let means = runningMeans(coin.sample([runs, count], using: random))
  let wild = runningMeans(
    random.cauchy([runs, count], location: 0, scale: 1, dtype: .float64))
  let steps = Array(stride(from: 9, to: count, by: count / 200))
  let places = steps.map { Double($0 + 1) }
  let errors = places.map { coin.standardDeviation.scalar / $0.squareRoot() }
  let last = means.sliced(count - 1..<count, along: 1)
  var results = Results([
    "mean": .number(coin.mean.scalar),
    "standard-error": .number(coin.standardDeviation.scalar / Double(count).squareRoot()),
    "root-mean-square-error": .number(square(last - coin.mean).mean().scalar.squareRoot()),
    "cauchy-quartile-range": .number(
      (wild.sliced(count - 1..<count, along: 1).quantile(0.75, along: 0)
        - wild.sliced(count - 1..<count, along: 1).quantile(0.25, along: 0)).scalar),
  ])
  func row(_ means: Tensor, _ run: Int) -> [Double] {
    let row = means.sliced(run..<run + 1).doubles
    return steps.map { row[$0] }
  }
  results.tables["values.csv"] = ["n": places, "coin": row(means, 0), "cauchy": row(wild, 0)]
  let band = Band(
    places, lower: errors.map { 0.3 - 2 * $0 }, upper: errors.map { 0.3 + 2 * $0 },
    label: "± 2 standard errors", color: .muted)
  results.add(
    Figure.grid(
      [
        Figure(title: "A coin, p = 0.3", x: .log("throws n"), y: .linear("running mean")) {
          band
          for run in 0..<6 { Line(places, row(means, run), color: .series(run), width: 1) }
        },
        Figure(title: "Cauchy numbers", x: .log("numbers n"), y: .linear("running mean")) {
          for run in 0..<6 { Line(places, row(wild, run), color: .series(run), width: 1) }
        },
      ], columns: 2))
  return results
}

/// The means of the first 1, 2, … numbers in each row.
private func runningMeans(_ x: Tensor) -> Tensor {
  x.cumulativeSum(along: 1) / Tensor.range(1..<x.shape[1] + 1, dtype: .float64)
}
