import Tensor

/// Weighted points, Σᵢ aᵢ δ(xᵢ): a measure that discrete transport starts from or leads to.
///
/// The weights need not sum to one, but two measures must have the same sum if mass is to move
/// between them.
public struct DiscreteMeasure: Sendable {
  /// The points x, `[n, d]`.
  public let points: Tensor
  /// Their weights a ≥ 0, `[n]`, in the points' type.
  public let weights: Tensor

  /// The number of points.
  public var count: Int { points.shape[0] }
  /// The number of coordinates of each point.
  public var dimension: Int { points.shape[1] }

  /// Creates a measure from points and their weights.
  ///
  /// - Parameters:
  ///   - points: `[n, d]`, or `[n]` for points on the line.
  ///   - weights: `[n]`; 1/n for every point by default.
  public init(points: Tensor, weights: Tensor? = nil) {
    precondition(
      points.rank == 1 || points.rank == 2,
      "DiscreteMeasure: expected points [n, d] or [n], found \(points.shape)")
    let n = points.shape[0]
    self.points = points.rank == 1 ? points.reshaped(to: [n, 1]) : points
    self.weights =
      weights ?? Tensor(filledWith: 1 / Double(max(n, 1)), [n], dtype: points.dtype)
    precondition(
      self.weights.shape == [n] && self.weights.dtype == points.dtype,
      "DiscreteMeasure: expected weights \(points.dtype)[\(n)], found"
        + " \(self.weights.dtype)\(self.weights.shape)")
  }

  /// Throws if a point has a coordinate that is not finite, or if a weight is invalid.
  func check(_ side: TransportError.Side) throws {
    try checkWeights(weights, side)
    if !points.isFinite {
      let place = points.doubles.firstIndex { !$0.isFinite } ?? 0
      throw TransportError.badPoint(side, index: place / dimension)
    }
  }
}

/// Throws unless the weights are finite, non-negative and not all zero.
///
/// - Returns: The sum of the weights.
@discardableResult
func checkWeights(_ weights: Tensor, _ side: TransportError.Side) throws -> Double {
  let values = weights.doubles
  if values.isEmpty { throw TransportError.empty(side) }
  if let index = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
    throw TransportError.badWeight(side, index: index, value: values[index])
  }
  let sum = exactSum(values)
  if sum == 0 { throw TransportError.noMass(side) }
  return sum
}

/// Throws unless both are valid measures in the same space and with the same mass.
func check(_ source: DiscreteMeasure, _ target: DiscreteMeasure) throws {
  try source.check(.source)
  try target.check(.target)
  if source.dimension != target.dimension {
    throw TransportError.differentDimensions(source: source.dimension, target: target.dimension)
  }
  try checkSums(source.weights, target.weights)
}

/// Throws unless the weights of two measures are valid and have the same sum.
///
/// The sums may differ by rounding: by 1e-9 of the sum, or by 1e-5 if either is float32.
func checkSums(_ source: Tensor, _ target: Tensor) throws {
  let (a, b) = (try checkWeights(source, .source), try checkWeights(target, .target))
  let tolerance = source.dtype == .float32 || target.dtype == .float32 ? 1e-5 : 1e-9
  if !(Swift.abs(a - b) <= tolerance * max(a, b)) {
    throw TransportError.unequalSums(source: a, target: b)
  }
}

/// A sum that adds up its rounding errors separately (Neumaier 1974).
struct ExactSum {
  private var (sum, rest) = (0.0, 0.0)

  var value: Double { sum + rest }

  @inline(__always)
  mutating func add(_ value: Double) {
    let next = sum + value
    rest += Swift.abs(sum) >= Swift.abs(value) ? (sum - next) + value : (value - next) + sum
    sum = next
  }
}

/// The sum of numbers, correct to its last digit or nearly so.
///
/// Eight sums run side by side, since a single one would have to wait for each addition.
func exactSum(_ values: [Double]) -> Double {
  var (sums, rests) = (SIMD8<Double>(repeating: 0), SIMD8<Double>(repeating: 0))
  let whole = values.count / 8 * 8
  values.withUnsafeBytes { bytes in
    for place in stride(from: 0, to: whole, by: 8) {
      let value = bytes.loadUnaligned(fromByteOffset: 8 * place, as: SIMD8<Double>.self)
      // The lost part, whichever operand is larger (Knuth, The Art of Computer Programming 2,
      // 4.2.2).
      let next = sums + value
      let part = next - sums
      rests += (sums - (next - part)) + (value - part)
      sums = next
    }
  }
  var total = ExactSum()
  for lane in 0..<8 { total.add(sums[lane]) }
  for value in values[whole...] { total.add(value) }
  for lane in 0..<8 { total.add(rests[lane]) }
  return total.value
}
