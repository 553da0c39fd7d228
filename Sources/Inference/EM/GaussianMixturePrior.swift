import Tensor

/// A prior of a mixture of Gaussians: a Dirichlet distribution over the weights and an inverse
/// Wishart distribution over each covariance.
///
/// With it, expectation–maximisation finds the mode of the posterior, and no component can
/// collapse: Σₖ = (Nₖ Sₖ + Ψ) / (Nₖ + ν + d + 1) (Fraley and Raftery 2007).
public struct GaussianMixturePrior: Sendable {
  /// The Dirichlet distribution's parameter, the same for each component, 1 or more.
  public let concentration: Double
  /// Ψ, the scale of the inverse Wishart distribution, float64 `[d, d]`.
  public let scale: Tensor
  /// ν, its degrees of freedom, above d − 1.
  public let degreesOfFreedom: Double

  private let factor: CholeskyFactor

  /// Creates a prior.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)`` for the scale.
  public init(concentration: Double = 1, scale: Tensor, degreesOfFreedom: Double) throws {
    precondition(
      scale.rank == 2 && scale.shape[0] == scale.shape[1],
      "GaussianMixturePrior: expected a scale [d, d], found \(scale.shape)")
    precondition(
      concentration >= 1 && degreesOfFreedom > Double(scale.shape[0] - 1),
      "GaussianMixturePrior: expected a concentration of 1 or more and more than"
        + " \(scale.shape[0] - 1) degrees of freedom, found \(concentration) and \(degreesOfFreedom)"
    )
    self.concentration = concentration
    self.scale = scale.converted(to: .float64)
    self.degreesOfFreedom = degreesOfFreedom
    factor = try CholeskyFactor(of: self.scale)
  }

  /// A weak prior derived from the data: Ψ is diagonal and holds the features' variances divided by
  /// k^(2/d), and ν is d + 2 (Fraley and Raftery 2007).
  ///
  /// - Parameters:
  ///   - x: Rows `[n, d]`, in which NaN stands for a missing value.
  ///   - components: The number k of components.
  ///   - concentration: The concentration of the Dirichlet prior of the weights.
  /// - Throws: ``MixtureError`` for invalid data or a constant feature.
  public static func weak(
    for x: Tensor, components: Int, concentration: Double = 1
  ) throws -> GaussianMixturePrior {
    let rows = try WeightedRows(
      x, weights: nil, components: components, allowingMissing: true, "GaussianMixturePrior.weak")
    let variances = rows.moments().variance
    if let column = variances.doubles.firstIndex(of: 0) {
      throw MixtureError.constantFeature(column: column)
    }
    let d = rows.dimension
    let share = pow(Tensor(components, dtype: .float64), 2 / Double(d)).scalar
    return try GaussianMixturePrior(
      concentration: concentration, scale: (variances / share).diagonalMatrix(),
      degreesOfFreedom: Double(d + 2))
  }

  /// ν + d + 1, the number of observations that the prior counts as for a covariance.
  var covarianceCount: Double { degreesOfFreedom + Double(scale.shape[0] + 1) }

  /// The log-density of the prior, in nats; a covariance that all components share counts once.
  public func logDensity(of mixture: GaussianMixture) -> Double {
    let k = Double(mixture.componentCount)
    let dirichlet =
      lgamma(k * concentration) - k * lgamma(concentration)
      + (concentration - 1) * log(mixture.weights).sum().scalar
    let count = mixture.kind == .tied ? 1 : mixture.componentCount
    let factors = mixture.factors.sliced(0..<count)
    return dirichlet + inverseWishart(factors).sum().scalar
  }

  /// log density of the inverse Wishart distribution at L Lᵀ, for factors `[k, d, d]`.
  private func inverseWishart(_ factors: Tensor) -> Tensor {
    let d = scale.shape[0]
    let half = degreesOfFreedom / 2
    var logGammas = Double(d * (d - 1)) / 4 * logPi
    for i in 0..<d { logGammas += lgamma(half - Double(i) / 2) }
    let logScale = half * (factor.logDeterminant.scalar - Double(d) * logTwo)
    let constant = logScale - logGammas
    // tr(Ψ Σ⁻¹) = |L⁻¹ C|² for Ψ = C Cᵀ.
    let covariances = CholeskyFactor(lower: factors)
    let whitened = covariances.whitened(factor.lower.expanded(at: 0).broadcast(to: factors.shape))
    let traces = square(whitened).sum(along: [1, 2])
    return constant - 0.5 * (covarianceCount * covariances.logDeterminant + traces)
  }

  private func lgamma(_ x: Double) -> Double { logGamma(Tensor(x, dtype: .float64)).scalar }
  private var logTwo: Double { 0.69314718055994530942 }
  private var logPi: Double { logTwoPi - logTwo }
}
