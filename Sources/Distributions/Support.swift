import Tensor

/// The set where a distribution's density is not 0.
public enum Support: Sendable {
  /// Numbers from `lower` to `upper`, each of a shape that broadcasts to the batch shape; either
  /// may be infinite.
  case interval(lower: Tensor, upper: Tensor)
  /// Integers from `lower` to `upper`, inclusive.
  case integers(lower: Tensor, upper: Tensor)
  /// Finitely many points, `batchShape + [count] + eventShape`.
  case points(Tensor)
  /// All vectors.
  case vectors
  /// Vectors of nonnegative numbers that sum to 1.
  case simplex
  /// Vectors with a single 1 among zeros.
  case oneHot
  /// Vectors of nonnegative integers that sum to the `total`.
  case counts(total: Tensor)
  /// Symmetric positive definite matrices.
  case positiveDefiniteMatrices
  /// All events whose elements lie in the inner support.
  indirect case independent(Support, eventRank: Int)
  /// The image of a support under a map, or a union of several supports.
  case other

  /// All numbers.
  static func line(_ dtype: DType) -> Support { interval(-.infinity, .infinity, dtype) }

  /// The nonnegative numbers.
  static func halfLine(_ dtype: DType) -> Support { interval(0, .infinity, dtype) }

  static func interval(_ lower: Double, _ upper: Double, _ dtype: DType) -> Support {
    .interval(lower: Tensor(lower, dtype: dtype), upper: Tensor(upper, dtype: dtype))
  }

  static func integers(_ lower: Double, _ upper: Double, _ dtype: DType) -> Support {
    .integers(lower: Tensor(lower, dtype: dtype), upper: Tensor(upper, dtype: dtype))
  }
}

extension Support {
  /// Whether it contains countably many events, which have probabilities rather than densities;
  /// `nil` if unknown.
  var isCountable: Bool? {
    switch self {
    case .integers, .points, .oneHot, .counts: true
    case .interval, .vectors, .simplex, .positiveDefiniteMatrices: false
    case .independent(let inner, _): inner.isCountable
    case .other: nil
    }
  }
}

/// The values of `function` where `isInside` is not 0, −∞ elsewhere, with gradients of 0 there.
///
/// - Parameters:
///   - anchor: A number inside the support, which replaces values outside when the function is
///     evaluated, so that the backward pass never computes 0 · ∞.
func density(
  of x: Tensor, where isInside: Tensor, anchor: Tensor, _ function: (Tensor) -> Tensor
) -> Tensor {
  let value = function(select(isInside, x, anchor))
  return select(isInside, value, Tensor(-Double.infinity, dtype: x.dtype))
}

/// The same with a number as the anchor.
func density(
  of x: Tensor, where isInside: Tensor, anchor: Double, _ function: (Tensor) -> Tensor
) -> Tensor {
  density(of: x, where: isInside, anchor: Tensor(anchor, dtype: x.dtype), function)
}

/// The values of a function at finite numbers and its limits at −∞ and ∞, with gradients of 0
/// there.
func limited(
  _ x: Tensor, first: Double, last: Double, _ function: (Tensor) -> Tensor
) -> Tensor {
  let isInfinite = abs(stopGradient(x)) .>= .infinity
  if !isInfinite.any() { return function(x) }
  func number(_ value: Double) -> Tensor { Tensor(value, dtype: x.dtype) }
  // Any number will do, provided it is not at the end of a support.
  let inside = function(select(isInfinite, number(0.4), x))
  return select(isInfinite, select(x .> 0, number(last), number(first)), inside)
}

/// The log-density of events outside the support: −∞, or NaN if an element is NaN.
func outsideLogDensity(of x: Tensor, eventRank: Int) -> Tensor {
  let hasNaN = isNaN(stopGradient(x)).summed(overLast: eventRank) .> 0
  return select(
    hasNaN, Tensor(Double.nan, dtype: x.dtype), Tensor(-Double.infinity, dtype: x.dtype))
}

/// 1 except where x < lower or x > upper; so 1 for NaN.
func isWithin(_ x: Tensor, _ lower: Tensor, _ upper: Tensor) -> Tensor {
  1 - maximum(x .< lower, x .> upper)
}

/// 1 except where x < lower or x > upper; so 1 for NaN.
func isWithin(_ x: Tensor, _ lower: Double, _ upper: Double) -> Tensor {
  1 - maximum(x .< lower, x .> upper)
}

/// 1 except where x is negative or +∞.
func isFiniteNonnegative(_ x: Tensor) -> Tensor {
  let largest =
    x.dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
  return isWithin(x, 0, largest)
}

/// 1 where x is an integer or NaN.
func isInteger(_ x: Tensor) -> Tensor {
  let x = abs(stopGradient(x))
  // From here on, neighbouring numbers are at least 1 apart, so adding it rounds to integers.
  let large = x.dtype == .float32 ? 0x1p23 : 0x1p52
  let isFraction = (x .< large) * (((x + large) - large) .!= x)
  return 1 - isFraction * (1 - isNaN(x))
}
