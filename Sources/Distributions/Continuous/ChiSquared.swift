import Tensor

/// The χ² distribution with ν degrees of freedom: the sum of ν squared standard normal numbers.
public struct ChiSquared: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The degrees of freedom ν.
  public let degreesOfFreedom: Tensor
  private let gamma: Gamma

  /// Creates a distribution from ν > 0.
  public init(degreesOfFreedom: Tensor) {
    self.degreesOfFreedom =
      Parameters("ChiSquared", ("degreesOfFreedom", degreesOfFreedom, .positive, 0))[0]
    gamma = Gamma(
      concentration: 0.5 * degreesOfFreedom, rate: Tensor(0.5, dtype: degreesOfFreedom.dtype))
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { degreesOfFreedom.shape }
  /// The parameters' element type.
  public var dtype: DType { degreesOfFreedom.dtype }
  /// The numbers of 0 or more.
  public var support: Support { gamma.support }
  /// ν.
  public var mean: Tensor { degreesOfFreedom }
  /// 2 ν.
  public var variance: Tensor { 2 * degreesOfFreedom }
  /// The entropy of a gamma distribution with shape ν/2 and rate ½.
  public var entropy: Tensor { gamma.entropy }
  /// Gamma samples with shape ν/2 and rate ½.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    gamma.sample(shape, using: random)
  }
  /// The log-density of a gamma distribution with shape ν/2 and rate ½.
  public func logDensity(of x: Tensor) -> Tensor { gamma.logDensity(of: x) }
  /// P(ν/2, x/2).
  public func cumulative(at x: Tensor) -> Tensor { gamma.cumulative(at: x) }
  /// Q(ν/2, x/2).
  public func survival(at x: Tensor) -> Tensor { gamma.survival(at: x) }
  /// 2 P⁻¹(ν/2, p).
  public func quantile(at p: Tensor) -> Tensor { gamma.quantile(at: p) }
  /// 2 Q⁻¹(ν/2, q).
  public func quantile(atUpper q: Tensor) -> Tensor { gamma.quantile(atUpper: q) }
}
