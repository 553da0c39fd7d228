import Tensor

/// A mixture of normal distributions on the line, Σ πₖ N(μₖ, σₖ²).
public struct GaussianMixture1D: Sendable, Equatable {
  /// π, which sums to 1.
  public let weights: [Double]
  /// μ, in ascending order if the mixture was fitted.
  public let means: [Double]
  /// σ.
  public let deviations: [Double]

  /// Creates a mixture; the weights are divided by their sum.
  public init(weights: [Double], means: [Double], deviations: [Double]) {
    precondition(
      !weights.isEmpty && weights.count == means.count && means.count == deviations.count
        && weights.allSatisfy { $0 >= 0 && $0.isFinite } && weights.contains { $0 > 0 }
        && deviations.allSatisfy { $0 > 0 && $0.isFinite },
      "GaussianMixture1D: expected as many weights (0 or more) as means and deviations"
        + " (above 0), found \(weights), \(means) and \(deviations)")
    let sum = weights.reduce(0, +)
    self.weights = weights.map { $0 / sum }
    (self.means, self.deviations) = (means, deviations)
  }

  /// log p(x) of each number, in nats, in the shape of x.
  public func logDensity(of x: Tensor) -> Tensor {
    let parameters = [weights, means, deviations].map { Tensor($0, dtype: x.dtype) }
    return mixtureLogDensity(x, log(parameters[0]), parameters[1], log(parameters[2]))
  }
}

/// log Σ exp(log π) N(x; μ, σ²), with the components along an additional last axis.
func mixtureLogDensity(
  _ x: Tensor, _ logWeights: Tensor, _ means: Tensor, _ logDeviations: Tensor
) -> Tensor {
  let z = (x.expanded(at: -1) - means) * exp(-logDeviations)
  let constants = logWeights - logDeviations - logRootTwoPi
  return (constants - 0.5 * square(z)).logSumExp(along: -1)
}
