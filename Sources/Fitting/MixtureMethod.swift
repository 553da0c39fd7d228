import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit mixture`: a mixture of Gaussians, of t distributions, or of Bernoulli distributions.
struct MixtureMethod: FitMethod {
  /// The family of the components.
  enum Family: String, Choice {
    case gaussian
    case studentT = "student-t"
    case bernoulli
  }

  /// The form of the covariances.
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

  /// How fits are initialised.
  enum Start: String, Choice {
    case kMeans = "k-means"
    case random
  }

  static let name = "mixture"
  static let summary =
    "a Gaussian mixture by EM (Dempster, Laird and Rubin 1977)"
  static let notes = """
    The start of largest likelihood is kept. A component that collapses onto points
    without extent ends its start; --floor keeps every variance above a bound, and
    --prior takes the mode under a weak prior. Gaussians treat missing numbers as
    missing at random (Ghahramani and Jordan 1994). Components of t distributions
    give distant points little weight (Peel and McLachlan 2000); those of Bernoulli
    distributions take columns of zeros and ones.
    """
  static let allowsMissing = true

  @Setting("components", in: 1...10_000) var components = 3
  @Setting("family of the components") var family = Family.gaussian
  @Setting("form of the covariances of Gaussians") var covariance = Kind.full
  @Setting("starts", in: 1...10_000) var starts = 10
  @Setting("how fits start; Bernoulli distributions start at random") var start = Start.kMeans
  @Setting(
    "smallest variance in any direction, in the units of the data", in: .above(0), absence: "none")
  var floor: Double? = nil
  @Setting("find the mode under a weak prior of the covariances (Fraley and Raftery 2007)")
  var prior = false
  @Setting(
    "degrees of freedom of all t distributions", in: .above(0),
    absence: "fitted, 0.5 to 200 for each")
  var degreesOfFreedom: Double? = nil
  @Setting("a of the prior Beta(1 + a, 1 + a) of Bernoulli probabilities", in: .atLeast(0))
  var pseudocount = 0.1
  @Setting("relative gain of the objective in a sweep at which a fit ends", in: .atLeast(0))
  var tolerance = 1e-9
  @Setting("most sweeps per start", in: 0...1_000_000) var iterations = 1_000

  init() {}

  func fit(_ data: FitData, using random: Random) throws -> Results {
    try checkOptions()
    switch family {
    case .gaussian: return try gaussians(data, random)
    case .studentT:
      try checkComplete(data)
      return try studentT(data, random)
    case .bernoulli:
      try checkComplete(data)
      return try bernoulli(data, random)
    }
  }

  /// Throws for options of another family.
  private func checkOptions() throws(FitError) {
    let options: [(name: String, isGiven: Bool, family: Family)] = [
      ("covariance \(covariance.rawValue)", covariance != .full, .gaussian),
      ("floor", floor != nil, .gaussian), ("prior", prior, .gaussian),
      ("degrees-of-freedom", degreesOfFreedom != nil, .studentT),
    ]
    for option in options where option.isGiven && family != option.family {
      throw .needed(
        "family \(option.family.rawValue)", by: option.name, found: family.rawValue)
    }
  }

  /// Throws for missing numbers, which only Gaussians support.
  private func checkComplete(_ data: FitData) throws(FitError) {
    guard let place = data.points.doubles.firstIndex(where: \.isNaN) else { return }
    let (row, column) = place.quotientAndRemainder(dividingBy: data.names.count)
    throw .unsuitable(
      path: data.path, expected: "numbers in all rows with --family \(family.rawValue)",
      found:
        "none in row \(row + 1), column '\(data.names[column])'; --family gaussian allows missing"
        + " ones"
    )
  }
}

// MARK: Families

extension MixtureMethod {
  private var driver: ExpectationMaximization {
    .init(tolerance: tolerance, iterationLimit: iterations)
  }

  private func gaussians(_ data: FitData, _ random: Random) throws -> Results {
    let tied = covariance == .tied ? "" : " --covariance tied or"
    let fit = try data.clustering(
      cure:
        "give a --floor or a --prior, choose\(tied) --family student-t, or ask for fewer --components"
    ) {
      try GaussianMixture.fit(
        data.points, components: components, kind: covariance.covariances,
        start: start == .random ? .random : .kMeans, starts: starts, weights: data.weights,
        prior: prior ? .weak(for: data.points, components: components) : nil, floor: floor,
        driver: driver, using: random)
    }
    let model = fit.model
    var results = results(
      fit, data,
      ["means": ResultValue(model.means), "covariances": ResultValue(model.covariances)],
      columns: [("mean", model.means), ("variance", model.covariances.diagonal())]
    ) {
      data.clusterFigure(title: "Mixture of Gaussians", clusters: fit.assignments) {
        ellipses(means: model.means, covariances: model.covariances)
      }
    }
    if !data.points.isFinite {
      results.tables["completed.csv"] = ResultTable(
        try model.completed(data.points), names: data.names)
    }
    return results
  }

  private func studentT(_ data: FitData, _ random: Random) throws -> Results {
    let randomStart = start == .random ? "" : "choose --start random, or "
    let fit = try data.clustering(cure: randomStart + "ask for fewer --components") {
      try TMixture.fit(
        data.points, components: components, degreesOfFreedom: degreesOfFreedom,
        start: start == .random ? .random : .kMeans, starts: starts, weights: data.weights,
        driver: driver, using: random)
    }
    let model = fit.model
    return results(
      fit, data,
      [
        "locations": ResultValue(model.locations), "scales": ResultValue(model.scales),
        "degrees-of-freedom": ResultValue(model.degreesOfFreedom),
      ],
      columns: [("location", model.locations), ("scale", model.scales.diagonal())]
    ) {
      data.clusterFigure(title: "Mixture of t distributions", clusters: fit.assignments) {
        ellipses(means: model.locations, covariances: model.scales)
      }
    }
  }

  private func bernoulli(_ data: FitData, _ random: Random) throws -> Results {
    let fit = try data.clustering(cure: "ask for fewer --components") {
      try BernoulliMixture.fit(
        data.points, components: components, starts: starts, weights: data.weights,
        pseudocount: pseudocount, driver: driver, using: random)
    }
    let probabilities = fit.model.probabilities
    return results(
      fit, data, ["probabilities": ResultValue(probabilities)],
      columns: [("probability", probabilities)]
    ) {
      Figure(
        title: "Probabilities of a one",
        x: data.names.count > 20
          ? .linear("column", wholeNumbers: true) : .categories(data.names),
        y: .categories((1...components).map { "\($0)" }).reversed
      ) {
        HeatMap(
          Field(matrix: probabilities.doubles, columns: data.names.count), range: 0...1)
      }
    }
  }
}
