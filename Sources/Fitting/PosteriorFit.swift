import Inference
import Plots
import Results
import Settings
import Tensor

/// `pushforward fit posterior`: the posterior of a Bayesian model, by draws or by a Gaussian.
struct PosteriorFit: FitMethod {
  /// The Bayesian models.
  enum Model: String, Choice {
    case regression, logistic
    case eightSchools = "eight-schools"
    case hierarchicalMixture = "hierarchical-mixture"
  }

  /// The inference method.
  enum Method: String, Choice {
    case nuts, hmc, metropolis, gibbs, laplace, advi
  }

  /// The Gaussian families of advi.
  enum Family: String, Choice {
    case meanField = "mean-field"
    case fullRank = "full-rank"

    var gaussians: GaussianFamily { self == .meanField ? .meanField : .fullRank }
  }

  static let name = "posterior"
  static let summary = "a posterior, by Markov chains or a Gaussian approximation"
  static let notes = """
    Models: regression and logistic, whose coefficients and constant are N(0, V),
    with --target; eight-schools, Rubin's data (1981) unless a table has effects and
    standard errors; hierarchical-mixture, of Gaussians with a known variance.
    Without --noise-variance, the noise of a regression is sampled, with the prior
    Gamma(1, 1) on its inverse variance. Methods: nuts (Hoffman and Gelman 2014),
    hmc, metropolis, laplace and advi (Kucukelbir et al. 2017) for every model;
    gibbs for all but logistic, which has no conditional distribution to draw from.
    advi estimates its expectations from draws or, with linear predictors and known
    noise, by quadrature (Opper and Archambeau 2009). ess and r-hat follow Vehtari
    et al. (2021); chains that should not be trusted are reported. Weights are
    counts of rows, except in eight-schools.
    """
  static let takesTarget = true
  static let needsData = false

  @Setting("model") var model = Model.regression
  @Setting("inference method") var method = Method.nuts
  @Setting("sample the schools' effects directly, which is hard, not their deviations")
  var centred = false
  @Setting(
    "V, the variance of a coefficient's prior, or of a mixture's means", in: .above(0),
    absence: "1, or the columns' variances for means")
  var priorVariance: Double? = nil
  @Setting(
    "variance of the noise", in: .above(0), absence: "sampled, or 1 for mixtures")
  var noiseVariance: Double? = nil
  @Setting("components of a mixture", in: 2...1_000) var components = 2
  @Setting("concentration of a mixture's weights", in: .above(0)) var concentration = 1.0
  @Setting("first scale each column to mean 0 and variance 1") var standardize = false
  @Setting("chains", in: 1...1_000) var chains = 4
  @Setting("warm-up steps, which tune the sampler and are not kept", in: 0...10_000_000)
  var warmUp = 1_000
  @Setting("draws kept from each chain", in: 4...10_000_000) var draws = 1_000
  @Setting("steps per draw; more steps take longer for each effective draw", in: 1...1_000_000)
  var thinning = 1
  @Setting("acceptance rate that nuts and hmc are tuned to", in: 0.01...0.999) var acceptance = 0.8
  @Setting("family of Gaussians for advi") var family = Family.fullRank

  init() {}

  func fit(reading settings: FitSettings, using random: Random) throws -> Results {
    if model == .eightSchools && settings.data == nil {
      return try results(EightSchools().posterior(isCentred: centred), using: random)
    }
    return try fit(FitData(reading: settings), using: random)
  }

  func fit(_ data: FitData, using random: Random) throws -> Results {
    try data.requireScale()
    let posterior: PosteriorModel
    switch model {
    case .regression:
      let y = try data.targetNumbers()
      let rows = try coefficients(data)
      posterior =
        noiseVariance.map { rows.regression(y, noiseVariance: $0) } ?? rows.regression(y)
    case .logistic:
      let (labels, names) = try data.targetClasses()
      guard names.count == 2 else {
        throw FitError.unsuitable(
          path: data.path, expected: "two classes in column '\(data.targetName ?? "")'",
          found: "\(names.count)")
      }
      posterior = try coefficients(data).logistic(
        Tensor(labels.map(Double.init), dtype: .float64))
    case .eightSchools:
      posterior = try EightSchools(data).posterior(isCentred: centred)
    case .hierarchicalMixture:
      posterior = try HierarchicalMixturePosterior(
        data, components: components, priorVariance: priorVariance,
        noiseVariance: noiseVariance ?? 1, concentration: concentration
      ).posterior
    }
    return try results(posterior, using: random)
  }

  private func coefficients(_ data: FitData) throws -> CoefficientPosterior {
    try CoefficientPosterior(
      data, priorVariance: priorVariance ?? 1, standardize: standardize)
  }

  private func results(_ posterior: PosteriorModel, using random: Random) throws -> Results {
    let density = posterior.logDensity
    let d = posterior.dimensions
    var results: Results
    switch method {
    case .nuts:
      results = try sampled(
        NoUTurnSampler(dimensions: d, targetAcceptance: acceptance, logDensity: density),
        posterior.starts, posterior.parameters, posterior.names, random)
    case .hmc:
      results = try sampled(
        HamiltonianMonteCarlo(dimensions: d, targetAcceptance: acceptance, logDensity: density),
        posterior.starts, posterior.parameters, posterior.names, random)
    case .metropolis:
      results = try sampled(
        RandomWalkMetropolis(dimensions: d, logDensity: density), posterior.starts,
        posterior.parameters, posterior.names, random)
    case .gibbs:
      guard case .sampler(let sampler, let starts, let parameters) = posterior.gibbs else {
        guard case .none(let reason) = posterior.gibbs else { return Results([:]) }
        throw FitError.noSampler(
          method: "gibbs", model: reason,
          others: Method.allCases.filter { $0 != .gibbs }.map(\.rawValue))
      }
      results = try sampled(sampler, starts, parameters, posterior.names, random)
    case .laplace:
      results = try laplace(posterior, using: random)
    case .advi:
      results = try variational(posterior, using: random)
    }
    results.notes += posterior.notes
    return results
  }
}

// MARK: Draws

extension PosteriorFit {
  private func sampled<S: Sampler>(
    _ sampler: S, _ starts: (Int, Random) -> Tensor, _ parameters: ((Tensor) -> Tensor)?,
    _ names: [String], _ random: Random
  ) throws -> Results {
    let found: Chains<S>
    do {
      found = try sampler.sample(
        from: starts(chains, random.split()), warmUp: warmUp, draws: draws, thinning: thinning,
        using: random.split())
    } catch let error as SamplerError {
      throw FitError.noPosterior(method: method.rawValue, reason: "\(error)")
    }
    let pooled = parameters.map { $0(found.pooled) } ?? found.pooled
    let values = PosteriorDraws(pooled, chains: chains, names: names)
    let summaries = values.summaries
    var results = Results([
      "model": .text(model.rawValue), "method": .text(method.rawValue),
      "parameters": .named(summaries.map { .init($0.name, $0.value) }),
      "divergences": .integer(found.divergences.reduce(0, +)),
      "acceptance": ResultValue(found.acceptance),
      "evaluations": .integer(found.evaluations),
    ])
    results.printed = PosteriorDraws.lines(summaries)
    results.notes = found.warnings(of: summaries)
    results.tables["parameters.csv"] = PosteriorDraws.table(summaries)
    results.tables["draws.csv"] = values.table
    results.add(values.marginals)
    results.add(values.traces, as: "trace.svg")
    results.add(values.ranks, as: "rank.svg")
    results.add(values.pairs, as: "pairs.svg")
    return results
  }
}
