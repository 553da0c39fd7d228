import Estimators
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit regression`: numbers as a linear function of columns.
struct RegressionFit: FitMethod {
  static let name = "regression"
  static let summary = "a linear function by least squares (Legendre 1805)"
  static let notes = """
    Coefficients are in the order of "columns" in result.json, the constant's first;
    weights are counts of rows. A prior N(0, V) on all coefficients makes the
    regression Bayesian: coefficients are then the posterior means, with their
    deviations, and log-evidence is the evidence of the rows (Bishop 2006, section
    3.3).
    """
  static let needsTarget = true

  @Setting(
    "V, the variance of a normal prior on the coefficients", in: .above(0), absence: "no prior")
  var priorVariance: Double? = nil
  @Setting(
    "variance of the noise, with a prior", in: .above(0), absence: "the one of largest evidence")
  var noiseVariance: Double? = nil
  @Setting("first scale each column to mean 0 and variance 1") var standardize = false
  @Setting("fit no constant") var withoutConstant = false

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    guard standardize else { return try fit(data) }
    let (data, means, deviations) = try data.standardized()
    var results = try fit(data)
    results["means"] = ResultValue(means)
    results["deviations-of-columns"] = ResultValue(deviations)
    return results
  }

  private func fit(_ data: FitData) throws -> Results {
    if let priorVariance { return try bayesian(data, priorVariance: priorVariance) }
    if noiseVariance != nil { throw FitError.needed("prior-variance", by: "noise-variance") }
    let targets = try data.targetNumbers()
    let fit = try data.estimating {
      try LinearRegression(
        fitting: targets, on: data.points, weights: data.weights, intercept: !withoutConstant)
    }
    let names = (withoutConstant ? [] : ["constant"]) + data.names
    var results = Results([
      "count": .number(fit.count),
      "log-likelihood": .number(fit.logLikelihood),
      "columns": .list(names.map { .text($0) }),
      "coefficients": ResultValue(fit.coefficients),
      "standard-errors": ResultValue(fit.standardErrors),
      "covariance": ResultValue(fit.covariance),
      "r-squared": .number(fit.rSquared),
      "noise-variance": .number(fit.noiseVariance),
      "residual-standard-deviation": .number(fit.residualVariance.squareRoot()),
      "degrees-of-freedom": .number(fit.degreesOfFreedom),
    ])
    if fit.degreesOfFreedom <= 0 {
      results.notes.append("no standard errors: there are as many coefficients as rows")
    }
    let fitted = fit.mean(at: data.points)
    results.tables["coefficients.csv"] = ResultTable([
      ("column", .texts(names)), ("coefficient", .numbers(fit.coefficients.doubles)),
      ("standard-error", .numbers(fit.standardErrors.doubles)),
    ])
    results.tables["predictions.csv"] = [
      "observed": targets.doubles, "fitted": fitted.doubles,
      "standard-error": fit.standardError(at: data.points).doubles,
      "residual": (targets - fitted).doubles,
    ]
    results.add(
      data.names.count == 1
        ? lineFigure(data, targets.doubles, fit)
        : agreementFigure(data, targets.doubles, fitted.doubles))
    return results
  }

  private func lineFigure(_ data: FitData, _ targets: [Double], _ fit: LinearRegression) -> Figure {
    let inputs = data.column(0)
    let places = evenPlaces(over: inputs)
    let points = Tensor(places, dtype: .float64)
    let (mean, error) = (fit.mean(at: points), fit.standardError(at: points))
    let (lower, upper) = ((mean - 2 * error).doubles, (mean + 2 * error).doubles)
    let hasErrors = fit.degreesOfFreedom > 0
    return Figure(
      title: "Linear regression", x: .linear(data.names[0]), y: .linear(data.targetName ?? "target")
    ) {
      Scatter(inputs, targets, label: "rows", color: .muted, opacity: 0.7)
      Line(places, mean.doubles, label: "fitted", color: .series(0))
      if hasErrors {
        Band(places, lower: lower, upper: upper, label: "± 2 standard errors", color: .series(0))
      }
    }
  }

  func agreementFigure(
    _ data: FitData, _ targets: [Double], _ fitted: [Double]
  ) -> Figure {
    let ends = [targets.min() ?? 0, targets.max() ?? 1]
    return Figure(
      title: "Linear regression", x: .linear("fitted"), y: .linear(data.targetName ?? "target")
    ) {
      Line(ends, ends, label: "fitted = observed", color: .muted, dash: .dashed)
      Scatter(fitted, targets, label: "rows", color: .series(0))
    }
  }
}
