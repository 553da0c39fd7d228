import Tensor

/// The conjugate prior of a normal distribution's mean and covariance: Σ ~ IW(Ψ, ν), μ | Σ ~ N(m, Σ / κ).
///
/// The parameters are those of Murphy 2007, "Conjugate Bayesian analysis of the Gaussian
/// distribution", section 9. All numbers are float64.
public struct NormalInverseWishart: Sendable {
  /// m, `[d]`.
  public let mean: Tensor
  /// κ, above 0: the number of observations that the mean counts as.
  public let meanCount: Double
  /// ν, above d − 1.
  public let degreesOfFreedom: Double
  /// Ψ, `[d, d]`, symmetric and positive definite; for ν > d + 1, the expected covariance is Ψ / (ν
  /// − d − 1).
  public let scale: Tensor
  /// The Cholesky factor of Ψ.
  let factor: CholeskyFactor

  /// The number of dimensions.
  public var dimensions: Int { mean.count }

  /// Creates a distribution.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)`` if the
  ///   scale is not positive definite.
  public init(
    mean: Tensor, meanCount: Double, degreesOfFreedom: Double, scale: Tensor
  ) throws {
    let d = mean.count
    precondition(
      mean.rank == 1 && scale.shape == [d, d] && d > 0,
      "NormalInverseWishart: expected a mean [d] and a scale [d, d], found \(mean.shape) and"
        + " \(scale.shape)")
    precondition(
      meanCount > 0 && degreesOfFreedom > Double(d - 1),
      "NormalInverseWishart: expected a count above 0 and degrees of freedom above \(d - 1), found"
        + " \(meanCount) and \(degreesOfFreedom)")
    (self.mean, self.scale) = (mean.converted(to: .float64), scale.converted(to: .float64))
    (self.meanCount, self.degreesOfFreedom) = (meanCount, degreesOfFreedom)
    factor = try CholeskyFactor(of: self.scale)
  }

  /// The posterior given observations `[n, d]`, and their weights `[n]` if they have any.
  public func posterior(given x: Tensor, weights: Tensor? = nil) throws -> NormalInverseWishart {
    precondition(
      x.rank == 2 && x.shape[1] == dimensions && (weights.map { $0.shape == [x.shape[0]] } ?? true),
      "NormalInverseWishart: expected observations [n, \(dimensions)] and weights [n], found"
        + " \(x.shape) and \(weights.map { "\($0.shape)" } ?? "none")")
    let x = x.converted(to: .float64)
    let weights = weights ?? .ones([x.shape[0]], dtype: .float64)
    let total = weights.sum().scalar
    if total <= 0 { return self }
    let rows = weights.expanded(at: 0)
    let average = rows.matmul(x).reshaped(to: [-1]) / total
    let centred = x - average
    let scatter = (centred * weights.expanded(at: 1)).matmul(centred, transposeLeft: true)
    let count = meanCount + total
    let shift = (average - mean).expanded(at: 1)
    let between = (meanCount * total / count) * shift.matmul(shift, transposeRight: true)
    // Symmetric to the last bit.
    let scale = self.scale + 0.5 * (scatter + scatter.transposed()) + between
    return try NormalInverseWishart(
      mean: (meanCount * mean + total * average) / count, meanCount: count,
      degreesOfFreedom: degreesOfFreedom + total, scale: scale)
  }

  /// The marginal log-density of observations `[n, d]` that share one mean and covariance, in nats
  /// (Murphy 2007, equation 266).
  public func logMarginalLikelihood(of x: Tensor) throws -> Double {
    let posterior = try posterior(given: x)
    let (n, d) = (Double(x.shape[0]), Double(dimensions))
    let logPi = 1.1447298858494001741
    let counts = log(Tensor([meanCount, posterior.meanCount], dtype: .float64)).doubles
    return posterior.logGammas - logGammas - 0.5 * n * d * logPi + 0.5 * d * (counts[0] - counts[1])
      + 0.5 * degreesOfFreedom * logDeterminant
      - 0.5 * posterior.degreesOfFreedom * posterior.logDeterminant
  }

  /// The log-density of the next observation at points `[n, d]`, `[n]`, in nats: Student's t with ν
  /// − d + 1 degrees of freedom, location m and scale matrix Ψ (κ + 1) / (κ (ν − d + 1)).
  public func logPredictiveDensity(at x: Tensor) -> Tensor {
    let d = Double(dimensions)
    let squares = square(factor.whitened((x.converted(to: .float64) - mean).transposed()))
      .sum(along: 0)
    let shrink = meanCount / (meanCount + 1)
    let ends = logGamma(
      Tensor([degreesOfFreedom + 1, degreesOfFreedom + 1 - d], dtype: .float64) / 2
    ).doubles
    let constant =
      ends[0] - ends[1] - 0.5 * logDeterminant
      + 0.5 * d * log(Tensor(shrink / Double.pi, dtype: .float64)).scalar
    return constant - 0.5 * (degreesOfFreedom + 1) * log1p(shrink * squares)
  }

  // MARK: For variational inference

  /// log det Ψ.
  var logDeterminant: Double { factor.logDeterminant.scalar }

  /// Σᵢ log Γ((ν + 1 − i) / 2), i from 1 to d.
  var logGammas: Double { logGamma(halves).sum().scalar }

  /// (ν + 1 − i) / 2, i from 1 to d.
  private var halves: Tensor {
    0.5 * (degreesOfFreedom - Tensor.range(0..<dimensions, dtype: .float64))
  }

  /// E[log det Σ⁻¹].
  var expectedLogPrecision: Double {
    let log2 = 0.69314718055994530942
    return digamma(halves).sum().scalar + Double(dimensions) * log2 - logDeterminant
  }

  /// E[log N(x; μ, Σ)] at points `[n, d]`, `[n]`.
  func expectedLogDensity(at x: Tensor) -> Tensor {
    let d = Double(dimensions)
    let squares = square(factor.whitened((x - mean).transposed())).sum(along: 0)
    return 0.5 * (expectedLogPrecision - d * logTwoPi - d / meanCount)
      - 0.5 * degreesOfFreedom * squares
  }

  /// KL(self ‖ prior), in nats.
  func divergence(from prior: NormalInverseWishart) -> Double {
    let (d, n) = (Double(dimensions), degreesOfFreedom)
    let ratio = prior.meanCount / meanCount
    let shift = square(factor.whitened(mean - prior.mean)).sum().scalar
    let means =
      0.5
      * (d * (ratio - 1 - log(Tensor(ratio, dtype: .float64)).scalar)
        + prior.meanCount * n * shift)
    // tr(Ψ₀ Ψ⁻¹) = |L⁻¹ L₀|².
    let trace = square(factor.whitened(prior.factor.lower)).sum().scalar
    let covariances =
      0.5 * prior.degreesOfFreedom * (logDeterminant - prior.logDeterminant)
      + 0.5 * n * (trace - d) + prior.logGammas - logGammas
      + 0.5 * (n - prior.degreesOfFreedom) * digamma(halves).sum().scalar
    return means + covariances
  }
}
