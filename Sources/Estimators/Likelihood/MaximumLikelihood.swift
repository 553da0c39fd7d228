import Tensor

/// Maximum likelihood: the parameters under which the numbers are most likely, with standard errors
/// (Fisher 1922).
///
/// ```swift
/// let fit = try MaximumLikelihood(of: .gamma, fitting: x)
/// fit.parameters        // [concentration, rate]
/// fit.standardErrors
/// fit.logLikelihood     // a sum, in nats
/// ```
///
/// The fit uses a closed form where there is one and Newton's method otherwise. With weights, each
/// row counts as often as its weight says, also in the information.
public struct MaximumLikelihood: Sendable {
  /// How the search for the parameters ended.
  public enum Reason: String, Sendable {
    /// A formula gave the estimate.
    case closedForm = "in closed form"
    /// The gradient or the last step is as small as required.
    case converged = "converged"
    /// The likelihood no longer rises beyond rounding.
    case smallDecrease = "the likelihood no longer rises"
  }

  /// The parameters' names.
  public let names: [String]
  /// The estimates, float64 `[k]`.
  public let parameters: Tensor
  /// Σ w log p(x), in nats.
  public let logLikelihood: Double
  /// The number of rows, or the sum of their weights.
  public let count: Double
  /// The negative second derivatives of the log-likelihood at the estimates, `[k, k]`; `nil` for
  /// the uniform family, which has none.
  public let observedInformation: Tensor?
  /// The expectation of the observed information under the estimated distribution, `[k, k]`; `nil`
  /// where it is not known.
  public let expectedInformation: Tensor?
  /// The standard error of each estimate, `[k]`.
  ///
  /// They come from the observed information, or from the expected one where the log-likelihood has
  /// kinks or an estimate lies on the border of its range. For the ends of a uniform distribution,
  /// the standard error is (upper − lower) / n, the deviation of their exponential limit.
  public let standardErrors: Tensor
  /// The number of steps that the search took.
  public let iterations: Int
  /// How the search ended.
  public let reason: Reason

  init(
    names: [String], parameters: [Double], logLikelihood: Double, count: Double,
    observed: Tensor?, expected: Tensor?, standardErrors: Tensor, iterations: Int, reason: Reason
  ) {
    (self.names, self.parameters) = (names, Tensor(parameters, dtype: .float64))
    (self.logLikelihood, self.count) = (logLikelihood, count)
    (observedInformation, expectedInformation) = (observed, expected)
    self.standardErrors = standardErrors
    (self.iterations, self.reason) = (iterations, reason)
  }

  /// Fits a family of distributions to numbers.
  ///
  /// - Parameters:
  ///   - family: The family.
  ///   - x: `[n]`.
  ///   - weights: How often each number counts, `[n]`, 0 or more; 1 by default.
  /// - Throws: ``EstimationError`` for numbers outside the support, for numbers that are all equal
  ///   where they must vary, and for a likelihood without a maximum.
  public init(of family: DistributionFamily, fitting x: Tensor, weights: Tensor? = nil) throws {
    precondition(x.rank == 1, "MaximumLikelihood: expected numbers [n], found \(x.shape)")
    let all = try Rows(x, weights: weights, "maximum likelihood")
    let (values, counts) = (all.values.doubles, all.weights.doubles)
    if let row = values.indices.first(where: { counts[$0] > 0 && !family.contains(values[$0]) }) {
      throw EstimationError.outsideSupport(
        operation: all.operation, value: values[row], row: row, support: family.support)
    }
    let rows = all.counted
    let numbers = rows.values.squeezed(at: 1)
    let estimate = try family.estimate(rows)
    guard family.admits(estimate.parameters) else { throw Self.roundedAway(rows) }
    let theta = Tensor(estimate.parameters, dtype: .float64)
    let k = theta.count
    func likelihood(_ theta: Tensor) -> Tensor {
      let parts = (0..<k).map { theta.sliced($0..<$0 + 1) }
      return (rows.weights * family.logDensity(of: numbers, parts)).sum()
    }
    let expected = family.expectedInformation(estimate.parameters).map {
      rows.totalWeight * Tensor($0, dtype: .float64)
    }
    var observed: Tensor?
    if expected != nil { observed = Tensor.hessian(at: theta) { -likelihood($0) } }
    // A kink, or an estimate on the border of its range, such as a probability of 0.
    let isRegular = expected?.isFinite == true && observed?.isFinite == true
    if family == .laplace || !isRegular { observed = expected }
    let errors =
      expected.map { Self.standardErrors(observed ?? $0, $0) }
      ?? Tensor(
        filledWith: (estimate.parameters[1] - estimate.parameters[0]) / rows.totalWeight, [k],
        dtype: .float64)
    let value = likelihood(theta).scalar
    guard value.isFinite else { throw Self.roundedAway(rows) }
    self.init(
      names: family.parameterNames, parameters: estimate.parameters,
      logLikelihood: value, count: rows.totalWeight, observed: observed,
      expected: expected, standardErrors: errors, iterations: estimate.iterations,
      reason: estimate.reason)
  }

  static func roundedAway(_ rows: Rows) -> EstimationError {
    .notConverged(
      operation: rows.operation,
      reason:
        "the numbers vary too little, or are too large or too small, to fit the parameters;"
        + " use another unit, or subtract a common offset")
  }

  /// The square roots of the diagonal of the inverse of the first of two information matrices that
  /// has one.
  ///
  /// An infinite information of a single parameter gives a standard error of 0.
  static func standardErrors(_ information: Tensor, _ other: Tensor) -> Tensor {
    if information.count == 1 { return sqrt(1 / information.flattened(from: 0)) }
    for candidate in [information, other] {
      if let factor = try? CholeskyFactor(of: candidate) {
        return sqrt(factor.inverse().diagonal())
      }
    }
    return Tensor(filledWith: .infinity, [information.shape[0]], dtype: .float64)
  }
}
