import Distributions
import Estimators
import Plots
import Results
import Tensor

/// The likelihood of 30 heads in 100 throws as a function of the probability and of its logit: the
/// estimate of the logit is the logit of the estimate.
let maximumLikelihoodEquivarianceItem = CourseItem(
  "maximum-likelihood-equivariance", week: 1, "an estimate in two parametrisations of a coin"
) { _, _ in
  let (throwNumbers, counts) = (vector([1, 0]), vector([30, 70]))
  func logLikelihood(_ logits: Tensor) -> Tensor {
    let coins = Bernoulli(logits: logits.expanded(at: -1), eventRank: 0)
    return (coins.logDensity(of: throwNumbers) * counts).sum(along: -1)
  }
  let direct = try MaximumLikelihood(of: .bernoulli, fitting: throwNumbers, weights: counts)
  let byLogit = try MaximumLikelihood.maximizing(from: vector([0]), names: ["logit"], count: 100) {
    logLikelihood($0)
  }
  var results = Results([
    "probability": .number(direct.parameters.scalar),
    "logit": .number(byLogit.parameters.scalar),
    "logit-of-probability": .number(logit(direct.parameters).scalar),
    "standard-error-of-probability": .number(direct.standardErrors.scalar),
    "standard-error-of-logit": .number(byLogit.standardErrors.scalar),
    "log-likelihood": .number(direct.logLikelihood),
    "log-likelihood-by-logit": .number(byLogit.logLikelihood),
  ])
  let logits = grid(-2...0.5)
  let (probabilities, values) = (sigmoid(logits).doubles, logLikelihood(logits).doubles)
  results.tables["values.csv"] = [
    "logit": logits.doubles, "probability": probabilities, "log-likelihood": values,
  ]
  let y = Axis.linear("log-likelihood", unit: "nats")
  results.add(
    Figure.grid(
      [
        Figure(title: "Of the probability", x: .linear("probability p"), y: y) {
          Line(probabilities, values)
          Rule(x: direct.parameters.scalar, label: "estimate")
        },
        Figure(title: "Of the logit", x: .linear("log p / (1 − p)"), y: y) {
          Line(logits.doubles, values)
          Rule(x: byLogit.parameters.scalar, label: "estimate")
        },
      ], columns: 2, sharing: [.y]))
  return results
}
