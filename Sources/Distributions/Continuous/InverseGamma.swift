import Tensor

/// The inverse gamma distribution, with density bᵃ x^(−a−1) e^−b/x/Γ(a) for x > 0: the distribution
/// of 1/X for a gamma variable X.
public struct InverseGamma: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The shape a.
  public let concentration: Tensor
  /// The scale b.
  public let scale: Tensor

  /// Creates a distribution from its shape a > 0 and scale b > 0, whose shapes broadcast.
  public init(concentration: Tensor, scale: Tensor) {
    let parameters = Parameters(
      "InverseGamma", ("concentration", concentration, .positive, 0), ("scale", scale, .positive, 0)
    )
    (self.concentration, self.scale) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { scale.shape }
  /// The parameters' element type.
  public var dtype: DType { scale.dtype }
  /// The numbers above 0.
  public var support: Support { .halfLine(dtype) }
  /// b/(a − 1); ∞ for a ≤ 1.
  public var mean: Tensor {
    existing(concentration .> 1, otherwise: .infinity, concentration, above: 1) { scale / ($0 - 1) }
  }
  /// b²/((a − 1)² (a − 2)); ∞ for a ≤ 2.
  public var variance: Tensor {
    existing(concentration .> 2, otherwise: .infinity, concentration, above: 2) {
      square(scale / ($0 - 1)) / ($0 - 2)
    }
  }
  /// a + log b + log Γ(a) − (1 + a) ψ(a).
  public var entropy: Tensor {
    gammaEntropy(concentration) + log(scale) - 2 * digamma(concentration)
  }

  /// b divided by gamma samples of rate 1, with gradients to both parameters.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    scale * exp(-random.logGamma(shape + batchShape, concentration: concentration))
  }

  /// a log b − log Γ(a) − (a + 1) log x − b/x.
  public func logDensity(of x: Tensor) -> Tensor {
    // Where b/x overflows, the density is 0, as at 0.
    let isNone = maximum(x .<= 0, stopGradient(scale / x) .>= .infinity)
    return density(of: x, where: isFiniteNonnegative(x) * (1 - isNone), anchor: scale) { x in
      gammaLogDensity(concentration, scale / x) { k, isTiny in
        k * (log(scale) - log(select(isTiny, x, Tensor(1, dtype: dtype))))
      } + (log(scale) - 2 * log(x))
    }
  }

  /// Q(a, b/x).
  public func cumulative(at x: Tensor) -> Tensor {
    let isAbove = x .> 0
    let t = scale / select(isAbove, x, Tensor(1, dtype: dtype))
    return select(isAbove, regularizedGammaQ(concentration, t), 0 * x)
  }
  /// P(a, b/x).
  public func survival(at x: Tensor) -> Tensor {
    let isAbove = x .> 0
    let t = scale / select(isAbove, x, Tensor(1, dtype: dtype))
    return select(isAbove, regularizedGammaP(concentration, t), 0 * x + 1)
  }
  /// b/Q⁻¹(a, p).
  public func quantile(at p: Tensor) -> Tensor {
    scale / regularizedGammaQInverse(concentration, p)
  }
  /// b/P⁻¹(a, q).
  public func quantile(atUpper q: Tensor) -> Tensor {
    scale / regularizedGammaPInverse(concentration, q)
  }
}

/// A moment that exists only for some parameters.
func existing(
  _ mask: Tensor, otherwise: Double, _ parameter: Tensor, above bound: Double,
  _ moment: (Tensor) -> Tensor
) -> Tensor {
  let safe = select(mask, parameter, Tensor(bound + 1, dtype: parameter.dtype))
  return select(mask, moment(safe), Tensor(otherwise, dtype: parameter.dtype))
}
