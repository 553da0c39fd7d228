import Tensor

/// The Laplace distribution, with density e^(−|x − μ|/b)/(2b).
public struct Laplace: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The mean μ.
  public let location: Tensor
  /// The scale b.
  public let scale: Tensor

  /// Creates a distribution from its location and scale > 0, whose shapes broadcast.
  public init(location: Tensor, scale: Tensor) {
    let parameters = Parameters(
      "Laplace", ("location", location, .real, 0), ("scale", scale, .positive, 0))
    (self.location, self.scale) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { scale.shape }
  /// The parameters' element type.
  public var dtype: DType { scale.dtype }
  /// All numbers.
  public var support: Support { .line(dtype) }
  /// μ.
  public var mean: Tensor { location }
  /// 2 b².
  public var variance: Tensor { 2 * square(scale) }
  /// 1 + log 2b.
  public var entropy: Tensor { log(scale) + (1 + log2) }

  /// μ + b z with z drawn for μ = 0 and b = 1.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.laplace(shape + batchShape, location: location, scale: scale)
  }

  /// −|x − μ|/b − log 2b.
  public func logDensity(of x: Tensor) -> Tensor {
    -abs((x - location) / scale) - (log(scale) + log2)
  }

  /// ½ e^(x − μ)/b below μ, 1 minus its mirror image above.
  public func cumulative(at x: Tensor) -> Tensor { tail((x - location) / scale) }
  /// The mirror image of the distribution function.
  public func survival(at x: Tensor) -> Tensor { tail((location - x) / scale) }
  /// μ + b log 2p for p ≤ ½, μ − b log 2(1 − p) above.
  public func quantile(at p: Tensor) -> Tensor { location + scale * standardQuantile(p) }
  /// The quantile of the mirror image at q, mirrored.
  public func quantile(atUpper q: Tensor) -> Tensor { location - scale * standardQuantile(q) }

  private func standardQuantile(_ p: Tensor) -> Tensor {
    let isLow = p .<= 0.5
    let logarithm = log(2 * select(isLow, p, 1 - p))
    return select(isLow, logarithm, -logarithm) + 0 * level(p)
  }

  private func tail(_ z: Tensor) -> Tensor {
    let half = 0.5 * exp(-abs(z))
    return select(z .<= 0, half, 1 - half)
  }
}
