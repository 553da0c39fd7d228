import Tensor

/// The beta distribution on [0, 1], with density xᵃ⁻¹ (1 − x)ᵇ⁻¹/B(a, b).
public struct Beta: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The power a of x.
  public let a: Tensor
  /// The power b of 1 − x.
  public let b: Tensor

  /// Creates a distribution from a > 0 and b > 0, whose shapes broadcast.
  public init(_ a: Tensor, _ b: Tensor) {
    let parameters = Parameters("Beta", ("a", a, .positive, 0), ("b", b, .positive, 0))
    (self.a, self.b) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { a.shape }
  /// The parameters' element type.
  public var dtype: DType { a.dtype }
  /// [0, 1].
  public var support: Support { .interval(0, 1, dtype) }
  /// a/(a + b).
  public var mean: Tensor { a / (a + b) }
  /// a b/((a + b)² (a + b + 1)).
  public var variance: Tensor {
    let n = a + b
    return (a / n) * (b / n) / (n + 1)
  }
  /// log B(a, b) − (a − 1) ψ(a) − (b − 1) ψ(b) + (a + b − 2) ψ(a + b).
  public var entropy: Tensor { betaEntropy(a, b) }

  /// The share of one gamma sample in the sum of two, with gradients to both parameters.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.beta(shape + batchShape, a, b)
  }

  /// (a − 1) log x + (b − 1) log(1 − x) − log B(a, b); the limit at the ends.
  public func logDensity(of x: Tensor) -> Tensor {
    density(of: x, where: isWithin(x, 0, 1), anchor: 0.5) { betaLogDensity(a, b, $0) }
  }

  /// Iₓ(a, b).
  public func cumulative(at x: Tensor) -> Tensor { regularizedBeta(clamp(x, to: 0...1), a, b) }
  /// I₁₋ₓ(b, a), or 1 − Iₓ(a, b) where that is more accurate.
  public func survival(at x: Tensor) -> Tensor {
    let below = cumulative(at: x)
    // The rounding error of 1 − x is multiplied by the density.
    let isLow = maximum(below .< 0.5, stopGradient(logDensity(of: x)) .> 0)
    let inner = select(isLow, Tensor(0.5, dtype: dtype), clamp(x, to: 0...1))
    return select(isLow, 1 - below, regularizedBeta(1 - inner, b, a))
  }
  /// The x with Iₓ(a, b) = p.
  public func quantile(at p: Tensor) -> Tensor { regularizedBetaInverse(p, a, b) }
  /// 1 minus the quantile of the mirror image.
  public func quantile(atUpper q: Tensor) -> Tensor { 1 - regularizedBetaInverse(q, b, a) }
}
