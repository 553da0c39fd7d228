import Tensor

/// The restriction on a mixture's covariances.
public enum CovarianceKind: String, Sendable, CaseIterable {
  /// A separate covariance for each component.
  case full
  /// One covariance for all components.
  case tied
  /// Separate variances for each component.
  case diagonal
  /// One variance for all coordinates of a component.
  case spherical
}

/// A mixture of Gaussians, p(x) = Σₖ πₖ N(x; μₖ, Σₖ).
///
/// ```swift
/// let fit = try GaussianMixture.fit(x, components: 3, starts: 10, using: random)
/// fit.model.means             // [3, d]
/// fit.bic
/// ```
public struct GaussianMixture: MixtureModel {
  /// The components' probabilities, float64 `[k]`.
  public let weights: Tensor
  /// The means, float64 `[k, d]`.
  public let means: Tensor
  /// The covariances, float64 `[k, d, d]`, whatever their kind.
  public let covariances: Tensor
  /// The restriction on the covariances.
  public let kind: CovarianceKind

  /// The covariances' Cholesky factors, `[k, d, d]`.
  let factors: Tensor

  /// The number of coordinates of a point.
  public var dimension: Int { means.shape[1] }

  /// Creates a mixture.
  ///
  /// - Parameters:
  ///   - weights: `[k]`, above 0; they are divided by their sum.
  ///   - means: `[k, d]`.
  ///   - covariances: `[k, d, d]`, symmetric and positive definite.
  ///   - kind: The restriction on the covariances, which matters for the count of free parameters
  ///     and for a fit that starts here.
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)``, where
  ///   `index` is the component.
  public init(
    weights: Tensor, means: Tensor, covariances: Tensor, kind: CovarianceKind = .full
  ) throws {
    precondition(
      means.rank == 2 && means.shape[1] > 0 && weights.shape == [means.shape[0]]
        && covariances.shape == [means.shape[0], means.shape[1], means.shape[1]],
      "GaussianMixture: expected weights [k], means [k, d] and covariances [k, d, d], found"
        + " \(weights.shape), \(means.shape) and \(covariances.shape)")
    let weights = weights.converted(to: .float64)
    precondition(
      (weights .> 0).all() && weights.isFinite,
      "GaussianMixture: expected weights above 0, found \(weights.doubles)")
    self.weights = weights / weights.sum()
    self.means = means.converted(to: .float64)
    self.covariances = covariances.converted(to: .float64)
    self.kind = kind
    factors = try CholeskyFactor(of: self.covariances).lower
  }

  /// The number of free parameters: weights, means, and covariances of the given kind.
  public var parameterCount: Int {
    let (k, d) = (componentCount, dimension)
    let covariances =
      switch kind {
      case .full: k * d * (d + 1) / 2
      case .tied: d * (d + 1) / 2
      case .diagonal: k * d
      case .spherical: k
      }
    return k - 1 + k * d + covariances
  }

  /// log πₖ N(x; μₖ, Σₖ) of rows `[n, d]`, `[n, k]`, in nats.
  ///
  /// It uses the Cholesky factors and passes gradients of any order to `x`.
  public func logJoint(of x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == dimension,
      "GaussianMixture: expected rows [n, \(dimension)], found \(x.shape)")
    let deviations = x.converted(to: .float64).transposed() - means.expanded(at: 2)
    let whitened = CholeskyFactor(lower: factors).whitened(deviations)
    let logDensities = logConstants - 0.5 * square(whitened).sum(along: 1).transposed()
    return logDensities.converted(to: x.dtype)
  }

  /// log πₖ − ½ log |2π Σₖ|, `[k]`.
  var logConstants: Tensor {
    let logDeterminants = CholeskyFactor(lower: factors).logDeterminant
    return log(weights) - 0.5 * logDeterminants - 0.5 * Double(dimension) * logTwoPi
  }

  /// The mean of the mixture, `[d]`.
  public var mean: Tensor {
    weights.reshaped(to: [1, componentCount]).matmul(means).squeezed(at: 0)
  }

  /// The covariance of the mixture, `[d, d]`: the covariance within the components plus that of
  /// their means.
  public var covariance: Tensor {
    let deviations = means - mean
    let within = (weights.reshaped(to: [componentCount, 1, 1]) * covariances).sum(along: 0)
    return within + (weights.expanded(at: 1) * deviations).matmul(deviations, transposeLeft: true)
  }

  /// Draws points `[count, d]`, together with the component of each.
  public func sample(
    _ count: Int, using random: Random
  ) -> (points: Tensor, components: [Int]) {
    let components = sampleComponents(count, using: random)
    let noise = random.normal([count, dimension, 1], dtype: .float64)
    let spread = factors.gatheredRows(at: components).matmul(noise).squeezed(at: 2)
    return (means.gatheredRows(at: components) + spread, components)
  }
}
