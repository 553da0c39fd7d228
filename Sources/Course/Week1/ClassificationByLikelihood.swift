import Distributions
import Estimators
import Plots
import Results
import Tensor

/// Logistic regression as maximum likelihood: gradients and Newton's method find the coefficients
/// that make the labels most likely under p(1 ∣ x) = σ(a + b x); the loss is the cross-entropy.
let classificationByLikelihoodItem = CourseItem(
  "classification-by-likelihood", week: 1, "probabilities of two classes by maximum likelihood"
) { isQuick, random in
  let count = isQuick ? 100 : 500
  let x = random.uniform([count], in: -4..<4, dtype: .float64)
  let labels = Bernoulli(logits: 1.5 * x - 0.5, eventRank: 0).sample(using: random)
  let newton = try LogisticRegression(fitting: labels.doubles.map { Int($0) }, on: x)
  let fit = try MaximumLikelihood.maximizing(
    from: vector([0, 0]), names: ["a", "b"], count: Double(count)
  ) { theta in
    let logits = theta.sliced(0..<1) + theta.sliced(1..<2) * x
    return Bernoulli(logits: logits, eventRank: 0).logDensity(of: labels).sum()
  }
  var results = Results([
    "newton": ResultValue(newton.coefficients.flattened(from: 0)),
    "maximum-likelihood": ResultValue(fit.parameters),
    "standard-errors-newton": ResultValue(newton.standardErrors.flattened(from: 0)),
    "standard-errors-maximum-likelihood": ResultValue(fit.standardErrors),
    "cross-entropy": .number(-newton.logLikelihood / Double(count)),
    "log-likelihood-newton": .number(newton.logLikelihood),
    "log-likelihood-maximum-likelihood": .number(fit.logLikelihood),
  ])
  let places = grid(-4...4)
  let fitted = exp(newton.logProbabilities(at: places).sliced(1..<2, along: 1)).doubles
  let truth = sigmoid(1.5 * places - 0.5).doubles
  results.tables["values.csv"] = ["x": places.doubles, "fitted": fitted, "truth": truth]
  results.add(
    Figure(
      title: "Two classes by maximum likelihood", x: .linear("x"), y: .linear("label, p(1 ∣ x)")
    ) {
      Scatter(x.doubles, labels.doubles, label: "labels")
      Line(places.doubles, fitted, label: "fitted")
      Line(places.doubles, truth, label: "truth", dash: .dashed)
    })
  return results
}
