import Inference
import Plots
import Results
import Tensor

/// Lines drawn from the prior and from the posterior after 1, 4 and 30 observations.
let bayesianLinearSamplesItem = CourseItem(
  "bayesian-linear-samples", week: 3, "lines of the prior and of the posterior of a linear model"
) { isQuick, random in
  let inputs = random.uniform([30], in: -3..<3, dtype: .float64)
  let y = 1 - 0.5 * inputs + 0.5 * random.normal([30], dtype: .float64)
  let x = Tensor.stacked([Tensor.ones([30], dtype: .float64), inputs]).transposed()
  let prior = BayesianLinearRegression(
    coefficients: 2, priorVariance: 1, noiseVariance: 0.25)
  func posterior(_ count: Int) throws -> BayesianLinearRegression {
    try prior.observing(x.sliced(0..<count), y.sliced(0..<count))
  }
  let whole = try posterior(30)
  let sequential = try (0..<30).reduce(prior) { model, row in
    try model.observing(x.sliced(row..<row + 1), y.sliced(row..<row + 1))
  }
  let draws = try whole.sampleCoefficients(isQuick ? 2_000 : 20_000, using: random)
  func largest(_ difference: Tensor) -> Double { abs(difference).max().scalar }
  let deviations = draws - whole.mean
  let sample = deviations.matmul(deviations, transposeLeft: true) / Double(draws.shape[0])
  var results = Results([
    "mean": ResultValue(whole.mean),
    "covariance": ResultValue(whole.covariance),
    "mean-of-draws": ResultValue(draws.mean(along: 0)),
    "covariance-of-draws": ResultValue(sample),
    "draws": .integer(draws.shape[0]),
    "sequential-difference": .number(
      max(
        largest(sequential.mean - whole.mean), largest(sequential.covariance - whole.covariance))),
    "log-evidence": .number(try prior.logEvidence(x, y)),
  ])
  let places = grid(-3...3, count: 61)
  let design = Tensor.stacked([.ones([61], dtype: .float64), places]).transposed()
  var table: ResultTable = ["x": places.doubles]
  let figures = try [0, 1, 4, 30].map { count in
    let model = count == 0 ? prior : try posterior(count)
    let lines = try model.sampleCoefficients(12, using: random).matmul(
      design, transposeRight: true)
    let (mean, _, variance) = model.predictive(at: design)
    let spread = 2 * sqrt(variance)
    table.add("mean after \(count)", .numbers(mean.doubles))
    table.add("deviation after \(count)", .numbers((0.5 * spread).doubles))
    return Figure(
      title: count == 0 ? "Prior" : "\(count) observation\(count == 1 ? "" : "s")",
      x: .linear("x"), y: .linear("y", range: -6...6)
    ) {
      Band(
        places.doubles, lower: (mean - spread).doubles, upper: (mean + spread).doubles,
        color: .series(0))
      for line in 0..<12 {
        Line(
          places.doubles, lines.sliced(line..<line + 1).doubles, color: .series(1), width: 1,
          dash: .solid, opacity: 0.6)
      }
      Scatter(
        Array(inputs.doubles.prefix(count)), Array(y.doubles.prefix(count)), color: .text, size: 5)
    }
  }
  results.tables["values.csv"] = table
  results.add(
    FigureGrid(
      figures, columns: 2,
      caption: "Lines: draws. Bands: two deviations of an observation."))
  return results
}
