import Tensor

/// A Gaussian process with trained parameters, and a report of the training.
public struct GaussianProcessFit: Sendable {
  /// A search from one starting point.
  public struct Search: Sendable {
    /// The initial parameters, in the order of ``GaussianProcess/parameterNames``.
    public let start: [Double]
    /// The minimum that the search found and why it stopped; its value is −``objective``.
    ///
    /// It is nil if the covariance matrix at the start was not positive definite.
    public let minimum: Minimum?
  }

  /// The posterior with the best parameters.
  public let posterior: GaussianProcessPosterior
  /// The sum of the log marginal likelihood and the log-densities of the priors at the best
  /// parameters, in nats.
  public let objective: Double
  /// All searches, in order; none if every parameter is fixed.
  public let searches: [Search]
  /// The index of the best search.
  public let best: Int?

  /// The process with the best parameters.
  public var process: GaussianProcess { posterior.prior }
  /// Whether the best search ended because nothing more could be gained.
  public var hasConverged: Bool {
    best.map { searches[$0].minimum?.hasConverged ?? false } ?? true
  }
}

extension GaussianProcess {
  /// Trains the parameters that are not fixed: L-BFGS maximises the sum of the log marginal
  /// likelihood and the log-densities of the priors, over the logarithms of positive parameters.
  ///
  /// The first search starts at the process' own parameters, the others at random points around
  /// them.
  ///
  /// - Parameters:
  ///   - y: Targets, `[n]`, not all the same.
  ///   - x: Inputs, `[n, d]`.
  ///   - starts: The number of searches.
  ///   - spread: The standard deviation of the starting points around the process' own parameters:
  ///     of the logarithms, or of a mean's parameters in their units.
  ///   - priors: Priors of positive parameters, by name.
  ///   - jitterLimit: As for ``conditioned(on:at:jitterLimit:)``.
  ///   - minimizer: The settings of the search.
  ///   - random: The stream of random numbers.
  /// - Throws: ``GaussianProcessError`` if the data or the first start make training impossible.
  public func fitted(
    to y: Tensor, at x: Tensor, starts: Int = 1, spread: Double = 1,
    priors: [String: ParameterPrior] = [:], jitterLimit: Double = 0,
    minimizer: LBFGS = LBFGS(gradientTolerance: 1e-5, iterationLimit: 200), using random: Random
  ) throws -> GaussianProcessFit {
    precondition(starts >= 1, "fitted: expected at least one start, found \(starts)")
    let data = try Observations(y, at: x)
    try checkTargets(data)
    let objective = try TrainingObjective(self, data, priors, jitterLimit: jitterLimit)
    // An error at the first start is reported; other starts that fail are skipped.
    let first = try conditioned(on: y, at: x, jitterLimit: jitterLimit)
    let searches = (0..<(objective.freeCount == 0 ? 0 : starts)).map { number in
      let noise = random.normal([objective.freeCount], dtype: .float64)
      return search(
        objective, from: objective.start + (number == 0 ? 0 : spread) * noise, minimizer)
    }
    let values = searches.map { $0.minimum?.value ?? .infinity }
    guard let best = values.indices.min(by: { values[$0] < values[$1] }),
      let minimum = searches[best].minimum
    else {
      return GaussianProcessFit(
        posterior: first, objective: objective.value(at: objective.start), searches: searches,
        best: nil)
    }
    let process = with(trainingPoint: objective.full(minimum.point))
    return GaussianProcessFit(
      posterior: try process.conditioned(on: y, at: x, jitterLimit: jitterLimit),
      objective: -minimum.value, searches: searches, best: best)
  }

  private func search(
    _ objective: TrainingObjective, from start: Tensor, _ minimizer: LBFGS
  ) -> GaussianProcessFit.Search {
    let values = with(trainingPoint: objective.full(start)).parameterValues
    let minimum = minimizer.minimum(from: start) { objective($0) }
    return GaussianProcessFit.Search(start: values, minimum: minimum.value.isFinite ? minimum : nil)
  }

  private func checkTargets(_ data: Observations) throws {
    let (low, high) = (data.targets.min().scalar, data.targets.max().scalar)
    if low == high {
      throw GaussianProcessError.constantTargets(value: low, count: data.count)
    }
  }
}

/// The negative sum of the log marginal likelihood and the priors, as a function of the free
/// parameters.
struct TrainingObjective {
  private let process: GaussianProcess
  private let data: Observations
  private let priors: [(index: Int, prior: ParameterPrior)]
  private let jitterLimit: Double
  private let free: [Int]
  private let own: Tensor

  init(
    _ process: GaussianProcess, _ data: Observations, _ priors: [String: ParameterPrior],
    jitterLimit: Double
  ) throws {
    (self.process, self.data, self.jitterLimit) = (process, data, jitterLimit)
    let names = process.parameterNames.dropLast(process.mean.parameters.count)
    if let stranger = priors.keys.sorted().first(where: { !names.contains($0) }) {
      throw GaussianProcessError.unknownParameter(name: stranger, expected: Array(names))
    }
    self.priors = names.indices.compactMap { index in
      priors[names[index]].map { (index, $0) }
    }
    (free, own) = (process.freeIndices, process.trainingPoint)
  }

  var freeCount: Int { free.count }
  var start: Tensor { own.gathered(at: free, along: 0) }

  /// The training point with given free elements.
  func full(_ point: Tensor) -> Tensor {
    let change = point - start
    return own + change.scattered(to: free, count: own.count, along: 0)
  }

  /// The sum of the log marginal likelihood and the log-densities of the priors.
  func value(at point: Tensor) -> Double { -self(point).scalar }

  func callAsFunction(_ point: Tensor) -> Tensor {
    let full = full(point)
    // Beyond these limits, parameters overflow.
    let isSensible = point.count == 0 || abs(stopGradient(point)).max().scalar < 300
    guard isSensible,
      let evidence = try? Evidence(process, data, at: full, jitterLimit: jitterLimit)
    else {
      return Tensor(Double.nan, dtype: .float64)
    }
    // The search only needs the value and first derivatives.
    let likelihood = Tensor(evidence.value, dtype: .float64).tracked(from: full) { _, dy in
      let gradient = evidence.gradient()
      return dy * Tensor(gradient, shape: [gradient.count], dtype: .float64)
    }
    return priors.reduce(-likelihood) { sum, row in
      let logarithm = full.sliced(row.index..<row.index + 1).reshaped(to: [])
      return sum - row.prior.logDensity(ofLogarithm: logarithm)
    }
  }
}
