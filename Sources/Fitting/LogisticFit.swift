import Estimators
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit logistic`: classes whose log-odds are linear in the columns.
struct LogisticFit: FitMethod {
  static let name = "logistic"
  static let summary = "class probabilities by logistic regression (Cox 1958)"
  static let notes = """
    Coefficients are in the order of "columns" in result.json, the constant's
    first; with two classes they are those of the second class's log-odds, with
    more there is a list for each class of "coefficient-classes". Weights are counts
    of rows. With a prior N(0, V) on all coefficients, Laplace's approximation gives
    the evidence.
    """
  static let needsTarget = true

  @Setting("variance of a normal prior on the coefficients", in: .above(0), absence: "no prior")
  var priorVariance: Double? = nil
  @Setting("first scale each column to mean 0 and variance 1") var standardize = false
  @Setting("fit no constant") var withoutConstant = false

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    let (labels, classNames) = try data.targetClasses()
    let scaled = standardize ? try data.standardized() : nil
    func inputs(_ x: Tensor) -> Tensor {
      scaled.map { (x - $0.means) / $0.deviations } ?? x
    }
    let fit = try data.estimating(
      classes: classNames, cure: "leave some out with --without, or give a --prior-variance"
    ) {
      try LogisticRegression(
        fitting: labels, on: inputs(data.points), classes: classNames.count,
        priorVariance: priorVariance, weights: data.weights, intercept: !withoutConstant)
    }
    var results = values(fit, data, classNames)
    if let scaled {
      results["means"] = ResultValue(scaled.means)
      results["deviations"] = ResultValue(scaled.deviations)
    }
    let probabilities = exp(fit.logProbabilities(at: inputs(data.points)))
    results.tables["predictions.csv"] = predictionTable(labels, probabilities, classNames)
    let figure = ClassFigure(
      title: "Logistic regression", data: data, labels: labels, classNames: classNames
    ) { x in fit.logProbabilities(at: inputs(x.rank == 1 ? x.expanded(at: 1) : x)) }
    switch data.names.count {
    case 1: results.add(figure.line())
    case 2: results.add(figure.plane())
    default: results.add(coefficientFigure(fit, columns(data), fittedClasses(fit, classNames)))
    }
    return results
  }

  private func columns(_ data: FitData) -> [String] {
    (withoutConstant ? [] : ["constant"]) + data.names
  }

  /// The class of each column of coefficients.
  private func fittedClasses(_ fit: LogisticRegression, _ names: [String]) -> [String] {
    Array(names.suffix(fit.coefficients.shape[1]))
  }

  private func values(
    _ fit: LogisticRegression, _ data: FitData, _ classNames: [String]
  ) -> Results {
    let own = fittedClasses(fit, classNames)
    func listed(_ x: Tensor) -> ResultValue {
      ResultValue(own.count == 1 ? x.flattened(from: 0) : x.transposed())
    }
    var results = Results([
      "log-likelihood": .number(fit.logLikelihood),
      "accuracy": .number(fit.accuracy),
      "classes": .list(classNames.map { .text($0) }),
      "coefficient-classes": .list(own.map { .text($0) }),
      "columns": .list(columns(data).map { .text($0) }),
      "coefficients": listed(fit.coefficients),
      "standard-errors": listed(fit.standardErrors),
      "steps": .integer(fit.trace.count - 1),
      "converged": .flag(fit.hasConverged),
    ])
    if let evidence = fit.logEvidence {
      results["log-joint"] = .number(fit.logJoint)
      results["log-evidence"] = .number(evidence)
    }
    if !fit.hasConverged {
      results.notes.append("Newton's method did not converge in \(fit.trace.count - 1) steps")
    }
    let width = columns(data).count
    results.tables["coefficients.csv"] = ResultTable([
      ("class", .texts(own.flatMap { Array(repeating: $0, count: width) })),
      ("column", .texts(own.flatMap { _ in columns(data) })),
      ("coefficient", .numbers(fit.coefficients.transposed().doubles)),
      ("standard-error", .numbers(fit.standardErrors.transposed().doubles)),
    ])
    return results
  }

  private func coefficientFigure(
    _ fit: LogisticRegression, _ columns: [String], _ classNames: [String]
  ) -> Figure {
    let rows = columns.indices.map(Double.init)
    return Figure(
      title: "Logistic regression", caption: "Coefficients ± 2 standard errors.",
      x: .linear("coefficient"), y: .categories(columns).reversed,
      height: 110 + 22 * Double(min(columns.count, 400))
    ) {
      Rule(x: 0)
      for (index, name) in classNames.enumerated() {
        let places = rows.map { $0 + 0.5 * (Double(index) + 0.5) / Double(classNames.count) - 0.25 }
        let centre = fit.coefficients.transposed().sliced(index..<index + 1)
        let error = 2 * fit.standardErrors.transposed().sliced(index..<index + 1)
        Segments(
          from: ((centre - error).doubles, places), to: ((centre + error).doubles, places),
          color: .series(index))
        Scatter(centre.doubles, places, label: name, color: .series(index))
      }
    }
  }
}

/// The most probable class of each row, and the probability of each class.
func predictionTable(
  _ labels: [Int], _ probabilities: Tensor, _ classNames: [String]
) -> ResultTable {
  var table = ResultTable([
    ("class", .texts(labels.map { classNames[$0] })),
    ("predicted", .texts(probabilities.argmax().map { classNames[$0] })),
  ])
  let columns = probabilities.transposed()
  for (index, name) in classNames.enumerated() {
    table.add("probability of \(name)", .numbers(columns.sliced(index..<index + 1).doubles))
  }
  return table
}
