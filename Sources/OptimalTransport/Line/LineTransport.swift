import Tensor

// On the line the ordered plan is optimal for every convex cost: W_p^p(μ, ν) = ∫₀¹ |F_μ⁻ − F_ν⁻|^p dq (Villani
// 2003, theorem 2.18).

/// W_p^p between two sets of points on the line, in O(n log n): the sum of mass times |x − y|^p, p
/// ≥ 1.
///
/// ```swift
/// let x = Tensor([0, 1], dtype: .float64), y = Tensor([3, 5], dtype: .float64)
/// try lineTransportCost(x, y, p: 1)   // 3.5
/// ```
///
/// - Parameters:
///   - x: Points, `[n]`.
///   - y: The other points, `[m]`.
///   - sourceWeights: `[n]`; 1/n each by default.
///   - targetWeights: `[m]`, with the same sum as the source's.
///   - p: The exponent of the distance.
/// - Throws: ``TransportError``.
public func lineTransportCost(
  _ x: Tensor, _ y: Tensor, sourceWeights: Tensor? = nil, targetWeights: Tensor? = nil,
  p: Double = 1
) throws -> Double {
  try checkExponent(p)
  let (x, a) = try sortedLine(x, sourceWeights, .source)
  let (y, b) = try sortedLine(y, targetWeights, .target)
  if a == nil && b == nil && x.count == y.count {
    return x.withDoubleBuffer { x in
      y.withDoubleBuffer { y in meanPower(of: x, minus: y, p) }
    }
  }
  let (weights, others) = try filledWeights(a, x.count, b, y.count)
  var sum = ExactSum()
  x.withDoubleBuffer { x in
    y.withDoubleBuffer { y in
      forEachOrderedPart(weights, others) { i, j, mass in sum.add(mass * power(x[i] - y[j], p)) }
    }
  }
  return sum.value
}

/// The ordered plan between two sets of points on the line, optimal for |x − y|^p with any p ≥ 1.
///
/// For p > 1 every optimal plan is ordered; for p = 1 there may be others.
///
/// - Parameters: As those of ``lineTransportCost(_:_:sourceWeights:targetWeights:p:)``.
/// - Returns: A plan with at most n + m − 1 entries, indexed by the points' places in `x` and `y`.
/// - Throws: ``TransportError``.
public func lineTransportPlan(
  _ x: Tensor, _ y: Tensor, sourceWeights: Tensor? = nil, targetWeights: Tensor? = nil
) throws -> TransportPlan {
  let (_, a) = try sortedLine(x, sourceWeights, .source)
  let (_, b) = try sortedLine(y, targetWeights, .target)
  let (weights, others) = try filledWeights(a, x.count, b, y.count)
  let (rows, columns) = (x.argsorted(), y.argsorted())
  var entries: [TransportPlan.Entry] = []
  forEachOrderedPart(weights, others) { i, j, mass in
    entries.append(.init(row: rows[i], column: columns[j], mass: mass))
  }
  return TransportPlan(entries: entries, rowCount: x.count, columnCount: y.count)
}

/// W_p between any two distributions on the line that have quantiles: sets of points, densities, or
/// one of each.
///
/// Between the jumps of the two quantile functions, |F_μ⁻ − F_ν⁻|^p is integrated adaptively, to
/// about ten digits. Between two sets of points, the integral is a sum.
///
/// - Throws: ``TransportError/badExponent(_:)``.
public func wassersteinDistance(
  _ source: some LineDistribution, _ target: some LineDistribution, p: Double = 1
) throws -> Double {
  try checkExponent(p)
  let ends = [0] + orderedUnion(source.steps, target.steps) + [1]
  let areSteps = source is SortedPoints && target is SortedPoints
  let parts = zip(ends, ends.dropFirst()).map { start, end in
    if areSteps {
      let middle = 0.5 * (start + end)
      return (end - start) * power(source.quantile(middle) - target.quantile(middle), p)
    }
    return AdaptiveIntegral(from: start, to: end, absoluteTolerance: 1e-14) { q in
      power(source.quantile(q) - target.quantile(q), p)
    }.value
  }
  return rooted(exactSum(parts), p)
}

/// The ordered map T = F_ν⁻ ∘ F_μ, which is optimal for every p ≥ 1 if μ has no atoms.
///
/// If μ consists of points, there may be no optimal map; then T sends each point to the end of the
/// quantiles that it covers.
public func monotoneMap(
  from source: some LineDistribution, to target: some LineDistribution
) -> @Sendable (Double) -> Double {
  { target.quantile(source.cumulative($0)) }
}

// MARK: - Helpers

func checkExponent(_ p: Double) throws {
  if !(p >= 1 && p.isFinite) { throw TransportError.badExponent(p) }
}

/// |x|^p.
func power(_ x: Double, _ p: Double) -> Double {
  if p == 1 { return Swift.abs(x) }
  if p == 2 { return x * x }
  return pow(Tensor(Swift.abs(x), dtype: .float64), p).scalar
}

/// x^(1/p) of a number that is not negative.
func rooted(_ x: Double, _ p: Double) -> Double {
  if p == 1 || x == 0 { return x }
  if p == 2 { return x.squareRoot() }
  return pow(Tensor(x, dtype: .float64), 1 / p).scalar
}

/// Fills in missing weights, and scales the second measure, up to rounding, to the mass of the
/// first.
func filledWeights(
  _ a: Tensor?, _ n: Int, _ b: Tensor?, _ m: Int
) throws -> (source: [Double], target: [Double]) {
  let a = a ?? Tensor(filledWith: 1 / Double(n), [n], dtype: .float64)
  let b = b ?? Tensor(filledWith: 1 / Double(m), [m], dtype: .float64)
  try checkSums(a, b)
  return (a.doubles, b.doubles)
}

/// Calls `body` with each piece of the ordered plan between weights, in the order of the points.
///
/// Mass left over by rounding goes to the last piece.
@inline(__always)
func forEachOrderedPart(
  _ source: [Double], _ target: [Double], _ body: (_ i: Int, _ j: Int, _ mass: Double) -> Void
) {
  var (i, j) = (0, 0)
  var (supply, room) = (source[0], target[0])
  while true {
    let mass = min(supply, room)
    if mass > 0 { body(i, j, mass) }
    supply -= mass
    room -= mass
    if supply <= 0 {
      i += 1
      if i == source.count { return }
      supply = source[i]
    }
    if room <= 0 {
      j += 1
      if j == target.count { return }
      room = target[j]
    }
  }
}

private func orderedUnion(_ a: [Double], _ b: [Double]) -> [Double] {
  var union: [Double] = []
  for value in (a + b).sorted() where value > union.last ?? 0 && value < 1 { union.append(value) }
  return union
}

/// The mean of |x − y|^p.
private func meanPower(
  of x: UnsafeBufferPointer<Double>, minus y: UnsafeBufferPointer<Double>, _ p: Double
) -> Double {
  if p != 1 && p != 2 {
    let differences = Tensor(zip(x, y).map { $0 - $1 }, shape: [x.count], dtype: .float64)
    return pow(abs(differences), p).mean().scalar
  }
  var lanes = SIMD8<Double>(repeating: 0)
  var place = 0
  while place + 8 <= x.count {
    var difference = SIMD8<Double>(repeating: 0)
    for lane in 0..<8 { difference[lane] = x[place + lane] - y[place + lane] }
    lanes +=
      p == 2
      ? difference * difference
      : difference.replacing(
        with: -difference, where: difference .< 0)
    place += 8
  }
  var sum = lanes.sum()
  for rest in place..<x.count { sum += power(x[rest] - y[rest], p) }
  return sum / Double(x.count)
}

extension Tensor {
  /// Calls `body` with the elements of a float64 tensor.
  func withDoubleBuffer<Result>(
    _ body: (UnsafeBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    try converted(to: .float64).withUnsafeBytes { try body($0.bindMemory(to: Double.self)) }
  }
}
