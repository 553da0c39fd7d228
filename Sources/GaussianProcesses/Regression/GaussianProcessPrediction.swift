import Tensor

/// The mean and the variance of a function, or of new observations of it, at each of some points.
public struct GaussianProcessPrediction: Sendable {
  /// The predicted quantity, which says whether the variance includes the noise of observations.
  public let quantity: Quantity
  /// The means, float64 `[m]`.
  public let mean: Tensor
  /// The variances, 0 or more, float64 `[m]`.
  public let variance: Tensor
  /// The amount by which rounding took the smallest variance below 0 before it was set to 0; 0 if
  /// it did not.
  public let rounding: Double

  init(_ quantity: Quantity, mean: Tensor, rawVariance: Tensor) {
    (self.quantity, self.mean) = (quantity, mean)
    let least = rawVariance.count == 0 ? 0 : stopGradient(rawVariance).min().scalar
    rounding = max(0, -least)
    variance = least < 0 ? clamp(rawVariance, to: 0...Double.infinity) : rawVariance
  }

  /// The standard deviations, `[m]`.
  public var standardDeviation: Tensor { sqrt(variance) }

  /// The central interval with a given probability at each point, for f or y according to
  /// ``quantity``.
  ///
  /// - Parameter probability: Above 0 and below 1, such as 0.95.
  /// - Returns: The ends, each `[m]`.
  public func interval(_ probability: Double) -> (lower: Tensor, upper: Tensor) {
    precondition(
      probability > 0 && probability < 1,
      "interval: expected a probability between 0 and 1, found \(probability)")
    let reach = normalQuantile(0.5 + probability / 2) * standardDeviation
    return (mean - reach, mean + reach)
  }

  /// The log-density of given values under the normal distributions of their points, `[m]`, in
  /// nats.
  public func logDensity(of y: Tensor) -> Tensor {
    precondition(
      y.shape == mean.shape, "logDensity: expected shape \(mean.shape), found \(y.shape)")
    let residual = y.converted(to: .float64) - mean
    return -0.5 * (square(residual) / variance + log(variance) + logTwoPi)
  }
}
