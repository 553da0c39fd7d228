/// Expectation–maximisation: alternating steps that raise a lower bound of the log-likelihood
/// (Dempster, Laird and Rubin 1977).
///
/// The objective, which is the bound plus the log-prior, must not fall. This is checked in every
/// sweep: if the objective falls by more than 1e-10 of itself, the fit ends and reports it.
///
/// ```swift
/// let fit = try ExpectationMaximization(tolerance: 1e-9).fit(model, from: start)
/// fit.bounds.map(\.objective)   // rising
/// ```
public struct ExpectationMaximization: Sendable {
  /// The gain of a sweep at which a fit has converged, relative to the objective (or to 1, if the
  /// objective is smaller).
  public var tolerance: Double
  /// The largest number of sweeps.
  public var iterationLimit: Int

  /// Creates a driver.
  public init(tolerance: Double = 1e-9, iterationLimit: Int = 1_000) {
    precondition(
      tolerance >= 0 && iterationLimit >= 0,
      "ExpectationMaximization: expected a tolerance and a limit of 0 or more, found \(tolerance) and"
        + " \(iterationLimit)")
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
  }

  /// The reason why a fit ended.
  public enum Reason: String, Sendable {
    /// A sweep gained no more than the tolerance.
    case smallGain = "the objective no longer rises by more than the tolerance"
    /// The limit of sweeps was reached.
    case iterationLimit = "all sweeps were made"
    /// The objective fell by more than rounding: a step of the model is wrong, or digits were lost.
    case objectiveFell = "the objective fell"
    /// The objective became infinite or NaN.
    case objectiveNotFinite = "the objective is not a finite number"
  }

  /// The result of a fit.
  public struct Fit<Model: LatentVariableModel> {
    /// The parameters θ; if the objective fell, those before it did.
    public let parameters: Model.Parameters
    /// q at these parameters.
    public let posterior: Model.Posterior
    /// The bounds at the start and after each sweep, including a sweep in which the objective fell.
    public let bounds: [EvidenceBound]
    /// Why the fit ended.
    public let reason: Reason

    /// The number of sweeps.
    public var iterations: Int { bounds.count - 1 }
    /// Whether the objective no longer rises.
    public var hasConverged: Bool { reason == .smallGain }
    /// The objective of ``parameters``.
    public var objective: Double {
      let isRefused = reason == .objectiveFell || reason == .objectiveNotFinite
      return bounds[max(0, bounds.count - (isRefused ? 2 : 1))].objective
    }
  }

  /// Fits a model from initial parameters.
  ///
  /// - Throws: The errors that the model's steps throw.
  public func fit<Model: LatentVariableModel>(
    _ model: Model, from start: Model.Parameters
  ) throws -> Fit<Model> {
    var parameters = start
    var posterior = try model.posterior(at: start, from: nil)
    var bounds = [try model.bound(of: posterior, at: start)]
    var reason = bounds[0].objective.isFinite ? Reason.iterationLimit : .objectiveNotFinite
    while bounds.count <= iterationLimit && reason == .iterationLimit {
      let next = try model.parameters(maximizing: posterior, from: parameters)
      let nextPosterior = try model.posterior(at: next, from: posterior)
      let (last, bound) = (
        bounds[bounds.count - 1].objective, try model.bound(of: nextPosterior, at: next)
      )
      bounds.append(bound)
      if let refusal = refusal(of: bound.objective, after: last) {
        reason = refusal
        break
      }
      (parameters, posterior) = (next, nextPosterior)
      if bound.objective - last <= tolerance * max(1, Swift.abs(last)) { reason = .smallGain }
    }
    return Fit(parameters: parameters, posterior: posterior, bounds: bounds, reason: reason)
  }

  private func refusal(of objective: Double, after last: Double) -> Reason? {
    if !objective.isFinite { return .objectiveNotFinite }
    return objective < last - 1e-10 * max(1, Swift.abs(last)) ? .objectiveFell : nil
  }
}

extension ExpectationMaximization.Fit: Sendable
where Model.Parameters: Sendable, Model.Posterior: Sendable {}
