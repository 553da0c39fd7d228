import Foundation
import Testing

@testable import Tensor

#if arch(x86_64)
  /// The type of reference values: 64 bits of significand.
  typealias Wide = Float80
#else
  /// The type of reference values for float32.
  typealias Wide = Double
#endif

/// A function of some tensors of one shape, and its expected values.
struct PrecisionRow: Sendable, CustomTestStringConvertible {
  let name: String
  /// The elements of each tensor.
  let inputs: [[Double]]
  /// The largest error in units of the last place.
  let limit: Double
  /// The types for which the values hold.
  let dtypes: [DType]
  let function: @Sendable ([Tensor]) -> Tensor
  let reference: @Sendable ([[Wide]]) -> [Wide]
  var testDescription: String { name }

  init(
    _ name: String, _ inputs: [[Double]], limit: Double = 4,
    dtypes: [DType] = [.float32, .float64],
    _ function: @escaping @Sendable ([Tensor]) -> Tensor,
    reference: @escaping @Sendable ([[Wide]]) -> [Wide]
  ) {
    (self.name, self.inputs, self.limit, self.dtypes) = (name, inputs, limit, dtypes)
    (self.function, self.reference) = (function, reference)
  }

  /// A function of each element.
  static func map(
    _ name: String, _ x: [Double], _ function: @escaping @Sendable (Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Wide) -> Wide
  ) -> PrecisionRow {
    .init(name, [x], { function($0[0]) }) { $0[0].map(reference) }
  }

  /// A function of each pair of elements.
  static func zip(
    _ name: String, _ pairs: [(Double, Double)], limit: Double = 4,
    dtypes: [DType] = [.float32, .float64],
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Wide, Wide) -> Wide
  ) -> PrecisionRow {
    .init(
      name, [pairs.map(\.0), pairs.map(\.1)], limit: limit, dtypes: dtypes,
      { function($0[0], $0[1]) }
    ) {
      Swift.zip($0[0], $0[1]).map(reference)
    }
  }

  /// The errors larger than the limit, each with its position.
  func failures(_ dtype: DType) -> [String] {
    let tensors = inputs.map { Tensor($0, dtype: dtype) }
    let found = function(tensors)
    let expected = reference(tensors.map { $0.doubles.map { Wide($0) } })
    guard found.count == expected.count else {
      return ["\(name): \(found.count) results for \(expected.count)"]
    }
    return Swift.zip(found.doubles, expected).enumerated().compactMap { index, pair in
      let error = Self.error(of: pair.0, pair.1, dtype)
      if error <= limit { return nil }
      let place = tensors.map { index < $0.count ? $0.doubles[index] : .nan }
      return "\(name), \(dtype), \(place): \(pair.0) for \(pair.1), \(error) units"
    }
  }

  /// The error of a value, in units of the last place.
  ///
  /// An expected value that is denormal may be flushed to zero.
  static func error(of found: Double, _ expected: Wide, _ dtype: DType) -> Double {
    if !expected.isFinite { return found == Double(expected) ? 0 : .infinity }
    let magnitude = Double(Swift.abs(expected))
    let (unit, smallest) =
      dtype == .float32
      ? (Double(Float(magnitude).ulp), Double(Float.leastNormalMagnitude))
      : (magnitude.ulp, Double.leastNormalMagnitude)
    if magnitude < smallest { return Swift.abs(found) <= smallest ? 0 : .infinity }
    return Double(Swift.abs(Wide(found) - expected)) / unit
  }
}

// MARK: - The formulas, in forms without cancellation

func wideSigmoid(_ x: Wide) -> Wide {
  let e = exp(-Swift.abs(x))
  return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

func wideSoftplus(_ x: Wide) -> Wide { max(x, 0) + log1p(exp(-Swift.abs(x))) }

/// softplus(l) − l t.
func wideCrossEntropy(_ l: Wide, _ t: Wide) -> Wide {
  let side = l > 0 ? 1 - t : t
  return (side == 0 ? 0 : Swift.abs(l) * side) + log1p(exp(-Swift.abs(l)))
}

/// σ(l) − t; for small logits (σ(l) − ½) − (t − ½), where the second is exact.
func wideResidual(_ l: Wide, _ t: Wide) -> Wide {
  if Swift.abs(l) < 0.5 && t >= 0.25 && t <= 1 { return tanh(l / 2) / 2 - (t - 0.5) }
  return l > 0 ? (1 - t) - wideSigmoid(-l) : wideSigmoid(l) - t
}

/// σ′(l).
func wideSlope(_ l: Wide) -> Wide { wideSigmoid(l) * wideSigmoid(-l) }

/// eᵛ − 1 − v.
func wideRemainder(_ v: Wide) -> Wide {
  if v == .infinity { return v }
  if Swift.abs(v) > 0.5 { return expm1(v) - v }
  var (term, sum): (Wide, Wide) = (v, 0)
  for k in 2...24 {
    term *= v / Wide(k)
    sum += term
  }
  return sum
}

/// KL(Bernoulli(a) ‖ Bernoulli(b)) of two logits.
func wideBernoulliDivergence(_ a: Wide, _ b: Wide) -> Wide {
  if a > 0 { return wideBernoulliDivergence(-a, -b) }
  let (p, d) = (wideSigmoid(a), b - a)
  if Swift.abs(d) > 0.25 { return wideSoftplus(b) - wideSoftplus(a) - p * d }
  // log(1 + z) − z = −z²/2 + z³/3 − …
  let z = p * expm1(d)
  var (power, logarithm): (Wide, Wide) = (z, 0)
  for k in 2...60 {
    power *= -z
    logarithm += power / Wide(k)
  }
  return p * wideRemainder(d) + logarithm
}

/// The largest logit, and the logarithm of the sum of the exponentials of all logits minus it.
func wideLogSum(_ logits: [Wide]) -> (largest: Wide, logSum: Wide) {
  guard let largest = logits.max(), let place = logits.firstIndex(of: largest) else {
    return (-.infinity, 0)
  }
  let others = logits.enumerated().filter { $0.offset != place }.map { exp($0.element - largest) }
  return (largest, log1p(others.reduce(0, +)))
}

func wideLogSoftmax(_ logits: [Wide]) -> [Wide] {
  let (largest, logSum) = wideLogSum(logits)
  return logits.map { ($0 - largest) - logSum }
}

func wideSoftmax(_ logits: [Wide]) -> [Wide] { wideLogSoftmax(logits).map { exp($0) } }

/// 1 − p of a class, as the sum of the others.
func wideComplement(_ probabilities: [Wide], _ index: Int) -> Wide {
  probabilities.enumerated().filter { $0.offset != index }.map(\.element).reduce(0, +)
}
