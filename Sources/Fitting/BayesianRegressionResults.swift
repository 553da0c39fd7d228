import Inference
import Plots
import Results
import Tensor

extension RegressionFit {
  /// The posterior of the coefficients under N(0, V), with the given noise variance or the one of
  /// largest evidence.
  func bayesian(_ data: FitData, priorVariance: Double) throws -> Results {
    let targets = try data.targetNumbers()
    let design = self.design(data.points)
    var noise = noiseVariance
    var notes: [String] = []
    if noise == nil {
      let spread = max(data.rowMean(square(targets - data.rowMean(targets))).scalar, 1e-300)
      let fit = try EvidenceRegression(
        design, targets, weights: data.weights, isPriorFixed: true
      ).fit(from: .init(prior: priorVariance, noise: spread), driver: .init(tolerance: 1e-12))
      noise = fit.parameters.noise
      if !fit.hasConverged {
        notes.append("the noise variance has not converged: \(fit.reason.rawValue)")
      }
    }
    let prior = BayesianLinearRegression(
      coefficients: design.shape[1], priorVariance: priorVariance, noiseVariance: noise ?? 1)
    let posterior = try prior.observing(design, targets, weights: data.weights)
    let names = (withoutConstant ? [] : ["constant"]) + data.names
    let deviations = sqrt(posterior.covariance.diagonal())
    var results = Results([
      "count": .number(data.totalWeight),
      "log-evidence": .number(
        try prior.logEvidence(design, targets, weights: data.weights)),
      "columns": .list(names.map { .text($0) }),
      "coefficients": ResultValue(posterior.mean),
      "deviations": ResultValue(deviations),
      "covariance": ResultValue(posterior.covariance),
      "prior-variance": .number(priorVariance),
      "noise-variance": .number(posterior.noiseVariance),
    ])
    results.notes = notes
    let (fitted, ofFunction, ofObservation) = posterior.predictive(at: design)
    results.tables["coefficients.csv"] = ResultTable([
      ("column", .texts(names)), ("coefficient", .numbers(posterior.mean.doubles)),
      ("deviation", .numbers(deviations.doubles)),
    ])
    results.tables["predictions.csv"] = [
      "observed": targets.doubles, "mean": fitted.doubles,
      "deviation-of-function": sqrt(ofFunction).doubles,
      "deviation-of-observation": sqrt(ofObservation).doubles,
    ]
    results.add(
      data.names.count == 1
        ? lineFigure(data, targets.doubles, posterior)
        : agreementFigure(data, targets.doubles, fitted.doubles))
    return results
  }

  /// The rows with a leading one, unless no constant is fitted.
  private func design(_ points: Tensor) -> Tensor {
    if withoutConstant { return points }
    return .concatenated([.ones([points.shape[0], 1], dtype: .float64), points], along: 1)
  }

  private func lineFigure(
    _ data: FitData, _ targets: [Double], _ posterior: BayesianLinearRegression
  ) -> Figure {
    let places = evenPlaces(over: data.column(0))
    let points = Tensor(places, shape: [places.count, 1], dtype: .float64)
    let (mean, ofFunction, ofObservation) = posterior.predictive(at: design(points))
    func band(_ variance: Tensor, _ label: String, _ color: Color) -> Band {
      let spread = 2 * sqrt(variance)
      return Band(
        places, lower: (mean - spread).doubles, upper: (mean + spread).doubles, label: label,
        color: color)
    }
    return Figure(
      title: "Bayesian linear regression", caption: "Bands: two standard deviations.",
      x: .linear(data.names[0]), y: .linear(data.targetName ?? "target")
    ) {
      band(ofObservation, "observations", .series(1))
      band(ofFunction, "line", .series(0))
      Scatter(data.column(0), targets, label: "rows", color: .muted, opacity: 0.7)
      Line(places, mean.doubles, label: "mean", color: .series(0))
    }
  }
}
