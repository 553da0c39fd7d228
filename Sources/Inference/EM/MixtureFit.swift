import Tensor

/// A mixture of components that can be fitted by expectation–maximisation.
public protocol MixtureModel: Sendable {
  /// The components' probabilities, float64 `[k]`.
  var weights: Tensor { get }
  /// The number of free parameters: those of the components and k − 1 weights.
  var parameterCount: Int { get }
  /// log p(x, z = k) of rows `[n, d]`, `[n, k]`, in nats.
  func logJoint(of x: Tensor) -> Tensor
}

extension MixtureModel {
  /// The number of components.
  public var componentCount: Int { weights.count }

  /// log p(x) of rows `[n, d]`, `[n]`, in nats.
  public func logDensity(of x: Tensor) -> Tensor { logJoint(of: x).logSumExp(along: 1) }

  /// p(z = k | x) of rows `[n, d]`, `[n, k]`.
  public func responsibilities(of x: Tensor) -> Tensor { softmax(logJoint(of: x), along: 1) }

  /// The most probable component of each row `[n, d]` (the first of equals).
  public func assignments(of x: Tensor) -> [Int] { logJoint(of: x).argmax(along: 1) }

  /// The bound of Σ log p(x) that given probabilities q(z = k), `[n, k]`, provide for rows `[n,
  /// d]`.
  public func bound(responsibilities: Tensor, of x: Tensor) -> EvidenceBound {
    EvidenceBound(responsibilities: responsibilities, logJoint: logJoint(of: x))
  }

  /// Draws the components of `count` draws.
  func sampleComponents(_ count: Int, using random: Random) -> [Int] {
    random.categorical([count], logits: log(weights)).doubles.map { Int($0) }
  }
}

/// A mixture fitted to data.
public struct MixtureFit<Model: MixtureModel>: Sendable {
  /// The mixture.
  public let model: Model
  /// p(z = k | x) of each row, `[n, k]`.
  public let responsibilities: Tensor
  /// The bounds at the start and after each sweep.
  public let bounds: [EvidenceBound]
  /// Why the fit ended.
  public let reason: ExpectationMaximization.Reason
  /// The sum of the rows' weights.
  public let count: Double
  /// The errors of the other starts that failed.
  public let failures: [MixtureError]

  /// The log-likelihoods Σ w log p(x) at the start and after each sweep, in nats.
  public var logLikelihoods: [Double] { bounds.compactMap(\.logEvidence) }
  /// Σ w log p(x), in nats.
  public var logLikelihood: Double { last.logEvidence ?? last.value }
  /// The sum of the log-likelihood and the log-prior, in nats.
  public var objective: Double { last.objective }
  /// The number of sweeps.
  public var iterations: Int { bounds.count - 1 }
  /// Whether the objective no longer rises.
  public var hasConverged: Bool { reason == .smallGain }
  /// The most probable component of each row (the first of equals).
  public var assignments: [Int] { responsibilities.argmax(along: 1) }

  /// Akaike's information criterion, 2 p − 2 log L (1974): less is better.
  public var aic: Double { 2 * Double(model.parameterCount) - 2 * logLikelihood }
  /// The Bayesian information criterion, p log n − 2 log L (Schwarz 1978): less is better.
  public var bic: Double {
    let logCount = log(Tensor(count, dtype: .float64)).scalar
    return Double(model.parameterCount) * logCount - 2 * logLikelihood
  }

  /// The bound of ``model``; if the objective fell, the one before.
  private var last: EvidenceBound {
    let isRefused = reason == .objectiveFell || reason == .objectiveNotFinite
    return bounds[max(0, bounds.count - (isRefused ? 2 : 1))]
  }
}

extension MixtureFit {
  /// The fit with the largest objective over several starts; failed starts are ignored if another
  /// one succeeds.
  ///
  /// - Throws: The last error if every start fails.
  static func best<Steps: LatentVariableModel>(
    of steps: Steps, by driver: ExpectationMaximization, rows: WeightedRows,
    starts: [() throws -> Model]
  ) throws -> MixtureFit where Steps.Parameters == Model, Steps.Posterior == MixturePosterior {
    var best: ExpectationMaximization.Fit<Steps>?
    var failures: [MixtureError] = []
    for start in starts {
      do {
        let fit = try driver.fit(steps, from: start())
        if fit.objective > best?.objective ?? -.infinity || best == nil { best = fit }
      } catch let error as MixtureError {
        failures.append(error)
      }
    }
    guard let best else {
      throw failures.last ?? MixtureError.badStart("there is none")
    }
    return MixtureFit(
      model: best.parameters, responsibilities: best.posterior.responsibilities,
      bounds: best.bounds, reason: best.reason, count: rows.total, failures: failures)
  }
}
