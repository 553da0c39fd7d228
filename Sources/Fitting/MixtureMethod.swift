import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit mixture`: a mixture of Gaussians.
struct MixtureMethod: FitMethod {
  /// What covariances may be.
  enum Kind: String, Choice {
    case full, tied, diagonal, spherical

    var covariances: CovarianceKind {
      switch self {
      case .full: .full
      case .tied: .tied
      case .diagonal: .diagonal
      case .spherical: .spherical
      }
    }
  }

  /// Where fits begin.
  enum Start: String, Choice {
    case kMeans = "k-means"
    case random
  }

  static let name = "mixture"
  static let summary =
    "a mixture of Gaussians by expectation–maximisation (Dempster, Laird and Rubin 1977)"
  static let notes = """
    Of several starts the one of largest likelihood is kept. Missing numbers are
    allowed and taken as missing at random (Ghahramani and Jordan 1994). A
    component that collapses on points without extent ends its start; --floor
    keeps every variance above a bound.
    """
  static let allowsMissing = true

  @Setting("components", in: 1...10_000) var components = 3
  @Setting("what covariances may be") var covariance = Kind.full
  @Setting("starts", in: 1...10_000) var starts = 10
  @Setting("where fits begin") var start = Start.kMeans
  @Setting(
    "least variance in any direction, in the units of the data", in: .above(0), absence: "none")
  var floor: Double? = nil
  @Setting("gain of a sweep, relative to the objective, at which a fit ends", in: .atLeast(0))
  var tolerance = 1e-9
  @Setting("most sweeps of a start", in: 0...1_000_000) var iterations = 1_000

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    let fit = try data.clustering(
      cure: "give a --floor, choose --covariance tied, or ask for fewer --components"
    ) {
      try GaussianMixture.fit(
        data.points, components: components, kind: covariance.covariances,
        start: start == .random ? .random : .kMeans, starts: starts, weights: data.weights,
        floor: floor, driver: .init(tolerance: tolerance, iterationLimit: iterations),
        using: random)
    }
    var results = Results([
      "log-likelihood": .number(fit.logLikelihood),
      "weights": ResultValue(fit.model.weights),
      "means": ResultValue(fit.model.means),
      "covariances": ResultValue(fit.model.covariances),
      "columns": .list(data.names.map { .text($0) }),
      "iterations": .integer(fit.iterations),
      "converged": .flag(fit.hasConverged),
      "aic": .number(fit.aic),
      "bic": .number(fit.bic),
    ])
    if !fit.hasConverged {
      results.notes.append("the fit has not converged: \(fit.reason.rawValue)")
    }
    if let failure = fit.failures.first {
      results.notes.append(
        "\(fit.failures.count) of \(starts) starts failed; the first: \(failure)")
    }
    addTables(fit, data, to: &results)
    let trace = traceFigure(
      fit.logLikelihoods, title: "Log-likelihood", label: "log-likelihood", unit: "nats")
    results.add(FigureGrid([plane(fit, data), trace], columns: 2))
    return results
  }

  private func addTables(
    _ fit: MixtureFit<GaussianMixture>, _ data: FitData, to results: inout Results
  ) {
    var components = ResultTable([("weight", .numbers(fit.model.weights.doubles))])
    let count = fit.model.componentCount
    let (means, variances) = (
      fit.model.means.transposed(), fit.model.covariances.diagonal().transposed()
    )
    for (place, name) in data.names.enumerated() {
      let own = place..<place + 1
      components.add("mean of \(name)", .numbers(means.sliced(own).doubles))
      components.add("variance of \(name)", .numbers(variances.sliced(own).doubles))
    }
    results.tables["components.csv"] = components
    var rows = ResultTable(
      fit.responsibilities, names: (0..<count).map { "probability of \($0 + 1)" })
    rows.add("component", .numbers(fit.assignments.map { Double($0 + 1) }))
    results.tables["responsibilities.csv"] = rows
    results.tables["trace.csv"] = [
      "sweep": fit.logLikelihoods.indices.map(Double.init), "log-likelihood": fit.logLikelihoods,
    ]
  }

  private func plane(_ fit: MixtureFit<GaussianMixture>, _ data: FitData) -> Figure {
    let model = fit.model
    if data.names.count == 1 { return line(model, data) }
    return data.clusterFigure(title: "Mixture of Gaussians", clusters: fit.assignments) {
      ellipses(means: model.means, covariances: model.covariances)
    }
  }

  /// A histogram of the only column below the density and those of its components.
  private func line(_ model: GaussianMixture, _ data: FitData) -> Figure {
    let values = data.column(0).filter(\.isFinite)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let places = Tensor.linearSpace(
      from: low - 0.1 * (high - low), through: high + 0.1 * (high - low), count: 201,
      dtype: .float64)
    let parts = exp(model.logJoint(of: places.expanded(at: 1))).transposed()
    return Figure(
      title: "Mixture of Gaussians", x: .linear(data.names[0]), y: .linear("density")
    ) {
      Histogram(values, measure: .density, label: "rows")
      for component in 0..<model.componentCount {
        Line(
          places.doubles, parts.sliced(component..<component + 1).doubles,
          label: "component \(component + 1)", dash: .dashed)
      }
      Line(places.doubles, parts.sum(along: 0).doubles, label: "mixture", color: .text)
    }
  }
}
