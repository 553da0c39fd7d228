import Tensor

/// Functions, or observations of them, drawn at some points.
public struct GaussianProcessSamples: Sendable {
  /// The samples, one function per row, float64 `[count, m]`.
  public let values: Tensor
  /// The jitter added to the diagonal of the covariance matrix, as in
  /// ``GaussianProcessMarginal/jitter``.
  public let jitter: Double

  fileprivate init(_ count: Int, of marginal: GaussianProcessMarginal, using random: Random) {
    let mean = marginal.distribution.mean
    let noise = random.normal([count, mean.count], dtype: .float64)
    values = mean + noise.matmul(marginal.factor.lower, transposeRight: true)
    jitter = marginal.jitter
  }
}

extension GaussianProcess {
  /// Draws functions, or observations of them, from the prior.
  ///
  /// - Parameters:
  ///   - count: The number of draws.
  ///   - quantity: Whether to draw functions, or observations with noise.
  ///   - x: Points, `[m, d]`.
  ///   - random: The stream of random numbers.
  /// - Throws: The errors of ``marginal(of:at:)``.
  public func samples(
    _ count: Int, of quantity: Quantity, at x: Tensor, using random: Random
  ) throws -> GaussianProcessSamples {
    GaussianProcessSamples(count, of: try marginal(of: quantity, at: x), using: random)
  }
}

extension GaussianProcessPosterior {
  /// Draws functions, or new observations of them, from the posterior; see
  /// ``GaussianProcess/samples(_:of:at:using:)``.
  public func samples(
    _ count: Int, of quantity: Quantity, at x: Tensor, using random: Random
  ) throws -> GaussianProcessSamples {
    GaussianProcessSamples(count, of: try marginal(of: quantity, at: x), using: random)
  }
}
