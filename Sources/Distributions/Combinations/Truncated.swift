import Tensor

/// A distribution of numbers conditioned on an interval, including its ends.
public struct Truncated<Base: KnownQuantile>: KnownQuantile {
  /// The distribution without the condition.
  public let base: Base
  /// The smallest number.
  public let lower: Tensor
  /// The largest number.
  public let upper: Tensor

  /// Conditions a distribution on [lower, upper], whose shapes broadcast to its batch shape and
  /// which must contain some of its mass; either end may be infinite.
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

  /// The base's batch shape.
  public var batchShape: [Int] { base.batchShape }
  /// The base's element type.
  public var dtype: DType { base.dtype }
  /// The part of the base's support in the interval.
  public var support: Support {
    switch base.support {
    case .interval(let first, let last):
      .interval(lower: maximum(first, lower), upper: minimum(last, upper))
    case .integers(let first, let last):
      .integers(lower: maximum(first, edge + 1), upper: minimum(last, upper))
    case let support: support
    }
  }

  /// The exclusive lower bound: for integers the last one below the interval.
  private var edge: Tensor {
    guard hasIntegers else { return lower }
    let bounded = relu(lower)
    return floored(bounded) + (bounded .> floored(bounded)) - 1
  }

  /// log P(lower ≤ X ≤ upper) of the base.
  public var logMass: Tensor { base.logProbability(above: edge, to: upper) }

  /// Samples by inversion of the distribution function; samples are constants for gradients.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    if let normal = base as? Normal {
      return random.truncatedNormal(
        shape + batchShape, mean: stopGradient(normal.mean),
        standardDeviation: stopGradient(normal.standardDeviation), lower: stopGradient(lower),
        upper: stopGradient(upper))
    }
    return stopGradient(quantile(at: random.uniform(shape + batchShape, dtype: dtype)))
  }

  /// The base's log-density minus the logarithm of the mass.
  public func logDensity(of x: Tensor) -> Tensor {
    let isInside = isWithin(x, lower, upper)
    let value = base.logDensity(of: moved(x, where: 1 - isInside)) - logMass
    return select(isInside, value, Tensor(-Double.infinity, dtype: dtype))
  }

  /// The share of the mass up to x.
  public func cumulative(at x: Tensor) -> Tensor {
    let isOutside = isAtNoMass(x)
    let inner = moved(x, where: isOutside)
    let share = exp(base.logProbability(above: edge, to: inner) - logMass)
    return select(isOutside, x .>= upper, share)
  }

  /// The share of the mass above x.
  public func survival(at x: Tensor) -> Tensor {
    let isOutside = isAtNoMass(x)
    let inner = moved(x, where: isOutside)
    let share = exp(base.logProbability(above: inner, to: upper) - logMass)
    return select(isOutside, x .< upper, share)
  }

  /// 1 where the interval has nothing below x, or nothing above it.
  private func isAtNoMass(_ x: Tensor) -> Tensor {
    maximum(maximum(x .< lower, x .<= edge), x .>= upper)
  }

  /// x, replaced by the median where the mask says so.
  private func moved(_ x: Tensor, where mask: Tensor) -> Tensor {
    if !mask.any() { return x }
    let median = quantile(at: Tensor(filledWith: 0.5, batchShape, dtype: dtype))
    return select(mask, stopGradient(median), x)
  }

  /// The base's quantile for the mass below the interval plus the share p of the mass inside, or
  /// from above where that mass is smaller and more accurate.
  public func quantile(at p: Tensor) -> Tensor {
    let (p, mass) = (level(p), exp(logMass))
    let below = limited(edge, first: 0, last: 1) { base.cumulative(at: $0) } + p * mass
    let above = limited(upper, first: 1, last: 0) { base.survival(at: $0) } + (1 - p) * mass
    let (half, all) = (0 * below + 0.5, 0 * below + 1)
    let isUpper = hasIntegers ? 0 * stopGradient(below) : above .< 0.5
    // Near the smallest numbers, a mass has no digits left to distinguish levels within it.
    let isFar = hasIntegers ? 0 * isUpper : stopGradient(logMass + 0 * below) .< -600
    let (isBelow, isAbove) = ((1 - isUpper) * (1 - isFar), isUpper * (1 - isFar))
    let fromBelow = base.quantile(at: select(isBelow, minimum(below, all), half))
    let fromAbove = base.quantile(atUpper: select(isAbove, above, half))
    let usual = minimum(maximum(select(isUpper, fromAbove, fromBelow), lower), upper)
    return isFar.any() ? select(isFar, farQuantile(at: p), usual) : usual
  }

  /// The quantile if only the logarithm of the mass is known: by bisection of the distribution
  /// function, followed by two Newton steps, through which gradients flow to second order.
  private func farQuantile(at p: Tensor) -> Tensor {
    let level = stopGradient(p + 0 * logMass)
    var (low, high) = brackets(level)
    for _ in 0..<120 {
      let middle = 0.5 * (low + high)
      let isBelow = stopGradient(share(upTo: middle)) .< level
      (low, high) = (select(isBelow, middle, low), select(isBelow, high, middle))
    }
    var x = 0.5 * (low + high)
    for _ in 0..<2 { x = x + (p - share(upTo: x)) / exp(base.logDensity(of: x) - logMass) }
    return select(level .>= 1, upper, minimum(maximum(x, lower), upper))
  }

  /// Two numbers that bracket the quantile: the ends, one of which may have to be searched for.
  private func brackets(_ level: Tensor) -> (low: Tensor, high: Tensor) {
    let (lower, upper) = (stopGradient(lower + 0 * level), stopGradient(upper + 0 * level))
    let (hasLow, hasHigh) = (lower .> -Double.infinity, upper .< Double.infinity)
    var width = 1.0
    while width < 1e300 {
      let low = select(hasLow, lower, upper - width)
      let high = select(hasHigh, upper, lower + width)
      let isOutside = maximum(
        (1 - hasLow) * (stopGradient(share(upTo: low)) .> level),
        (1 - hasHigh) * (stopGradient(share(upTo: high)) .< level))
      if !isOutside.any() { return (low, high) }
      width *= 2
    }
    return (lower, upper)
  }

  /// The share of the mass up to a number within the interval.
  private func share(upTo x: Tensor) -> Tensor {
    exp(base.logProbability(above: edge, to: x) - logMass)
  }

  private var hasIntegers: Bool {
    if case .integers = base.support { return true }
    return false
  }
}

extension Truncated: Sendable where Base: Sendable {}
