import Distributions
import Estimators
import Plots
import Results
import Tensor

/// The estimates of a coin's probability from many samples of 100 throws, compared with the normal
/// distribution that the Fisher information predicts, of variance p (1 − p) / n = 0.0021.
let maximumLikelihoodNormalityItem = CourseItem(
  "maximum-likelihood-normality", week: 1, "distribution of an estimate of a coin's probability"
) { isQuick, random in
  let (probability, throwCount, runs) = (0.3, 100, isQuick ? 2_000 : 50_000)
  let coin = Bernoulli(probabilities: scalar(probability), eventRank: 0)
  // The estimate from the throws is their mean; the standard error comes from 30 heads and 70
  // tails.
  let estimates = coin.sample([runs, throwCount], using: random).mean(along: 1)
  let fit = try MaximumLikelihood(
    of: .bernoulli, fitting: vector([1, 0]), weights: vector([30, 70]))
  let error = fit.standardErrors.scalar
  let limit = Normal(mean: probability, standardDeviation: error)
  let isCovered = abs(estimates - probability) .<= 1.959964 * error
  var results = Results([
    "estimate": .number(fit.parameters.scalar), "variance-by-information": .number(error * error),
    "mean-of-estimates": .number(estimates.mean().scalar),
    "variance-of-estimates": .number(estimates.variance(correction: 1).scalar),
    "coverage": .number(isCovered.mean().scalar),
  ])
  let x = grid(0.1...0.5)
  let densities = limit.densities(at: x)
  results.tables["values.csv"] = ["probability": x.doubles, "normal-density": densities]
  results.add(
    Figure(
      title: "Estimates from \(throwCount) throws, p = 0.3", x: .linear("estimate"),
      y: .linear("density")
    ) {
      Histogram(
        estimates.doubles, bins: 41, range: 0.095...0.505, measure: .density,
        label: "\(runs) estimates")
      Line(x.doubles, densities, label: "N(0.3, 0.0021)")
    })
  return results
}
