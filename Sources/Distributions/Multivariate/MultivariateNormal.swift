import Tensor

/// The normal distribution N(μ, Σ) of vectors.
///
/// It keeps the covariance in the form given, by its factor, by the precision's factor or by its
/// diagonal, and never inverts it.
public struct MultivariateNormal: KnownMoments, KnownEntropy, Reparameterized, Sendable {
  /// The mean μ, `batchShape + [n]`.
  public let mean: Tensor
  /// The representation of the covariance.
  let scale: Scale

  /// The representations of Σ.
  enum Scale: Sendable {
    /// Σ = L Lᵀ.
    case covariance(CholeskyFactor)
    /// Σ⁻¹ = L Lᵀ.
    case precision(CholeskyFactor)
    /// The roots of the diagonal of Σ, `batchShape + [n]`.
    case diagonal(Tensor)
  }

  private init(_ mean: Tensor, _ other: Tensor, eventRank: Int, _ scale: (Tensor) -> Scale) {
    let parameters = Parameters(
      "MultivariateNormal", ("mean", mean, .real, 1),
      (eventRank == 1 ? "standardDeviations" : "matrix", other, .real, eventRank))
    let size = parameters[0].shape[parameters.batchShape.count]
    precondition(
      parameters[1].shape.suffix(eventRank).allSatisfy { $0 == size },
      "MultivariateNormal: expected a scale for vectors of \(size), found \(other.shape)")
    (self.mean, self.scale) = (parameters[0], scale(parameters[1]))
  }

  /// Creates a distribution from its mean `[…, n]` and a lower triangular factor L of the
  /// covariance L Lᵀ, `[…, n, n]`, with a positive diagonal; elements above it are ignored.
  public init(mean: Tensor, choleskyFactor lower: Tensor) {
    self.init(mean, lower, eventRank: 2) { .covariance(CholeskyFactor(lower: $0)) }
  }

  /// Creates a distribution from its mean `[…, n]` and the factored covariance.
  public init(mean: Tensor, factor: CholeskyFactor) {
    self.init(mean: mean, choleskyFactor: factor.lower)
  }

  /// Creates a distribution from its mean `[…, n]` and covariance Σ, `[…, n, n]`.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)`` and
  ///   ``/Tensor/LinearAlgebraError/notFinite(operation:index:)``.
  public init(mean: Tensor, covariance: Tensor) throws {
    self.init(mean: mean, factor: try CholeskyFactor(of: covariance))
  }

  /// Creates a distribution from its mean `[…, n]` and precision Σ⁻¹, `[…, n, n]`.
  ///
  /// - Throws: ``/Tensor/LinearAlgebraError/notPositiveDefinite(operation:minor:index:)`` and
  ///   ``/Tensor/LinearAlgebraError/notFinite(operation:index:)``.
  public init(mean: Tensor, precision: Tensor) throws {
    let lower = try CholeskyFactor(of: precision).lower
    self.init(mean, lower, eventRank: 2) { .precision(CholeskyFactor(lower: $0)) }
  }

  /// Creates a distribution of independent components from μ and their σ > 0, both `[…, n]`.
  public init(mean: Tensor, standardDeviations: Tensor) {
    _ = Parameters("MultivariateNormal", ("standardDeviations", standardDeviations, .positive, 1))
    self.init(mean, standardDeviations, eventRank: 1) { .diagonal($0) }
  }

  /// N(0, I) for vectors of n numbers.
  public static func standard(_ n: Int, dtype: DType = .float64) -> MultivariateNormal {
    MultivariateNormal(
      mean: .zeros([n], dtype: dtype), standardDeviations: .ones([n], dtype: dtype))
  }

  /// The leading axes of the mean and the scale, broadcast.
  public var batchShape: [Int] { Array(mean.shape.dropLast()) }
  /// `[n]`.
  public var eventShape: [Int] { [mean.shape[mean.rank - 1]] }
  /// The mean's element type.
  public var dtype: DType { mean.dtype }
  /// All vectors.
  public var support: Support { .vectors }
}

extension MultivariateNormal {
  /// The same distributions repeated to a larger batch shape.
  func broadcast(to batchShape: [Int]) -> MultivariateNormal {
    if batchShape == self.batchShape { return self }
    let vectors = batchShape + eventShape
    let wide = mean.broadcast(to: vectors)
    func repeated(_ factor: CholeskyFactor) -> Tensor {
      factor.lower.broadcast(to: vectors + eventShape)
    }
    return switch scale {
    case .covariance(let factor):
      MultivariateNormal(wide, repeated(factor), eventRank: 2) {
        .covariance(CholeskyFactor(lower: $0))
      }
    case .precision(let factor):
      MultivariateNormal(wide, repeated(factor), eventRank: 2) {
        .precision(CholeskyFactor(lower: $0))
      }
    case .diagonal(let deviations):
      MultivariateNormal(wide, deviations.broadcast(to: vectors), eventRank: 1) { .diagonal($0) }
    }
  }
}

// MARK: - Covariance

extension MultivariateNormal {
  /// The covariance Σ, `batchShape + [n, n]`.
  public var covariance: Tensor {
    switch scale {
    case .covariance(let factor): factor.lower.matmul(factor.lower, transposeRight: true)
    case .precision(let factor): factor.inverse()
    case .diagonal(let deviations): square(deviations).diagonalMatrix()
    }
  }

  /// The precision Σ⁻¹, `batchShape + [n, n]`.
  public var precision: Tensor {
    switch scale {
    case .covariance(let factor): factor.inverse()
    case .precision(let factor): factor.lower.matmul(factor.lower, transposeRight: true)
    case .diagonal(let deviations): (1 / square(deviations)).diagonalMatrix()
    }
  }

  /// The diagonal of Σ, `batchShape + [n]`.
  public var variance: Tensor {
    switch scale {
    case .covariance(let factor): square(factor.lower).sum(along: -1)
    case .precision(let factor): factor.inverse().diagonal()
    case .diagonal(let deviations): square(deviations)
    }
  }

  /// log det Σ, of the batch shape.
  public var logDeterminant: Tensor {
    switch scale {
    case .covariance(let factor): factor.logDeterminant
    case .precision(let factor): -factor.logDeterminant
    case .diagonal(let deviations): 2 * log(deviations).sum(along: -1)
    }
  }

  /// W b with WᵀW = Σ⁻¹, for columns `batchShape + [n, m]`.
  func whitened(_ b: Tensor) -> Tensor {
    switch scale {
    case .covariance(let factor): factor.whitened(b)
    case .precision(let factor): factor.lower.matmul(b, transposeLeft: true)
    case .diagonal(let deviations): b / deviations.expanded(at: -1)
    }
  }

  /// R b with R Rᵀ = Σ, for columns `batchShape + [n, m]`.
  func colored(_ b: Tensor) -> Tensor {
    switch scale {
    case .covariance(let factor): factor.lower.matmul(b)
    case .precision(let factor):
      // Σ = L⁻ᵀ L⁻¹, and L⁻ᵀ b = Σ L b.
      factor.solve(factor.lower.matmul(b))
    case .diagonal(let deviations): deviations.expanded(at: -1) * b
    }
  }

  /// R with R Rᵀ = Σ, `batchShape + [n, n]`.
  var root: Tensor {
    switch scale {
    case .covariance(let factor): factor.lower
    case .diagonal(let deviations): deviations.diagonalMatrix()
    case .precision:
      colored(
        Tensor.identity(eventShape[0], dtype: dtype).broadcast(
          to: batchShape + eventShape + eventShape))
    }
  }
}

// MARK: - Density and samples

extension MultivariateNormal {
  /// μ + R ε with ε drawn from N(0, I).
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let noise = random.normal(shape + batchShape + eventShape, dtype: dtype)
    if case .diagonal(let deviations) = scale { return mean + deviations * noise }
    let columns = BatchFirst(
      noise, batchShape: batchShape, eventShape: eventShape, "MultivariateNormal.sample")
    return mean + columns.restoredEvents(colored(columns.values), eventShape)
  }

  /// −½ ((x − μ)ᵀ Σ⁻¹ (x − μ) + log det Σ + n log 2π).
  public func logDensity(of x: Tensor) -> Tensor {
    let constant = 0.5 * logDeterminant + Double(eventShape[0]) * logRootTwoPi
    return -0.5 * squaredDistance(to: x) - constant
  }

  /// The squared Mahalanobis distance (x − μ)ᵀ Σ⁻¹ (x − μ), of the log-density's shape.
  public func squaredDistance(to x: Tensor) -> Tensor {
    if case .diagonal(let deviations) = scale {
      return square((x - mean) / deviations).sum(along: -1)
    }
    let columns = BatchFirst(
      x - mean, batchShape: batchShape, eventShape: eventShape, "MultivariateNormal")
    return columns.restored(square(whitened(columns.values)).sum(along: -2))
  }

  /// ½ (log det Σ + n log 2π + n).
  public var entropy: Tensor {
    0.5 * logDeterminant + Double(eventShape[0]) * (0.5 + logRootTwoPi)
  }
}
