import Tensor

/// The mean-field posterior of a linear regression with unknown noise: y ~ N(X w, τ⁻¹ I), w ~ N(0,
/// s² I) and τ ~ Gamma(a, b) (Bishop 2006, section 10.3).
///
/// q(w) = N(m, S) and q(τ) = Gamma(â, b̂), where b is the rate.
public struct BayesianRegression: CoordinateAscentModel, Sendable {
  /// The factors: the coefficients and the noise.
  public static let factors = ["the coefficients", "the noise"]

  /// The inputs X, `[n, d]`.
  public let design: Tensor
  /// The outputs y, `[n]`.
  public let outputs: Tensor
  /// s².
  public let priorVariance: Double
  /// a and b.
  public let priorShape, priorRate: Double
  /// m, `[d]`.
  public private(set) var mean: Tensor
  /// S, `[d, d]`.
  public private(set) var covariance: Tensor
  /// â and b̂; the mean precision of the noise is â / b̂.
  public private(set) var shape, rate: Double

  /// Creates an approximation that starts with the noise precision a / b.
  public init(
    design: Tensor, outputs: Tensor, priorVariance: Double, priorShape: Double, priorRate: Double
  ) {
    let (n, d) = (outputs.count, design.shape[design.rank - 1])
    precondition(
      design.shape == [n, d] && outputs.rank == 1 && priorVariance > 0 && priorShape > 0
        && priorRate > 0,
      "BayesianRegression: expected a design [n, d], outputs [n] and prior numbers above 0, found"
        + " \(design.shape), \(outputs.shape), \(priorVariance), \(priorShape) and \(priorRate)")
    precondition(
      design.isFinite && outputs.isFinite,
      "BayesianRegression: expected finite data, found a number that is not")
    (self.design, self.outputs) = (design.converted(to: .float64), outputs.converted(to: .float64))
    (self.priorVariance, self.priorShape, self.priorRate) =
      (priorVariance, priorShape, priorRate)
    (mean, covariance) =
      (.zeros([d], dtype: .float64), priorVariance * .identity(d, dtype: .float64))
    (shape, rate) = (priorShape, priorRate)
  }

  /// The approximation with one factor set to its optimum.
  public func updating(_ factor: Int) -> BayesianRegression {
    var next = self
    if factor == 0 {
      let precision = shape / rate
      let squares = design.matmul(design, transposeLeft: true)
      let matrix =
        precision * squares + (1 / priorVariance) * Tensor.identity(mean.count, dtype: .float64)
      guard let cholesky = try? CholeskyFactor(of: matrix) else {
        preconditionFailure("BayesianRegression: expected finite squares of the data, found others")
      }
      let pull = design.matmul(outputs.expanded(at: 1), transposeLeft: true).squeezed(at: 1)
      next.covariance = cholesky.inverse()
      next.mean = cholesky.solve(precision * pull)
    } else {
      next.shape = priorShape + 0.5 * Double(outputs.count)
      next.rate = priorRate + 0.5 * squaredError
    }
    return next
  }

  /// E|y − X w|².
  private var squaredError: Double {
    let residual = outputs - design.matmul(mean.expanded(at: 1)).squeezed(at: 1)
    return (square(residual).sum() + (design.matmul(covariance) * design).sum()).scalar
  }

  /// The evidence lower bound, in nats.
  public var bound: Double {
    guard let factor = try? CholeskyFactor(of: covariance) else { return -.infinity }
    let (n, d) = (Double(outputs.count), Double(mean.count))
    let logPrecision = value(digamma, shape) - logOf(rate)
    let fit = 0.5 * n * (logPrecision - logTwoPi) - 0.5 * shape / rate * squaredError
    let size = (square(mean).sum() + covariance.trace()).scalar / priorVariance
    let ofCoefficients =
      0.5 * (size - d + d * logOf(priorVariance) - factor.logDeterminant.scalar)
    let ofNoise =
      (shape - priorShape) * value(digamma, shape) - value(logGamma, shape)
      + value(logGamma, priorShape) + priorShape * (logOf(rate) - logOf(priorRate))
      + shape * (priorRate - rate) / rate
    return fit - ofCoefficients - ofNoise
  }

  private func value(_ function: (Tensor) -> Tensor, _ x: Double) -> Double {
    function(Tensor(x, dtype: .float64)).scalar
  }
}
