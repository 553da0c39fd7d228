import Estimators
import Plots
import Results
import Settings
import Tensor

extension DensityKernel: Choice {}

/// `pushforward fit kernel-density`: a kernel centred on each row.
struct KernelDensityFit: FitMethod {
  /// The rules by which a bandwidth is chosen.
  enum Rule: String, Choice {
    case scott, silverman
    case crossValidated = "cross-validated"

    var rule: BandwidthRule {
      switch self {
      case .scott: .scott
      case .silverman: .silverman
      case .crossValidated: .crossValidated
      }
    }
  }

  static let name = "kernel-density"
  static let summary =
    "a density by kernels (Rosenblatt 1956, Parzen 1962)"
  static let notes = """
    A bandwidth is the kernel's standard deviation along a column, in the column's
    unit; every rule scales with the data. cross-validated: the highest
    leave-one-out likelihood. Weights are counts of rows.
    """

  @Setting("kernel") var kernel = DensityKernel.gaussian
  @Setting("how the bandwidths are chosen") var rule = Rule.scott
  @Setting("bandwidth of all columns, instead of a rule", in: .above(0), absence: "by the rule")
  var bandwidth: Double? = nil
  @Setting("rows to draw from the density", in: 0...10_000_000) var samples = 0

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    let density = try data.estimating {
      try KernelDensity(
        fitting: data.points, bandwidth: bandwidth.map { .fixed($0) } ?? rule.rule, kernel: kernel,
        weights: data.weights)
    }
    let logs = density.logDensity(of: data.points)
    // A row of weight 0 is ignored, even where no kernel reaches it.
    let terms = select(density.weights .> 0, density.weights * logs, Tensor(0, dtype: .float64))
    let bandwidths = density.bandwidths
    var results = Results([
      "count": .number(density.totalWeight),
      "bandwidth": bandwidths.count == 1 ? .number(bandwidths[0]) : ResultValue(bandwidths),
      "mean-log-density": .number(terms.sum().scalar),
      "kernel": .text(kernel.rawValue),
      "rule": .text(bandwidth == nil ? rule.rawValue : "given"),
      "columns": .list(data.names.map { .text($0) }),
      "mean": ResultValue(density.mean),
      "variance": ResultValue(density.variance),
    ])
    let leftOut = density.leaveOneOutLogLikelihood
    // A single row of positive weight leaves nothing to estimate it from.
    if !leftOut.isNaN { results["leave-one-out-log-likelihood"] = .number(leftOut) }
    var rows = ResultTable(data.points, names: data.names)
    rows.add("log-density", .numbers(logs.doubles))
    results.tables["rows.csv"] = rows
    if samples > 0 {
      results.tables["samples.csv"] = ResultTable(
        density.sample(samples, using: random), names: data.names)
    }
    switch data.names.count {
    case 1: addLine(density, data, &results)
    case 2: addPlane(density, data, &results)
    default: results.add(rowFigure(data, logs.doubles))
    }
    return results
  }

  private func addLine(_ density: KernelDensity, _ data: FitData, _ results: inout Results) {
    let values = data.column(0)
    let reach = 3 * density.bandwidths[0]
    let ends = [(values.min() ?? 0) - reach, (values.max() ?? 1) + reach]
    let places = evenPlaces(over: ends, count: 401)
    let heights = exp(density.logDensity(of: Tensor(places, dtype: .float64))).doubles
    results.tables["density.csv"] = ["x": places, "density": heights]
    results.add(
      Figure(title: "Kernel density", x: .linear(data.names[0]), y: .linear("density")) {
        Histogram(
          values, weights: data.weights?.doubles, measure: .density, label: "rows", color: .muted)
        Line(places, heights, label: "density", color: .series(0))
      })
  }

  private func addPlane(_ density: KernelDensity, _ data: FitData, _ results: inout Results) {
    let (first, second) = (data.column(0), data.column(1))
    let (x, y) = (evenPlaces(over: first, count: 61), evenPlaces(over: second, count: 61))
    let points = planePoints(x, y)
    let heights = exp(density.logDensity(of: points))
    var table = ResultTable(points, names: data.names)
    table.add("density", .numbers(heights.doubles))
    results.tables["density.csv"] = table
    results.add(
      Figure(title: "Kernel density", x: .linear(data.names[0]), y: .linear(data.names[1])) {
        HeatMap(Field(x: x, y: y, values: heights.doubles), label: "density")
        Scatter(first, second, color: .paper, size: 3, opacity: 0.6)
      })
  }

  private func rowFigure(_ data: FitData, _ logs: [Double]) -> Figure {
    Figure(
      title: "Kernel density", caption: "The first two columns.", x: .linear(data.names[0]),
      y: .linear(data.names[1])
    ) {
      Scatter(data.column(0), data.column(1), values: logs, valueLabel: "log-density")
    }
  }
}
