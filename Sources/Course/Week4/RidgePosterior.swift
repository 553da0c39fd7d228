import Inference
import Plots
import Results
import Tensor

/// The posterior mean under w ~ N(0, τ²) is the ridge estimate with λ = σ² / τ².
let ridgePosteriorItem = CourseItem(
  "ridge-posterior", week: 4, "ridge regression as the posterior mean of a linear model"
) { _, _ in
  let x = Tensor([1.0, 2, 3, 4], shape: [4, 1], dtype: .float64)
  let y = Tensor([1.1, 1.9, 3.2, 3.9], dtype: .float64)
  let noise = 0.25
  func posterior(_ priorVariance: Double) throws -> BayesianLinearRegression {
    try BayesianLinearRegression(
      coefficients: 1, priorVariance: priorVariance, noiseVariance: noise
    ).observing(x, y)
  }
  let unit = try posterior(1)
  let strengths = grid(0...20, count: 41).doubles.dropFirst().map { $0 }
  let estimates = try strengths.map { try ridge(x, y, $0) }
  let means = try strengths.map { try posterior(noise / $0).mean.doubles[0] }
  var results = Results([
    "posterior-mean": .number(unit.mean.doubles[0]),
    "posterior-variance": .number(unit.covariance.doubles[0]),
    "ridge": .number(try ridge(x, y, noise)),
    "largest-difference": .number(zip(estimates, means).map { Swift.abs($0 - $1) }.max() ?? 0),
  ])
  results.tables["values.csv"] = ["lambda": strengths, "ridge": estimates, "posterior-mean": means]
  results.add(
    Figure(
      title: "Ridge and posterior mean", x: .linear("λ = σ² / τ²"), y: .linear("slope")
    ) {
      Line(strengths, estimates, label: "ridge regression")
      Scatter(strengths, means, label: "posterior mean", size: 5)
    })
  return results
}

/// Least squares on rows extended by one with the input √λ and the target 0.
private func ridge(_ x: Tensor, _ y: Tensor, _ strength: Double) throws -> Double {
  let penalty = Tensor([strength.squareRoot()], shape: [1, 1], dtype: .float64)
  let zero = Tensor([0], dtype: .float64)
  let rows = Tensor.concatenated([x, penalty])
  return try rows.leastSquares(.concatenated([y, zero])).doubles[0]
}
