import Tensor

/// The exponential distribution, with density λ e^−λx for x ≥ 0.
public struct Exponential: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The rate λ, the inverse of the mean.
  public let rate: Tensor

  /// Creates a distribution from its rate λ > 0.
  public init(rate: Tensor) {
    self.rate = Parameters("Exponential", ("rate", rate, .positive, 0))[0]
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { rate.shape }
  /// The parameters' element type.
  public var dtype: DType { rate.dtype }
  /// The numbers of 0 or more.
  public var support: Support { .halfLine(dtype) }
  /// 1/λ.
  public var mean: Tensor { 1 / rate }
  /// 1/λ².
  public var variance: Tensor { 1 / square(rate) }
  /// 1 − log λ.
  public var entropy: Tensor { 1 - log(rate) }

  /// e/λ with e drawn at rate 1.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.exponential(shape + batchShape, rate: rate)
  }

  /// log λ − λ x.
  public func logDensity(of x: Tensor) -> Tensor {
    density(of: x, where: isFiniteNonnegative(x), anchor: 1) { log(rate) - rate * $0 }
  }

  /// 1 − e^−λx.
  public func cumulative(at x: Tensor) -> Tensor { -expm1(-rate * relu(x)) }
  /// e^−λx.
  public func survival(at x: Tensor) -> Tensor { exp(-rate * relu(x)) }
  /// −log(1 − p)/λ.
  public func quantile(at p: Tensor) -> Tensor { -log1p(-p) / rate + 0 * level(p) }
  /// −log q/λ.
  public func quantile(atUpper q: Tensor) -> Tensor { -log(q) / rate + 0 * level(q) }
}
