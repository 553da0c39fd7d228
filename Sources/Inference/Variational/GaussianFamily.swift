import Tensor

/// The Gaussians with which a posterior is approximated.
public enum GaussianFamily: String, Sendable, CaseIterable {
  /// A diagonal covariance: mean field.
  case meanField = "mean-field"
  /// A full covariance.
  case fullRank = "full-rank"
}

/// A Gaussian N(μ, L·Lᵀ) that approximates a posterior.
public struct GaussianApproximation: Sendable {
  /// The mean, float64 `[d]`.
  public let mean: Tensor
  /// The scale: standard deviations `[d]` for a mean field, or the lower triangular L, `[d, d]`,
  /// for full rank.
  public let scale: Tensor

  /// Creates a Gaussian with a mean `[d]` and a scale: deviations `[d]` or a lower triangle `[d,
  /// d]`, with numbers above 0 on its diagonal.
  public init(mean: Tensor, scale: Tensor) {
    let d = mean.count
    precondition(
      mean.rank == 1 && (scale.shape == [d] || scale.shape == [d, d]),
      "GaussianApproximation: expected a mean [d] and a scale [d] or [d, d], found \(mean.shape) and"
        + " \(scale.shape)")
    (self.mean, self.scale) = (mean, scale)
  }

  /// The family of this Gaussian.
  public var family: GaussianFamily { scale.rank == 1 ? .meanField : .fullRank }

  /// The standard deviation of each coordinate, `[d]`.
  public var deviations: Tensor {
    scale.rank == 1 ? scale : sqrt(square(scale).sum(along: 1))
  }

  /// The covariance, `[d, d]`.
  public var covariance: Tensor {
    scale.rank == 1 ? square(scale).diagonalMatrix() : scale.matmul(scale, transposeRight: true)
  }

  /// The entropy in nats, ½ d (1 + log 2π) + Σ log Lᵢᵢ.
  public var entropy: Tensor {
    let diagonal = scale.rank == 1 ? scale : scale.diagonal()
    return log(diagonal).sum() + 0.5 * Double(mean.count) * (1 + logTwoPi)
  }

  /// The points μ + L z, `[n, d]`, for standard normal numbers z, `[n, d]`; gradients flow to both
  /// parameters.
  public func points(_ z: Tensor) -> Tensor {
    mean + (scale.rank == 1 ? z * scale : z.matmul(scale, transposeRight: true))
  }

  /// Draws, float64 `[count, d]`.
  public func sample(_ count: Int, using random: Random) -> Tensor {
    points(random.normal([count, mean.count], dtype: .float64))
  }

  /// The log-density at points `[n, d]`, `[n]`, in nats.
  public func logDensity(of points: Tensor) -> Tensor {
    let centred = points - mean
    let white =
      scale.rank == 1
      ? centred / scale : CholeskyFactor(lower: scale).whitened(centred.transposed()).transposed()
    let diagonal = scale.rank == 1 ? scale : scale.diagonal()
    return -0.5 * square(white).sum(along: 1) - log(diagonal).sum()
      - 0.5 * Double(mean.count) * logTwoPi
  }

  /// The mean-field Gaussian nearest to a Gaussian with a given covariance in KL(q‖p): its
  /// variances are 1 / Λᵢᵢ, where Λ is the inverse of the covariance (Bishop 2006, section 10.1.2).
  ///
  /// - Throws: `LinearAlgebraError` if the covariance is not positive definite.
  public static func meanField(mean: Tensor, covariance: Tensor) throws -> GaussianApproximation {
    let precision = try CholeskyFactor(of: covariance).inverse().diagonal()
    return GaussianApproximation(mean: mean, scale: 1 / sqrt(precision))
  }

  /// KL(q‖p), in nats, from this Gaussian q to p = N(mean, covariance).
  ///
  /// - Throws: `LinearAlgebraError` if the covariance is not positive definite.
  public func klDivergence(toMean other: Tensor, covariance: Tensor) throws -> Tensor {
    let factor = try CholeskyFactor(of: covariance)
    let root = scale.rank == 1 ? scale.diagonalMatrix() : scale
    let spread = square(factor.whitened(root)).sum()
    let shift = square(factor.whitened(mean - other)).sum()
    let d = Double(mean.count)
    return 0.5 * (factor.logDeterminant + spread + shift + d * logTwoPi) - entropy
  }
}

extension GaussianFamily {
  /// The number of parameters of a Gaussian of d coordinates: the mean, the logarithms of the
  /// diagonal, and the rest of the triangle.
  func parameterCount(_ d: Int) -> Int {
    self == .meanField ? 2 * d : 2 * d + d * (d - 1) / 2
  }

  /// The Gaussian with given parameters, differentiable in them.
  func gaussian(_ parameters: Tensor, dimensions d: Int) -> GaussianApproximation {
    let mean = parameters.sliced(0..<d)
    let diagonal = exp(parameters.sliced(d..<2 * d))
    guard self == .fullRank && d > 1 else {
      return GaussianApproximation(
        mean: mean, scale: self == .meanField ? diagonal : diagonal.diagonalMatrix())
    }
    let places = (1..<d).flatMap { row in (0..<row).map { row * d + $0 } }
    let rest = parameters.sliced(2 * d..<parameters.count)
      .scattered(to: places, count: d * d, along: 0).reshaped(to: [d, d])
    return GaussianApproximation(mean: mean, scale: rest + diagonal.diagonalMatrix())
  }

  /// The parameters of a Gaussian.
  func parameters(of gaussian: GaussianApproximation) -> Tensor {
    let d = gaussian.mean.count
    let isDiagonal = gaussian.scale.rank == 1
    let diagonal = log(isDiagonal ? gaussian.scale : gaussian.scale.diagonal())
    guard self == .fullRank else { return .concatenated([gaussian.mean, diagonal]) }
    let places = (0..<d).flatMap { row in (0..<row).map { row * d + $0 } }
    let rest =
      isDiagonal || d == 1
      ? Tensor.zeros([places.count], dtype: .float64)
      : gaussian.scale.reshaped(to: [d * d]).gathered(at: places, along: 0)
    return .concatenated([gaussian.mean, diagonal, rest])
  }
}
