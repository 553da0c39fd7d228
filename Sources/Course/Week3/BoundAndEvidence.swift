import Inference
import Plots
import Results
import Tensor

/// The evidence of a linear model against the variance of its prior, and the bound by the best mean
/// field: their maxima differ, because the divergence depends on the parameter too.
let boundAndEvidenceItem = CourseItem(
  "bound-and-evidence", week: 3,
  "the maxima of the bound and of the evidence over a parameter"
) { _, random in
  // Two inputs with a correlation of nearly 0.95.
  let common = random.normal([12, 1], dtype: .float64)
  let x = 0.975 * common + 0.22 * random.normal([12, 2], dtype: .float64)
  let noise = 0.7 * random.normal([12], dtype: .float64)
  let y = x.matmul(Tensor([[1], [1]], dtype: .float64)).squeezed(at: 1) + noise
  func values(_ variance: Double) throws -> (evidence: Double, divergence: Double) {
    let prior = BayesianLinearRegression(
      coefficients: 2, priorVariance: variance, noiseVariance: 0.49)
    let posterior = try prior.observing(x, y)
    let nearest = try GaussianApproximation.meanField(
      mean: posterior.mean, covariance: posterior.covariance)
    let divergence = try nearest.klDivergence(
      toMean: posterior.mean, covariance: posterior.covariance)
    return (try prior.logEvidence(x, y), divergence.scalar)
  }
  let variances = exp(grid(-4...4)).doubles
  let found = try variances.map(values)
  let (evidences, bounds) = (found.map(\.evidence), found.map { $0.evidence - $0.divergence })
  func best(_ values: [Double]) -> Int { values.indices.max { values[$0] < values[$1] } ?? 0 }
  let (ofEvidence, ofBound) = (best(evidences), best(bounds))
  var results = Results([
    "prior-variance-of-largest-evidence": .number(variances[ofEvidence]),
    "prior-variance-of-largest-bound": .number(variances[ofBound]),
    "largest-evidence": .number(evidences[ofEvidence]),
    "largest-bound": .number(bounds[ofBound]),
    "least-divergence": .number(found.map(\.divergence).min() ?? 0),
  ])
  results.tables["values.csv"] = [
    "prior-variance": variances, "log-evidence": evidences, "bound": bounds,
  ]
  results.add(
    Figure(
      title: "Evidence and bound", caption: "Dotted: where each is largest.",
      x: .log("variance of the prior"), y: .linear("nats")
    ) {
      Line(variances, evidences, label: "log-evidence", color: .series(0))
      Line(variances, bounds, label: "bound by mean field", color: .series(1), dash: .dashed)
      Rule(x: variances[ofEvidence], color: .series(0), dash: .dotted)
      Rule(x: variances[ofBound], color: .series(1), dash: .dotted)
    })
  return results
}
