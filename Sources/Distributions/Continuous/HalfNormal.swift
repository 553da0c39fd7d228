import Tensor

/// The half-normal distribution: the distribution of |X| for X from N(0, σ²).
public struct HalfNormal: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The scale σ.
  public let scale: Tensor

  /// Creates a distribution from σ > 0.
  public init(scale: Tensor) {
    self.scale = Parameters("HalfNormal", ("scale", scale, .positive, 0))[0]
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { scale.shape }
  /// The parameters' element type.
  public var dtype: DType { scale.dtype }
  /// The numbers of 0 or more.
  public var support: Support { .halfLine(dtype) }
  /// σ √(2/π).
  public var mean: Tensor { 0.7978845608028654 * scale }
  /// σ² (1 − 2/π).
  public var variance: Tensor { 0.36338022763241866 * square(scale) }
  /// ½ + ½ log(π/2) + log σ.
  public var entropy: Tensor { log(scale) + (0.5 + logRootTwoPi - log2) }

  /// |σ ε|.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    scale * abs(random.normal(shape + batchShape, dtype: dtype))
  }

  /// log 2 − x²/(2σ²) − log σ − ½ log 2π.
  public func logDensity(of x: Tensor) -> Tensor {
    density(of: x, where: isFiniteNonnegative(x), anchor: 0) {
      -0.5 * square($0 / scale) - (log(scale) + (logRootTwoPi - log2))
    }
  }

  /// erf(x/(σ√2)).
  public func cumulative(at x: Tensor) -> Tensor { erf(0.7071067811865476 * (relu(x) / scale)) }
  /// erfc(x/(σ√2)).
  public func survival(at x: Tensor) -> Tensor { erfc(0.7071067811865476 * (relu(x) / scale)) }
  /// −σ Φ⁻¹(½ (1 − p)).
  public func quantile(at p: Tensor) -> Tensor {
    -scale * normalQuantile(0.5 * (1 - p)) + 0 * level(p)
  }
  /// −σ Φ⁻¹(½ q).
  public func quantile(atUpper q: Tensor) -> Tensor {
    -scale * normalQuantile(0.5 * q) + 0 * level(q)
  }
}
