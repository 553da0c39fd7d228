import Tensor

/// Functions, or observations of them, drawn at some points.
public struct GaussianProcessSamples: Sendable {
  /// A function in each row, float64 `[count, m]`.
  public let values: Tensor
  /// What was added to the diagonal of the covariance matrix so that it has a factor: 0 or the least power
  /// of ten that works, in squared units of y.
  public let jitter: Double

  fileprivate init(
    _ count: Int, mean: Tensor, scale: Double, using random: Random, covariance: Tensor
  ) throws {
    let size = mean.count
    let found = try LeastJitter(upTo: max(scale, .leastNormalMagnitude), scale: scale) { jitter in
      jitter == 0
        ? covariance + 0
        : covariance + Tensor(filledWith: jitter, [size], dtype: .float64).diagonalMatrix()
    }
    let noise = random.normal([count, size], dtype: .float64)
    values = mean + noise.matmul(found.factor.lower, transposeRight: true)
    jitter = found.jitter
  }
}

extension GaussianProcess {
  /// Draws functions, or observations of them, before any data.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - quantity: Functions, or observations with noise.
  ///   - x: Points, `[m, d]`.
  /// - Throws: ``LinearAlgebraError`` where no jitter up to the largest variance helps.
  public func samples(
    _ count: Int, of quantity: Quantity, at x: Tensor, using random: Random
  ) throws -> GaussianProcessSamples {
    let x = stopGradient(x).converted(to: .float64)
    let covariance = covariance(of: quantity, at: x)
    return try GaussianProcessSamples(
      count, mean: mean(x), scale: highestVariance(covariance), using: random,
      covariance: covariance)
  }
}

extension GaussianProcessPosterior {
  /// Draws functions, or new observations of them, given the data; as
  /// ``GaussianProcess/samples(_:of:at:using:)``.
  public func samples(
    _ count: Int, of quantity: Quantity, at x: Tensor, using random: Random
  ) throws -> GaussianProcessSamples {
    let x = stopGradient(x).converted(to: .float64)
    let covariance = covariance(of: quantity, at: x)
    // Its variances may all be rounding; what they are the rounding of is the prior's.
    return try GaussianProcessSamples(
      count, mean: prediction(of: quantity, at: x).mean,
      scale: highestVariance(prior.covariance(of: quantity, at: x)), using: random,
      covariance: covariance)
  }
}

private func highestVariance(_ covariance: Tensor) -> Double {
  covariance.count == 0 ? 0 : covariance.diagonal().max().scalar
}
