import Tensor

/// A distribution of numbers given that they lie in an interval, whose ends belong to it.
public struct Truncated<Base: KnownQuantile>: KnownQuantile {
  /// The distribution without the condition.
  public let base: Base
  /// The smallest number.
  public let lower: Tensor
  /// The largest number.
  public let upper: Tensor

  /// Conditions a distribution on [lower, upper], whose shapes broadcast to its batch shape and which has
  /// some of its mass; either end may be infinite.
  public init(_ base: Base, lower: Tensor, upper: Tensor) {
    let parameters = Parameters("Truncated", ("lower", lower, .real, 0), ("upper", upper, .real, 0))
    precondition(
      Broadcast.shape(parameters.batchShape, base.batchShape) == base.batchShape
        && !(parameters[0] .> parameters[1]).any() && parameters.dtype == base.dtype,
      "Truncated: expected ascending ends for a batch of \(base.batchShape), found \(lower) and"
        + " \(upper)")
    self.base = base
    self.lower = parameters[0].broadcast(to: base.batchShape)
    self.upper = parameters[1].broadcast(to: base.batchShape)
  }

  /// The base's.
  public var batchShape: [Int] { base.batchShape }
  /// The base's.
  public var dtype: DType { base.dtype }
  /// What of the base's support lies in the interval.
  public var support: Support {
    switch base.support {
    case .interval(let first, let last):
      .interval(lower: maximum(first, lower), upper: minimum(last, upper))
    case .integers(let first, let last):
      .integers(lower: maximum(first, edge + 1), upper: minimum(last, upper))
    case let support: support
    }
  }

  /// What the numbers have to be above: for integers the last one below the interval.
  private var edge: Tensor {
    guard case .integers = base.support else { return lower }
    let bounded = relu(lower)
    return floored(bounded) + (bounded .> floored(bounded)) - 1
  }

  /// log P(lower ≤ X ≤ upper) of the base.
  public var logMass: Tensor { base.logProbability(above: edge, to: upper) }

  /// By inversion of the distribution function.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    if let normal = base as? Normal {
      return random.truncatedNormal(
        shape + batchShape, mean: stopGradient(normal.mean),
        standardDeviation: stopGradient(normal.standardDeviation), lower: stopGradient(lower),
        upper: stopGradient(upper))
    }
    return stopGradient(quantile(at: random.uniform(shape + batchShape, dtype: dtype)))
  }

  /// The base's, less the logarithm of the mass.
  public func logDensity(of x: Tensor) -> Tensor {
    density(
      of: x, where: isWithin(x, lower, upper), anchor: stopGradient(quantile(at: 0.5 + 0 * lower))
    ) { base.logDensity(of: $0) - logMass }
  }

  /// The share of the mass up to x.
  public func cumulative(at x: Tensor) -> Tensor {
    let bounded = minimum(maximum(x, edge), upper)
    return select(x .< lower, 0 * x, exp(base.logProbability(above: edge, to: bounded) - logMass))
  }

  /// The share of the mass above x.
  public func survival(at x: Tensor) -> Tensor {
    let bounded = minimum(maximum(x, edge), upper)
    return select(
      x .< lower, 0 * x + 1, exp(base.logProbability(above: bounded, to: upper) - logMass))
  }

  /// The base's quantile at the mass below the interval and p of that in it.
  public func quantile(at p: Tensor) -> Tensor {
    let share = base.cumulative(at: edge) + level(p) * exp(logMass)
    let quantile = base.quantile(at: minimum(share, 0 * share + 1))
    return minimum(maximum(quantile, lower), upper)
  }
}

extension Truncated: Sendable where Base: Sendable {}
