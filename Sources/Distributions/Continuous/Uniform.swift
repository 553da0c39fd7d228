import Tensor

/// The uniform distribution on [lower, upper].
public struct Uniform: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The smallest number.
  public let lower: Tensor
  /// The largest number.
  public let upper: Tensor

  /// Creates a distribution from its ends, the lower one below the upper one, whose shapes broadcast.
  public init(lower: Tensor, upper: Tensor) {
    let parameters = Parameters("Uniform", ("lower", lower, .real, 0), ("upper", upper, .real, 0))
    precondition(
      !(parameters[0] .>= parameters[1]).any(),
      "Uniform: expected lower ends below the upper ones, found \(lower) and \(upper)")
    (self.lower, self.upper) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { lower.shape }
  /// The parameters' element type.
  public var dtype: DType { lower.dtype }
  /// The interval.
  public var support: Support { .interval(lower: lower, upper: upper) }
  private var width: Tensor { upper - lower }
  /// The midpoint.
  public var mean: Tensor { 0.5 * lower + 0.5 * upper }
  /// (upper − lower)²/12.
  public var variance: Tensor { square(width) / 12 }
  /// log(upper − lower).
  public var entropy: Tensor { log(width) }

  /// lower + (upper − lower) u with u uniform on [0, 1).
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    lower + width * random.uniform(shape + batchShape, dtype: dtype)
  }

  /// −log(upper − lower).
  public func logDensity(of x: Tensor) -> Tensor {
    density(of: x, where: isWithin(x, lower, upper), anchor: lower) { $0 * 0 - log(width) }
  }

  /// (x − lower)/(upper − lower).
  public func cumulative(at x: Tensor) -> Tensor {
    (minimum(maximum(x, lower), upper) - lower) / width
  }

  /// (upper − x)/(upper − lower).
  public func survival(at x: Tensor) -> Tensor {
    (upper - minimum(maximum(x, lower), upper)) / width
  }

  /// lower + (upper − lower) p.
  public func quantile(at p: Tensor) -> Tensor { lower + width * level(p) }
  /// The point of the interval at level 1 − q.
  public func quantile(atUpper q: Tensor) -> Tensor { upper - width * level(q) }
}

/// A probability, or NaN for a number that is not one.
func level(_ p: Tensor) -> Tensor {
  select(isWithin(p, 0, 1), p, Tensor(Double.nan, dtype: p.dtype))
}
