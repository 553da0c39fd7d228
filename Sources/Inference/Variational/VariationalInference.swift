import Tensor

/// Approximates a posterior by the Gaussian with the greatest evidence lower bound, E_q[log p(x)] + H(q), on
/// gradients of reparameterised draws: automatic differentiation variational inference (Kucukelbir, Tran,
/// Ranganath, Gelman and Blei 2017).
///
/// ```swift
/// let fit = try VariationalInference(family: .fullRank).fit(logJoint, dimensions: d, using: random)
/// fit.approximation.mean
/// fit.bound          // of fresh draws, with fit.boundError
/// ```
///
/// A target with bounds is given in coordinates without, its log-density with the log-determinant of the map
/// back.
public struct VariationalInference: Sendable {
  /// Where the expectation comes from.
  public enum Method: Sendable {
    /// The same draws throughout, in pairs z and −z and of unit covariance, so that the bound is a function of
    /// the parameters, to which L-BFGS finds the maximum (Giordano, Ingram and Broderick 2024).
    ///
    /// The bound is overfitted to so few draws: by parameters over draws, in nats, or less.
    case deterministic(draws: Int)
    /// Fresh draws in each step of Adam (Kingma and Ba 2015), whose rate falls to 0 as a half cosine.
    case stochastic(steps: Int, draws: Int, learningRate: Double)
  }

  /// A Gaussian that was fitted.
  public struct Fit: Sendable {
    /// The Gaussian.
    public let approximation: GaussianApproximation
    /// The evidence lower bound, in nats, of draws that were not used to fit.
    public let bound: Double
    /// Its standard error.
    public let boundError: Double
    /// The estimates of the bound while it was fitted.
    public let trace: [Double]
    /// Whether the search converged; always for a stochastic one, which ends after its steps.
    public let hasConverged: Bool
    /// Why it ended, in words.
    public let reason: String
  }

  /// The approximating family.
  public var family: GaussianFamily
  /// Where the expectation comes from.
  public var method: Method
  /// How many draws the final bound is estimated from.
  public var finalDraws: Int

  /// Creates a method.
  public init(
    family: GaussianFamily, method: Method = .deterministic(draws: 512), finalDraws: Int = 4_096
  ) {
    switch method {
    case .deterministic(let draws):
      precondition(draws >= 2, "VariationalInference: expected 2 draws or more, found \(draws)")
    case .stochastic(let steps, let draws, let rate):
      precondition(
        steps > 0 && draws > 0 && rate > 0,
        "VariationalInference: expected steps, draws and a rate above 0, found \(steps), \(draws) and"
          + " \(rate)")
    }
    precondition(
      finalDraws > 1, "VariationalInference: expected 2 final draws or more, found \(finalDraws)")
    (self.family, self.method, self.finalDraws) = (family, method, finalDraws)
  }

  /// Fits a Gaussian to a density.
  ///
  /// - Parameters:
  ///   - logDensity: From `[n, d]` to `[n]`, float64, finite everywhere.
  ///   - dimensions: The number d of coordinates.
  ///   - start: Where the search begins, by default N(0, I).
  ///   - random: The stream of random numbers.
  /// - Throws: ``VariationalError`` where the density is not finite at the draws or the bound rises for ever.
  public func fit(
    _ logDensity: @escaping LogDensity, dimensions: Int, from start: GaussianApproximation? = nil,
    using random: Random
  ) throws -> Fit {
    let standard = GaussianApproximation(
      mean: .zeros([dimensions], dtype: .float64), scale: .ones([dimensions], dtype: .float64))
    let first = start ?? standard
    precondition(
      first.mean.count == dimensions,
      "VariationalInference: expected a start of \(dimensions) coordinates, found"
        + " \(first.mean.count)")
    let objective = ReparameterizedBound(
      family: family, dimensions: dimensions, logDensity: logDensity)
    let parameters = family.parameters(of: first)
    switch method {
    case .deterministic(let draws):
      return try deterministic(objective, parameters, draws, random)
    case .stochastic(let steps, let draws, let rate):
      return try stochastic(objective, parameters, steps, draws, rate, random)
    }
  }
}
