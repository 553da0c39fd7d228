import Estimators
import Plots
import Results
import Settings
import Tensor

extension DiscriminantAnalysis.Kind: Choice {}

/// `pushforward fit discriminant`: a normal density for each class.
struct DiscriminantFit: FitMethod {
  static let name = "discriminant"
  static let summary = "Gaussian classes, linear or quadratic (Fisher 1936)"
  static let notes = """
    linear: the classes share a covariance; quadratic: each has its own.
    Covariances are divided by n; the prior of a class is its share of the
    weights.
    """
  static let needsTarget = true

  @Setting("one covariance for all, or one per class") var kind = DiscriminantAnalysis.Kind.linear
  @Setting("added to each variance", in: .atLeast(0)) var ridge = 0.0

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    let (labels, classNames) = try data.targetClasses()
    let fit = try data.estimating(classes: classNames) {
      try DiscriminantAnalysis(
        fitting: labels, on: data.points, kind, classes: classNames.count, weights: data.weights,
        ridge: ridge)
    }
    let logPosterior = fit.logPosterior(at: data.points)
    let shares =
      data.weights.map { $0 / $0.sum() } ?? Tensor(1 / Double(data.count), dtype: .float64)
    let own = logPosterior.gatheredElements(at: labels, along: 1).flattened(from: 0)
    let isShared = kind == .linear
    var results = Results([
      "log-likelihood": .number(fit.logLikelihood),
      "accuracy": .number(fit.accuracy),
      "mean-log-posterior": .number((own * shares).sum().scalar),
      "kind": .text(kind.rawValue),
      "columns": .list(data.names.map { .text($0) }),
      "classes": .list(classNames.map { .text($0) }),
      "priors": ResultValue(fit.priors),
      "means": ResultValue(fit.means),
      (isShared ? "covariance" : "covariances"): ResultValue(
        isShared ? fit.covariances.sliced(0..<1).squeezed(at: 0) : fit.covariances),
    ])
    results.tables["predictions.csv"] = predictionTable(labels, exp(logPosterior), classNames)
    var means = ResultTable([
      ("class", .texts(classNames)), ("prior", .numbers(fit.priors.doubles)),
    ])
    for (index, name) in data.names.enumerated() {
      means.add(
        "mean of \(name)", .numbers(fit.means.sliced(index..<index + 1, along: 1).doubles))
    }
    results.tables["classes.csv"] = means
    let figure = ClassFigure(
      title: "\(kind == .linear ? "Linear" : "Quadratic") discriminant analysis", data: data,
      labels: labels, classNames: classNames, logPosterior: { fit.logPosterior(at: $0) })
    results.add(
      data.names.count == 1 ? figure.line() : figure.plane { ellipses(fit, classNames.count) })
    return results
  }

  /// Ellipses of two standard deviations of each class in the first two columns.
  private func ellipses(_ fit: DiscriminantAnalysis, _ classes: Int) -> [any Mark] {
    let d = fit.means.shape[1]
    let (means, covariances) = (fit.means.doubles, fit.covariances.doubles)
    return (0..<classes).map { k in
      let first = k * d * d
      return Ellipse(
        mean: (means[k * d], means[k * d + 1]),
        covariance: (covariances[first], covariances[first + 1], covariances[first + d + 1]),
        color: .series(k))
    }
  }
}
