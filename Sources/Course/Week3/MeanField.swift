import Inference
import Plots
import Results
import Tensor

/// The mean field nearest to a correlated Gaussian, whose variances are too small.
let meanFieldGaussianItem = CourseItem(
  "mean-field-gaussian", week: 3, "the mean field nearest to a Gaussian of correlation 0.8"
) { _, _ in
  let (mean, covariance) = (Tensor.zeros([2], dtype: .float64), try correlated(0.8))
  let nearest = try GaussianApproximation.meanField(mean: mean, covariance: covariance)
  let variances = nearest.covariance.diagonal().doubles
  let correlations = (0...19).map { 0.05 * Double($0) }
  let divergences = try correlations.map { correlation in
    let covariance = try correlated(correlation)
    return try GaussianApproximation.meanField(mean: mean, covariance: covariance)
      .klDivergence(toMean: mean, covariance: covariance).scalar
  }
  var results = Results([
    "variances": ResultValue(variances),
    "divergence": .number(try nearest.klDivergence(toMean: mean, covariance: covariance).scalar),
  ])
  results.tables["values.csv"] = ["correlation": correlations, "divergence": divergences]
  let plane = Figure(
    title: "Two deviations", x: .linear("x₁"), y: .linear("x₂"), hasEqualScales: true
  ) {
    Ellipse(
      mean: (x: 0, y: 0), covariance: (xx: 2, xy: 0.8 * 2.0.squareRoot(), yy: 1), label: "Gaussian",
      color: .series(0))
    Ellipse(
      mean: (x: 0, y: 0), covariance: (xx: variances[0], xy: 0, yy: variances[1]),
      label: "mean field", color: .series(1))
  }
  let line = Figure(
    title: "Divergence", x: .linear("correlation"), y: .linear("KL(q‖p)", unit: "nats")
  ) { Line(correlations, divergences) }
  results.add(FigureGrid([plane, line], columns: 2))
  return results
}

/// A covariance with the variances 2 and 1.
private func correlated(_ correlation: Double) throws -> Tensor {
  let off = correlation * 2.0.squareRoot()
  return Tensor([[2, off], [off, 1]], dtype: .float64)
}

/// The hierarchical mixture by coordinate ascent: the bound after each update.
let hierarchicalMixtureItem = CourseItem(
  "hierarchical-mixture", week: 3, "coordinate ascent for the hierarchical mixture of 0, 1, 4, 5"
) { _, _ in
  let one = Tensor([[1]], dtype: .float64)
  let prior = try HierarchicalMixture.Prior(
    mean: Tensor([0], dtype: .float64), covariance: 10 * one, noise: one, concentration: 1)
  let start = HierarchicalMixture(
    data: Tensor([[0], [1], [4], [5]], dtype: .float64), prior: prior,
    means: Tensor([[0], [4]], dtype: .float64), covariances: .ones([2, 1, 1], dtype: .float64),
    concentrations: .ones([2], dtype: .float64))
  let sweep = CoordinateAscent(sweepLimit: 1).fit(start)
  let fit = CoordinateAscent().fit(start)
  var results = Results([
    "responsibilities-1": ResultValue(sweep.model.responsibilities),
    "means-1": ResultValue(sweep.model.means.doubles), "bounds-1": ResultValue(sweep.trace),
    "means": ResultValue(fit.model.means.doubles),
    "concentrations": ResultValue(fit.model.concentrations), "bound": .number(fit.bound),
    "sweeps": .integer(fit.sweeps), "converged": .flag(fit.hasConverged),
  ])
  let updates = fit.trace.indices.map { Double($0 + 1) }
  results.tables["values.csv"] = ["update": updates, "bound": fit.trace]
  results.add(
    Figure(
      title: "Evidence lower bound", x: .linear("update", wholeNumbers: true),
      y: .linear("bound", unit: "nats")
    ) { Line(updates, fit.trace, hasDots: updates.count <= 60) })
  return results
}
