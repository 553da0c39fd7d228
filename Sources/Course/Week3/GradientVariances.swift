import Inference
import Plots
import Results
import Tensor

/// Three estimators of the bound's gradient, with the same mean and different variances.
let gradientVariancesItem = CourseItem(
  "gradient-variances", week: 3,
  "the variance of gradients by score function and reparameterisation"
) { isQuick, random in
  let draws = isQuick ? 2_000 : 20_000
  // For the target N(1, 1), the bound of N(m, s²) has the derivatives 1 − m and 1 − s² along m and
  // log s.
  let target: LogDensity = { x in -0.5 * square(x - 1).sum(along: 1) }
  let approximation = GaussianApproximation(
    mean: Tensor([0], dtype: .float64), scale: Tensor([0.8], dtype: .float64))
  let estimators: [(String, GradientEstimator)] = [
    ("score-function", .scoreFunction), ("control-variate", .controlledScoreFunction),
    ("reparameterization", .reparameterization),
  ]
  var results = Results(["gradient": [1, 0.36]])
  var variances: [Double] = []
  for (name, estimator) in estimators {
    let gradients = try approximation.boundGradients(
      of: target, by: estimator, draws: draws, using: random.split())
    let variance = gradients.variance(along: 0)
    results["mean-\(name)"] = ResultValue(gradients.mean(along: 0))
    results["variance-\(name)"] = ResultValue(variance)
    results["error-\(name)"] = ResultValue(sqrt(variance / Double(draws)))
    variances.append(variance.doubles[0])
  }
  let names = estimators.map(\.0)
  results.tables["values.csv"] = ResultTable([
    ("estimator", .texts(names)), ("variance", .numbers(variances)),
  ])
  results.add(
    Figure(
      title: "Variance of a draw's gradient along the mean", x: .categories(names),
      y: .linear("variance")
    ) { Bars(variances) })
  return results
}
