import GaussianProcesses
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit gaussian-process`: trains a kernel's parameters and predicts with bands.
struct GaussianProcessRegressionFit: FitMethod {
  static let name = "gaussian-process"
  static let summary = "Gaussian process regression (Rasmussen and Williams 2006)"
  static let noWeights: String? = "repeat a row that counts twice"
  static let needsTarget = true
  static let notes = """
    A kernel is built from rbf, matern-1/2, matern-3/2, matern-5/2,
    rational-quadratic, periodic, locally-periodic, linear, polynomial, constant and
    white with + and *, as in "rbf(length = 60) + periodic(period = 1 fixed) * rbf +
    white"; omitted parameters start at 1 and are trained. white is the noise. The
    mean of the targets is the mean of the process.
    """

  @Setting("kernel: a sum of products", placeholder: "EXPRESSION") var kernel = "rbf + white"
  @Setting("searches for the best parameters, from different starts", in: 1...1_000) var starts =
    4
  @Setting("standard deviation of further starts around the first, in logarithms", in: .atLeast(0))
  var spread = 1.0
  @Setting("probability inside the bands", in: 0.01...0.9999) var interval = 0.95
  @Setting("one column: predict from the first input up to this one", absence: "the last input")
  var until: Double? = nil
  @Setting("one column: number of points of the prediction", in: 2...100_000) var points = 300
  @Setting("largest number that may be added to the diagonal for stability", in: .atLeast(0))
  var jitter = 0.0

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    let y = try data.targetNumbers()
    let start = GaussianProcess(
      try KernelExpression.parse(kernel, columns: data.names),
      mean: .constant(y.mean().scalar, isFixed: true))
    let fit = try start.fitted(
      to: y, at: data.points, starts: starts, spread: spread, jitterLimit: jitter, using: random)
    var results = Results([
      "log-marginal-likelihood": .number(fit.posterior.logMarginalLikelihood),
      "parameters": .named(
        zip(fit.process.parameterNames, fit.process.parameterValues).map {
          .init($0, .number($1))
        }),
      "jitter": .number(fit.posterior.jitter),
      "converged": .flag(fit.hasConverged),
      "likelihoods-of-searches": ResultValue(
        fit.searches.map { -($0.minimum?.value ?? .infinity) }),
    ])
    if !fit.hasConverged { results.notes.append("the best search did not converge") }
    if fit.searches.contains(where: { $0.minimum == nil }) {
      results.notes.append("some starts had no positive definite covariance matrix")
    }
    let prediction = Prediction(fit.posterior, data, y, self)
    results["shares"] = .named(
      prediction.parts.map { .init($0.name, .number($0.share)) })
    results.tables["predictions.csv"] = prediction.table
    results.add(prediction.figure)
    return results
  }
}

/// A trained process at the points of the table and the figure.
private struct Prediction {
  let data: FitData
  let targets: [Double]
  let x: Tensor
  let mean: [Double]
  let lower: [Double]
  let upper: [Double]
  let deviation: [Double]
  let parts: [GaussianProcessPart]
  let probability: Double

  init(
    _ posterior: GaussianProcessPosterior, _ data: FitData, _ y: Tensor,
    _ settings: GaussianProcessRegressionFit
  ) {
    (self.data, targets, probability) = (data, y.doubles, settings.interval)
    x = data.names.count == 1 ? Self.grid(data.column(0), settings) : data.points
    let observed = posterior.prediction(of: .observations, at: x)
    let ends = observed.interval(settings.interval)
    (mean, lower, upper) = (observed.mean.doubles, ends.lower.doubles, ends.upper.doubles)
    deviation = posterior.prediction(of: .function, at: x).standardDeviation.doubles
    parts = posterior.parts(at: x)
  }

  /// Evenly spaced inputs from the first to the end of the prediction.
  private static func grid(_ inputs: [Double], _ settings: GaussianProcessRegressionFit) -> Tensor {
    let (first, last) = (inputs.min() ?? 0, inputs.max() ?? 0)
    let end = settings.until ?? last
    let (low, high) = (Swift.min(first, end), Swift.max(last, end))
    let count = settings.points
    let places = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
    return Tensor(places, shape: [count, 1], dtype: .float64)
  }

  /// The parts whose functions are not 0, unless there is only one.
  private var shownParts: [(name: String, part: GaussianProcessPart)] {
    if parts.count < 2 { return [] }
    return parts.enumerated()
      .filter { $0.element.prediction.variance.max().scalar > 0 }
      .map { ("\($0.offset + 1) \($0.element.name)", $0.element) }
  }

  var table: ResultTable {
    var table = ResultTable(x, names: data.names)
    if data.names.count > 1 { table.add(data.targetName ?? "target", .numbers(targets)) }
    table.add("mean", .numbers(mean))
    table.add("deviation of the function", .numbers(deviation))
    table.add("lower", .numbers(lower))
    table.add("upper", .numbers(upper))
    for (name, part) in shownParts {
      table.add("part \(name)", .numbers(part.prediction.mean.doubles))
    }
    return table
  }

  var figure: FigureGrid {
    let target = data.targetName ?? "target"
    guard data.names.count == 1 else {
      let figure = Figure(
        title: "Fitted against observed", x: .linear(target),
        y: .linear("mean of the prediction")
      ) {
        Line(targets.sorted(), targets.sorted(), label: "equal", color: .muted)
        Scatter(targets, mean)
      }
      return FigureGrid([figure], columns: 1)
    }
    let places = x.doubles
    let whole = Figure(
      title: "Posterior", x: .linear(data.names[0]), y: .linear(target), width: 640
    ) {
      Band(
        places, lower: lower, upper: upper,
        label: "\(Int((probability * 100).rounded())) % of observations")
      Line(places, mean, label: "mean")
      Scatter(data.column(0), targets, label: "data", color: .text, size: 3)
    }
    let panels = shownParts.map { name, part in
      let ends = part.prediction.interval(probability)
      return Figure(
        title: "Part \(name)", x: .linear(data.names[0]), y: .linear("contribution"),
        width: 640, height: 200
      ) {
        Band(places, lower: ends.lower.doubles, upper: ends.upper.doubles)
        Line(places, part.prediction.mean.doubles)
      }
    }
    return FigureGrid([whole] + panels, columns: 1)
  }
}
