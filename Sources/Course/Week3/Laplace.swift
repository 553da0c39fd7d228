import Inference
import Plots
import Results
import Tensor

/// Laplace's approximation of χ²₁₀: N(8, 16), which has 0.979 of its integral.
let laplaceChiSquaredItem = CourseItem(
  "laplace-chi-squared", week: 3, "Laplace's approximation of the density of χ² with 10 degrees"
) { _, _ in
  // log x⁴ e^(−x/2), whose integral is 2⁵ Γ(5).
  let approximation = try LaplaceApproximation(
    of: { x in (4 * log(x) - 0.5 * x).squeezed(at: 1) }, from: Tensor([5], dtype: .float64))
  let exact = log(Tensor(768, dtype: .float64)).scalar
  var results = Results([
    "mode": .number(approximation.mode.doubles[0]),
    "variance": .number(approximation.covariance.doubles[0]),
    "evidence-ratio": .number(
      exp(Tensor(approximation.logEvidence - exact, dtype: .float64)).scalar),
  ])
  let x = Tensor.linearSpace(from: 0.1, through: 30, count: 300, dtype: .float64)
  let density = exp(4 * log(x) - 0.5 * x - exact)
  let normal = exp(approximation.logDensity(of: x.expanded(at: 1)))
  results.add(approximationFigure("χ²₁₀", x, density, normal, in: &results))
  return results
}

/// Laplace's approximation of the posterior of a logistic regression's only coefficient.
let laplaceLogisticItem = CourseItem(
  "laplace-logistic", week: 3, "Laplace's approximation of a logistic posterior in one dimension"
) { _, _ in
  let x = Tensor([-2, -1, 0.5, 1, 2], dtype: .float64)
  let y = Tensor([0, 0, 1, 0, 1], dtype: .float64)
  let logJoint: LogDensity = { w in
    let logits = w * x
    let prior = -0.5 * (square(w) + log(scalar(2 * .pi)))
    return (y * logits - softplus(logits)).sum(along: 1) + prior.squeezed(at: 1)
  }
  let approximation = try LaplaceApproximation(of: logJoint, from: .zeros([1], dtype: .float64))
  var results = Results([
    "mode": .number(approximation.mode.doubles[0]),
    "variance": .number(approximation.covariance.doubles[0]),
    "log-evidence": .number(approximation.logEvidence),
  ])
  let w = Tensor.linearSpace(from: -2, through: 4, count: 301, dtype: .float64)
  let joint = exp(try logJoint(w.expanded(at: 1)))
  let evidence = joint.sum() * 0.02
  results["log-evidence-by-sum"] = .number(log(evidence).scalar)
  let normal = exp(approximation.logDensity(of: w.expanded(at: 1)))
  results.add(approximationFigure("coefficient", w, joint / evidence, normal, in: &results))
  return results
}

/// The figure of a density and the Gaussian that approximates it; both are also in `values.csv`.
private func approximationFigure(
  _ label: String, _ x: Tensor, _ density: Tensor, _ normal: Tensor, in results: inout Results
) -> Figure {
  results.tables["values.csv"] = [
    "x": x.doubles, "density": density.doubles, "approximation": normal.doubles,
  ]
  return Figure(title: "Laplace's approximation", x: .linear(label), y: .linear("density")) {
    Line(x.doubles, density.doubles, label: "density")
    Line(x.doubles, normal.doubles, label: "approximation", dash: .dashed)
  }
}
