import Tensor

/// Approximates a posterior by the Gaussian with the largest evidence lower bound, E_q[log p(x)] +
/// H(q), with gradients of reparameterised draws: automatic differentiation variational inference
/// (Kucukelbir, Tran, Ranganath, Gelman and Blei 2017).
///
/// ```swift
/// let fit = try VariationalInference(family: .fullRank).fit(logJoint, dimensions: d, using: random)
/// fit.approximation.mean
/// fit.bound          // of fresh draws, with fit.boundError
/// ```
///
/// A target with bounds must be given in unbounded coordinates; its log-density then includes the
/// log-determinant of the map back.
public struct VariationalInference: Sendable {
  /// The method that estimates the expectation.
  public enum Method: Sendable {
    /// Uses the same draws throughout, in pairs z and −z and with unit covariance, so that the
    /// bound is a function of the parameters, which L-BFGS maximises (Giordano, Ingram and
    /// Broderick 2024).
    ///
    /// With few draws, the bound is overfitted, by at most parameters / draws nats.
    case deterministic(draws: Int)
    /// Uses fresh draws in each step of Adam (Kingma and Ba 2015), whose rate falls to 0 along a
    /// half cosine.
    case stochastic(steps: Int, draws: Int, learningRate: Double)
  }

  /// A fitted Gaussian.
  public struct Fit: Sendable {
    /// The Gaussian.
    public let approximation: GaussianApproximation
    /// The evidence lower bound, in nats, from draws that the fit did not use.
    public let bound: Double
    /// The standard error of the bound.
    public let boundError: Double
    /// The estimates of the bound during the fit.
    public let trace: [Double]
    /// Whether the search converged; always true for a stochastic one, which ends after its steps.
    public let hasConverged: Bool
    /// Why the search ended, in words.
    public let reason: String
  }

  /// The approximating family.
  public var family: GaussianFamily
  /// The method that estimates the expectation.
  public var method: Method
  /// The number of draws from which the final bound is estimated.
  public var finalDraws: Int

  /// Creates a method.
  public init(
    family: GaussianFamily, method: Method = .deterministic(draws: 512), finalDraws: Int = 4_096
  ) {
    switch method {
    case .deterministic(let draws):
      precondition(draws >= 2, "VariationalInference: expected at least 2 draws, found \(draws)")
    case .stochastic(let steps, let draws, let rate):
      precondition(
        steps > 0 && draws > 0 && rate > 0,
        "VariationalInference: expected steps, draws and a rate above 0, found \(steps), \(draws) and"
          + " \(rate)")
    }
    precondition(
      finalDraws > 1, "VariationalInference: expected at least 2 final draws, found \(finalDraws)")
    (self.family, self.method, self.finalDraws) = (family, method, finalDraws)
  }

  /// Fits a Gaussian to a density.
  ///
  /// - Parameters:
  ///   - logDensity: The log-density, from `[n, d]` to `[n]`, float64, finite everywhere.
  ///   - dimensions: The number d of coordinates.
  ///   - start: The start of the search, N(0, I) by default.
  ///   - random: The stream of random numbers.
  /// - Throws: ``VariationalError`` if the density is not finite at the draws or the bound rises
  ///   without limit.
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
