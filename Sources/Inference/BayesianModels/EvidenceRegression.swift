import Tensor

/// Expectation–maximisation for the two variances of Bayesian linear regression: the prior's τ² and
/// the noise's σ² that maximise the evidence (Bishop 2006, section 9.3.4).
///
/// The latent variables are the coefficients; their posterior is exact, so the bound is the log-evidence.
/// ```swift
/// let fit = try EvidenceRegression(x, y).fit()
/// fit.parameters.noiseVariance
/// fit.posterior.mean
/// ```
public struct EvidenceRegression: LatentVariableModel {
  /// The variances.
  public struct Variances: Equatable, Sendable {
    /// τ².
    public var prior: Double
    /// σ².
    public var noise: Double

    /// Creates a pair of variances above 0.
    public init(prior: Double, noise: Double) {
      precondition(
        prior > 0 && noise > 0,
        "EvidenceRegression: expected variances above 0, found \(prior) and \(noise)")
      (self.prior, self.noise) = (prior, noise)
    }
  }

  private let x: Tensor
  private let y: Tensor
  private let weights: Tensor?
  private let isPriorFixed: Bool

  /// Creates the model for rows `[n, d]` and observations `[n]`.
  ///
  /// - Parameters:
  ///   - x: Rows, `[n, d]`.
  ///   - y: Observations, `[n]`.
  ///   - weights: How often each row counts, `[n]`, 0 or more; 1 by default.
  ///   - isPriorFixed: Whether to keep τ² fixed and fit only σ².
  /// - Throws: ``RegressionError`` for a value that is not finite.
  public init(
    _ x: Tensor, _ y: Tensor, weights: Tensor? = nil, isPriorFixed: Bool = false
  ) throws {
    (self.weights, self.isPriorFixed) = (weights, isPriorFixed)
    precondition(
      x.rank == 2 && x.shape[0] > 0 && x.shape[1] > 0 && y.shape == [x.shape[0]],
      "EvidenceRegression: expected rows [n, d] and values [n], found \(x.shape) and \(y.shape)")
    (self.x, self.y) = try checkedRegression(x, y)
  }

  /// Finds the variances that maximise the evidence from starting values, by default the
  /// observations' own variance.
  public func fit(
    from start: Variances? = nil, driver: ExpectationMaximization = .init()
  ) throws -> ExpectationMaximization.Fit<EvidenceRegression> {
    let spread = max(y.variance().scalar, Double.leastNormalMagnitude)
    return try driver.fit(self, from: start ?? Variances(prior: spread, noise: spread))
  }

  /// The posterior distribution of the coefficients.
  public func posterior(
    at variances: Variances, from previous: BayesianLinearRegression?
  ) throws -> BayesianLinearRegression {
    try prior(variances).observing(x, y, weights: weights)
  }

  /// The log-evidence.
  public func bound(
    of posterior: BayesianLinearRegression, at variances: Variances
  ) throws -> EvidenceBound {
    EvidenceBound(logEvidence: try prior(variances).logEvidence(x, y, weights: weights))
  }

  /// τ² = E|w|²/d, σ² = E|y − Φ w|²/n.
  ///
  /// If a variance would be 0, because the observations are fitted exactly or are all 0, it stays
  /// at the least positive normal number.
  public func parameters(
    maximizing posterior: BayesianLinearRegression, from previous: Variances
  ) throws -> Variances {
    let (fitted, spreads, _) = posterior.predictive(at: x)
    let residuals = y - fitted
    let errors = weights.map { ($0 * residuals * residuals).sum().scalar } ?? residuals.sumOfSquares
    let spread = (weights.map { $0 * spreads } ?? spreads).sum().scalar
    let count = weights?.sum().scalar ?? Double(x.shape[0])
    let square = posterior.mean.sumOfSquares + posterior.covariance.trace().scalar
    let least = Double.leastNormalMagnitude
    return Variances(
      prior: isPriorFixed ? previous.prior : max(least, square / Double(x.shape[1])),
      noise: max(least, (errors + spread) / count))
  }

  private func prior(_ variances: Variances) -> BayesianLinearRegression {
    BayesianLinearRegression(
      coefficients: x.shape[1], priorVariance: variances.prior, noiseVariance: variances.noise)
  }
}
