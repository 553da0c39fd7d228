import Tensor

/// Student's t distribution of vectors: the distribution of μ + z/√(g/ν) for z from N(0, Σ) and a
/// χ² variable g with ν degrees of freedom.
public struct MultivariateStudentT: KnownMoments, KnownEntropy, Reparameterized, Sendable {
  /// The degrees of freedom ν, of the batch shape.
  public let degreesOfFreedom: Tensor
  /// N(μ, Σ).
  public let normal: MultivariateNormal

  /// Creates a distribution from ν > 0, whose shape broadcasts to the batch shape, and N(μ, Σ),
  /// which determines location and scale.
  public init(degreesOfFreedom: Tensor, normal: MultivariateNormal) {
    let checked = Parameters(
      "MultivariateStudentT", ("degreesOfFreedom", degreesOfFreedom, .positive, 0))[0]
    precondition(
      Broadcast.shape(checked.shape, normal.batchShape) == normal.batchShape,
      "MultivariateStudentT: expected degrees of freedom that broadcast to \(normal.batchShape), found"
        + " \(checked.shape)")
    self.degreesOfFreedom = checked.broadcast(to: normal.batchShape)
    self.normal = normal
  }

  /// The normal distribution's batch shape.
  public var batchShape: [Int] { normal.batchShape }
  /// `[n]`.
  public var eventShape: [Int] { normal.eventShape }
  /// The normal distribution's element type.
  public var dtype: DType { normal.dtype }
  /// All vectors.
  public var support: Support { .vectors }
  /// μ; NaN for ν ≤ 1.
  public var mean: Tensor {
    select(degreesOfFreedom.expanded(at: -1) .> 1, normal.mean, Tensor(Double.nan, dtype: dtype))
  }
  /// Σᵢᵢ ν/(ν − 2); ∞ for ν in (1, 2], NaN for ν ≤ 1.
  public var variance: Tensor {
    let freedom = degreesOfFreedom.expanded(at: -1)
    let finite = existing(freedom .> 2, otherwise: .infinity, freedom, above: 2) {
      normal.variance * ($0 / ($0 - 2))
    }
    return select(freedom .> 1, finite, Tensor(Double.nan, dtype: dtype))
  }

  private var size: Double { Double(eventShape[0]) }

  /// log Γ(½ν) − log Γ(½(ν + n)) + ½ n log πν + ½ log det Σ.
  private var logNormalizer: Tensor {
    let half = 0.5 * degreesOfFreedom
    let rest = half * 0 + 0.5 * size
    return logBeta(half, rest) - logGamma(rest) + 0.5 * size * (log(degreesOfFreedom) + logPi)
      + 0.5 * normal.logDeterminant
  }

  /// ½ (ν + n) (ψ(½ (ν + n)) − ψ(½ ν)) plus the logarithm of the normaliser.
  public var entropy: Tensor {
    let half = 0.5 * degreesOfFreedom
    return (half + 0.5 * size) * digammaIncrease(half, 0.5 * size + 0 * half) + logNormalizer
  }

  /// μ + z/√(g/ν), with gradients to all parameters.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let centered = normal.sample(shape, using: random) - normal.mean
    let half = 0.5 * degreesOfFreedom
    let logarithm = random.logGamma(shape + batchShape, concentration: half)
    return normal.mean + centered * exp(0.5 * (log(half) - logarithm)).expanded(at: -1)
  }

  /// −½ (ν + n) log(1 + (x − μ)ᵀ Σ⁻¹ (x − μ)/ν) minus the logarithm of the normaliser.
  public func logDensity(of x: Tensor) -> Tensor {
    let distance = normal.squaredDistance(to: x)
    return -0.5 * (degreesOfFreedom + size) * log1p(distance / degreesOfFreedom) - logNormalizer
  }
}
