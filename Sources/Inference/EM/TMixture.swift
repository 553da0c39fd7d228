import Tensor

/// A mixture of multivariate t distributions, p(x) = Σₖ πₖ t(x; νₖ, μₖ, Σₖ) (Peel and McLachlan 2000).
///
/// A far point counts little: its weight is (ν + d) / (ν + δ), where δ is the squared Mahalanobis
/// distance, so no component needs to sit on one.
///
/// ```swift
/// let fit = try TMixture.fit(x, components: 3, starts: 10, using: random)
/// fit.model.degreesOfFreedom    // [3]
/// ```
public struct TMixture: MixtureModel {
  /// The components' probabilities, float64 `[k]`.
  public let weights: Tensor
  /// The locations μ, float64 `[k, d]`.
  public let locations: Tensor
  /// The scale matrices Σ, float64 `[k, d, d]`; the covariances are ν / (ν − 2) times these.
  public let scales: Tensor
  /// ν, float64 `[k]`.
  public let degreesOfFreedom: Tensor

  private let factor: CholeskyFactor

  /// The number of coordinates of a point.
  public var dimension: Int { locations.shape[1] }

  /// Creates a mixture.
  ///
  /// - Parameters:
  ///   - weights: `[k]`, above 0; they are divided by their sum.
  ///   - locations: `[k, d]`.
  ///   - scales: `[k, d, d]`, symmetric and positive definite.
  ///   - degreesOfFreedom: `[k]`, above 0.
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)``, where
  ///   `index` is the component.
  public init(
    weights: Tensor, locations: Tensor, scales: Tensor, degreesOfFreedom: Tensor
  ) throws {
    let (k, d) = (weights.count, locations.shape[locations.rank - 1])
    precondition(
      locations.shape == [k, d] && weights.shape == [k] && scales.shape == [k, d, d]
        && degreesOfFreedom.shape == [k],
      "TMixture: expected weights [k], locations [k, d], scales [k, d, d] and degrees [k], found"
        + " \(weights.shape), \(locations.shape), \(scales.shape) and \(degreesOfFreedom.shape)")
    precondition(
      (weights .> 0).all() && weights.isFinite && (degreesOfFreedom .> 0).all(),
      "TMixture: expected weights and degrees above 0, found \(weights.doubles) and"
        + " \(degreesOfFreedom.doubles)")
    let shares = weights.converted(to: .float64)
    self.weights = shares / shares.sum()
    self.locations = locations.converted(to: .float64)
    self.scales = scales.converted(to: .float64)
    self.degreesOfFreedom = degreesOfFreedom.converted(to: .float64)
    factor = try CholeskyFactor(of: self.scales)
  }

  /// The number of free parameters: weights, locations, scales, and a ν for each component.
  public var parameterCount: Int {
    let (k, d) = (componentCount, dimension)
    return k - 1 + k * d + k * d * (d + 1) / 2 + k
  }

  /// The squared Mahalanobis distances δ of rows `[n, d]` from each component, `[n, k]`.
  func squaredDistances(of x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == dimension,
      "TMixture: expected rows [n, \(dimension)], found \(x.shape)")
    let deviations = x.converted(to: .float64).transposed() - locations.expanded(at: 2)
    return square(factor.whitened(deviations)).sum(along: 1).transposed()
  }

  /// log πₖ t(x; νₖ, μₖ, Σₖ) for rows `[n, d]`, `[n, k]`, in nats; it passes gradients to `x`.
  public func logJoint(of x: Tensor) -> Tensor {
    let (nu, d) = (degreesOfFreedom, Double(dimension))
    let half = 0.5 * (nu + d)
    let normalizers =
      logGamma(half) - logGamma(0.5 * nu) - 0.5 * d * (log(nu) + logTwoPi - logOf(2))
    let constants = log(weights) + normalizers - 0.5 * factor.logDeterminant
    return constants - half * log1p(squaredDistances(of: x) / nu)
  }

  /// The least pivots of the scales' factors over the components, `[k, d]`.
  var pivots: Tensor { square(factor.lower.diagonal()) }

  /// Draws points `[count, d]`, μ + √(ν / g) L z with g ~ χ²(ν), together with the component of
  /// each.
  public func sample(
    _ count: Int, using random: Random
  ) -> (points: Tensor, components: [Int]) {
    let components = sampleComponents(count, using: random)
    let nu = degreesOfFreedom.gathered(at: components, along: 0)
    let precision = random.gamma(concentration: 0.5 * nu, rate: 0.5 * nu)
    let noise = random.normal([count, dimension, 1], dtype: .float64)
    let spread = factor.lower.gatheredRows(at: components).matmul(noise).squeezed(at: 2)
    return (
      locations.gatheredRows(at: components) + spread / sqrt(precision).expanded(at: 1), components
    )
  }
}
