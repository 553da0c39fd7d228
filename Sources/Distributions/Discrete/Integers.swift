import Tensor

// Functions shared by distributions of integers.

/// −Σ p log p over the integers within 14 standard deviations of the mean, and 60 more on each
/// side.
func entropyBySum(of distribution: some Distribution, mean: Tensor, variance: Tensor) -> Tensor {
  let deviation = sqrt(stopGradient(variance))
  let reach = 14 * deviation.max().scalar + 60
  let start = floored(relu(stopGradient(mean) - reach))
  let count = Int(2 * reach) + 2
  let offsets = Tensor.range(0..<count, dtype: mean.dtype)
    .reshaped(to: [count] + mean.shape.map { _ in 1 })
  let logarithms = distribution.logDensity(of: start + offsets)
  return -(exp(logarithms) * finiteLogarithms(logarithms)).sum(along: 0)
}

/// A probability at ⌊k⌋ for k ≥ 0, `below` for negative k, and 1 − `below` for k so large that
/// nothing is above it; NaN stays NaN.
func integerProbability(_ k: Tensor, below: Double, _ probability: (Tensor) -> Tensor) -> Tensor {
  let isBelow = k .< 0
  let isHuge = k .> (k.dtype == .float32 ? 1e30 : 1e300)
  let isOutside = maximum(isNaN(k), maximum(isBelow, isHuge))
  let inside = probability(floored(select(isOutside, Tensor(0, dtype: k.dtype), k)))
  func number(_ value: Double) -> Tensor { Tensor(value, dtype: k.dtype) }
  let outside = select(
    isBelow, number(below), select(isHuge, number(1 - below), number(.nan)))
  return select(isOutside, outside, inside)
}

/// The smallest integer k ≥ 0 whose distribution function is at least p, by bisection between
/// integers.
///
/// Counts are small numbers, so few steps suffice; the derivative is 0.
func integerQuantile<D: KnownCumulative & KnownMoments>(of distribution: D, at p: Tensor) -> Tensor
{
  let p = stopGradient(p)
  let largest = p.dtype == .float32 ? 0x1p22 : 0x1p51
  let inner = select(isWithin(p, 0, 1) * (p .< 1), p, p * 0)
  let mean = stopGradient(distribution.mean)
  var lower = p * 0 + mean * 0 - 1
  var step = sqrt(stopGradient(distribution.variance)) + 1
  var upper = floored(mean + step) + p * 0
  while true {
    let isShort = (stopGradient(distribution.cumulative(at: upper)) .< inner) * (upper .< largest)
    if !isShort.any() { break }
    lower = select(isShort, upper, lower)
    step = 2 * step
    upper = select(isShort, floored(upper + step), upper)
  }
  while true {
    let middle = floored(0.5 * (lower + upper) + 1) - 1
    // Stops where the two are neighbours, as integers or as floating-point numbers.
    let isOpen = (middle .> lower) * (middle .< upper)
    if !isOpen.any() { break }
    let isBelow = stopGradient(distribution.cumulative(at: middle)) .< inner
    lower = select(isBelow * isOpen, middle, lower)
    upper = select((1 - isBelow) * isOpen, middle, upper)
  }
  guard case .integers(_, let last) = distribution.support else { return upper }
  let end = select(
    (p .>= 1) * (p .<= 1), last + 0 * select(isWithin(upper, 0, largest), upper, upper * 0), upper)
  return select(isWithin(p, 0, 1), end, Tensor(Double.nan, dtype: p.dtype))
}
