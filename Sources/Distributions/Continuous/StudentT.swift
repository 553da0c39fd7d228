import Tensor

/// Student's t distribution with ν degrees of freedom, a location and a scale.
public struct StudentT: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The degrees of freedom ν.
  public let degreesOfFreedom: Tensor
  /// The median μ.
  public let location: Tensor
  /// The scale s.
  public let scale: Tensor

  /// Creates a distribution from ν > 0, its location and its scale > 0, whose shapes broadcast.
  public init(degreesOfFreedom: Tensor, location: Tensor, scale: Tensor) {
    let parameters = Parameters(
      "StudentT", ("degreesOfFreedom", degreesOfFreedom, .positive, 0),
      ("location", location, .real, 0), ("scale", scale, .positive, 0))
    (self.degreesOfFreedom, self.location, self.scale) = (
      parameters[0], parameters[1], parameters[2]
    )
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { scale.shape }
  /// The parameters' element type.
  public var dtype: DType { scale.dtype }
  /// All numbers.
  public var support: Support { .line(dtype) }
  /// μ; NaN for ν ≤ 1.
  public var mean: Tensor {
    select(degreesOfFreedom .> 1, location, Tensor(Double.nan, dtype: dtype))
  }
  /// s² ν/(ν − 2); ∞ for ν in (1, 2], NaN for ν ≤ 1.
  public var variance: Tensor {
    let finite = existing(
      degreesOfFreedom .> 2, otherwise: .infinity, degreesOfFreedom, above: 2
    ) { square(scale) * ($0 / ($0 - 2)) }
    return select(degreesOfFreedom .> 1, finite, Tensor(Double.nan, dtype: dtype))
  }
  /// ½ (ν + 1) (ψ(½ (ν + 1)) − ψ(½ ν)) + log(√ν B(½ ν, ½)) + log s.
  public var entropy: Tensor {
    let half = 0.5 * degreesOfFreedom
    return (half + 0.5) * digammaIncrease(half, Tensor(0.5, dtype: dtype)) + logNormalizer
  }

  /// log(s √ν B(½ ν, ½)).
  private var logNormalizer: Tensor {
    let half = 0.5 * degreesOfFreedom
    return 0.5 * log(degreesOfFreedom) + logBeta(half, half * 0 + 0.5) + log(scale)
  }

  /// A normal sample divided by the root of a χ² one, with gradients to all parameters.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.studentT(
      shape + batchShape, degreesOfFreedom: degreesOfFreedom, location: location, scale: scale)
  }

  /// −½ (ν + 1) log(1 + z²/ν) − log(s √ν B(½ ν, ½)) with z = (x − μ)/s.
  public func logDensity(of x: Tensor) -> Tensor {
    let z = (x - location) / scale
    return -0.5 * (degreesOfFreedom + 1) * logOnePlusSquare(z, degreesOfFreedom) - logNormalizer
  }

  /// Half of I(½ ν, ½) at ν/(ν + z²) below μ, 1 minus its mirror image above.
  public func cumulative(at x: Tensor) -> Tensor {
    studentTail((x - location) / scale, degreesOfFreedom)
  }
  /// The mirror image of the distribution function.
  public func survival(at x: Tensor) -> Tensor {
    studentTail((location - x) / scale, degreesOfFreedom)
  }
  /// Computed from the quantile of the beta distribution of z²/(ν + z²).
  public func quantile(at p: Tensor) -> Tensor {
    location + scale * studentQuantile(p, degreesOfFreedom)
  }
  /// The quantile of the mirror image at q, mirrored.
  public func quantile(atUpper q: Tensor) -> Tensor {
    location - scale * studentQuantile(q, degreesOfFreedom)
  }
}

/// log(1 + z²/ν), even where z² overflows.
func logOnePlusSquare(_ z: Tensor, _ freedom: Tensor) -> Tensor {
  let isFar = abs(z) .> (z.dtype == .float32 ? 1e15 : 1e150)
  if !isFar.any() { return log1p(square(z) / freedom) }
  let near = log1p(square(select(isFar, z * 0, z)) / freedom)
  let far = 2 * log(abs(select(isFar, z, z * 0 + 1))) - log(freedom)
  return select(isFar, far, near)
}

/// P(T ≤ z) for Student's t with ν degrees of freedom (Abramowitz and Stegun 26.5.27).
private func studentTail(_ z: Tensor, _ freedom: Tensor) -> Tensor {
  // At 0 the two factors of the derivative are 0 and ∞; next to it their product is right.
  let beside = select(z .== Tensor(0, dtype: z.dtype), z + 1e-18, z)
  let squared = square(beside)
  let half = 0.5 * freedom + 0 * squared
  let isFar = squared .> freedom
  let far = regularizedBeta(
    select(isFar, 1 / (1 + squared / freedom), 0 * half + 0.5), half, 0 * half + 0.5)
  let inner = select(isFar, freedom + 0 * squared, squared)
  let near = regularizedBeta(inner / (freedom + inner), 0 * half + 0.5, half)
  let lower = 0.5 * select(isFar, far, 1 - near)
  return select(z .<= 0, lower, 1 - lower)
}

private func studentQuantile(_ p: Tensor, _ freedom: Tensor) -> Tensor {
  let lower = minimum(p, 1 - p) + 0 * freedom
  let half = 0.5 * freedom + 0 * lower
  let isTail = lower .< 0.25
  let x = regularizedBetaInverse(select(isTail, 2 * lower, 0 * half + 0.5), half, 0 * half + 0.5)
  let w = regularizedBetaInverse(
    select(isTail, 0 * half + 0.5, 1 - 2 * lower), 0 * half + 0.5, half)
  let ratio = select(isTail, (1 - x) / x, w / (1 - w))
  return -sqrt(freedom * ratio) * sign(0.5 - p) + 0 * level(p)
}
