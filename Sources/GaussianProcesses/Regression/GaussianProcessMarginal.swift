import Distributions
import Tensor

/// The joint normal distribution of a function, or of observations of it, at some points.
public struct GaussianProcessMarginal: Sendable {
  /// The distribution of vectors of `[m]` numbers, one for each point.
  public let distribution: MultivariateNormal
  /// The jitter added to the diagonal of the covariance matrix so that it has a factor: 0 or the
  /// smallest power of ten that works, in squared units of y.
  public let jitter: Double

  /// The factor of the covariance matrix with its jitter.
  let factor: CholeskyFactor

  /// - Parameter scale: The largest variance of the quantities from which the covariance was
  ///   computed.
  fileprivate init(mean: Tensor, covariance: Tensor, scale: Double) throws {
    let found = try LeastJitter(upTo: max(scale, .leastNormalMagnitude), scale: scale) { jitter in
      let added = Tensor(filledWith: jitter, [mean.count], dtype: .float64)
      return covariance + added.diagonalMatrix()
    }
    (factor, jitter) = (found.factor, found.jitter)
    distribution = MultivariateNormal(mean: mean, factor: found.factor)
  }
}

extension GaussianProcess {
  /// The prior at points `[m, d]`, as a distribution.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError`` if no jitter up to the largest variance helps.
  public func marginal(of quantity: Quantity, at x: Tensor) throws -> GaussianProcessMarginal {
    let x = stopGradient(x).converted(to: .float64)
    let covariance = covariance(of: quantity, at: x)
    return try GaussianProcessMarginal(
      mean: mean(x), covariance: covariance, scale: highestVariance(covariance))
  }
}

extension GaussianProcessPosterior {
  /// The posterior at points `[m, d]`, as a distribution.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError`` if no jitter up to the prior's largest variance
  ///   helps.
  public func marginal(of quantity: Quantity, at x: Tensor) throws -> GaussianProcessMarginal {
    let x = stopGradient(x).converted(to: .float64)
    // The posterior variances may be pure rounding errors, whose scale is that of the prior.
    return try GaussianProcessMarginal(
      mean: prediction(of: quantity, at: x).mean, covariance: covariance(of: quantity, at: x),
      scale: highestVariance(prior.covariance(of: quantity, at: x)))
  }
}

private func highestVariance(_ covariance: Tensor) -> Double {
  covariance.count == 0 ? 0 : covariance.diagonal().max().scalar
}
