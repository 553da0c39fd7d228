import GaussianProcesses
import Plots
import Results
import Tensor

/// A Gaussian process with three observations: the prior, the posterior, and the posterior with
/// trained parameters.
let gaussianProcessTrainingItem = CourseItem(
  "gaussian-process-training", week: 4, "a Gaussian process from its prior to a trained posterior"
) { isQuick, random in
  let x = Tensor([0.0, 1, 2.5], shape: [3, 1], dtype: .float64)
  let y = Tensor([0.5, -0.3, 1], dtype: .float64)
  let prior = GaussianProcess(1 * SquaredExponential(length: 1), noiseVariance: 0.1)
  let posterior = try prior.conditioned(on: y, at: x)
  let trained = try prior.fitted(to: y, at: x, starts: isQuick ? 2 : 8, using: random)
  let points = posterior.prediction(
    of: .function, at: Tensor([1.5, 10], shape: [2, 1], dtype: .float64))
  var results = Results([
    "log-marginal-likelihood": .number(posterior.logMarginalLikelihood),
    "trained-log-marginal-likelihood": .number(trained.posterior.logMarginalLikelihood),
    "mean-at-1.5": .number(points.mean.doubles[0]),
    "variance-at-1.5": .number(points.variance.doubles[0]),
    "mean-at-10": .number(points.mean.doubles[1]),
    "variance-at-10": .number(points.variance.doubles[1]),
    "trained-parameters": .named(
      zip(trained.process.parameterNames, trained.process.parameterValues).map {
        .init($0, .number($1))
      }),
  ])
  let grid = grid(-2...5, count: isQuick ? 36 : 141).doubles
  let at = Tensor(grid, shape: [grid.count, 1], dtype: .float64)
  let (before, after) = (
    posterior.prediction(of: .function, at: at), trained.posterior.prediction(of: .function, at: at)
  )
  results.tables["values.csv"] = [
    "x": grid, "posterior-mean": before.mean.doubles,
    "posterior-variance": before.variance.doubles, "trained-mean": after.mean.doubles,
    "trained-variance": after.variance.doubles,
  ]
  let deviation = grid.map { _ in 1.959963984540054 }
  func panel(
    _ title: String, _ mean: [Double], _ lower: [Double], _ upper: [Double], _ draws: Tensor,
    hasData: Bool
  ) -> Figure {
    Figure(title: title, x: .linear("x"), y: .linear("f(x)"), width: 360) {
      Band(grid, lower: lower, upper: upper, label: "95 % of f")
      Line(grid, mean, label: "mean")
      for row in rows(of: draws) { Line(grid, row, color: .muted, width: 1) }
      if hasData { Scatter(x.doubles, y.doubles, label: "data", color: .text, size: 6) }
    }
  }
  func panel(_ title: String, _ posterior: GaussianProcessPosterior) throws -> Figure {
    let prediction = posterior.prediction(of: .function, at: at)
    let ends = prediction.interval(0.95)
    return panel(
      title, prediction.mean.doubles, ends.lower.doubles, ends.upper.doubles,
      try posterior.samples(3, of: .function, at: at, using: random).values, hasData: true)
  }
  results.add(
    Figure.grid(
      [
        panel(
          "Prior", grid.map { _ in 0 }, deviation.map { -$0 }, deviation,
          try prior.samples(3, of: .function, at: at, using: random).values, hasData: false),
        try panel("Posterior", posterior), try panel("Trained", trained.posterior),
      ], columns: 3, sharing: [.y]))
  return results
}
