import Testing

@testable import Tensor

/// A range, the number of draws from it, and their known properties.
struct RangeRow: Sendable, CustomTestStringConvertible {
  let range: Range<Double>
  let dtype: DType
  var count = 20_000
  /// Whether the numbers' mean should be that of the range, which requires more than a few numbers
  /// in it.
  var hasMean = true
  var testDescription: String { "\(range) \(dtype)" }
}

private let ordinary: [Range<Double>] = [
  0..<1, -1..<1, -0.05..<0.05, 240..<290, 1..<2, -2 ..< -1, -1..<0, 0.3..<0.7, 0.1..<0.9, 0..<3,
]

private let rows: [RangeRow] =
  ordinary.map { RangeRow(range: $0, dtype: .float32) }
  + ordinary.map { RangeRow(range: $0, dtype: .float64) } + unusual

private let unusual: [RangeRow] = [
  // Few numbers of the type are between the bounds, and all are close to the upper one.
  .init(range: 1e6..<1e6 + 1, dtype: .float32),
  .init(range: -1e6 - 1 ..< -1e6, dtype: .float32),
  .init(range: 1e15..<1e15 + 1, dtype: .float64, hasMean: false),
  .init(range: 1..<1 + 0x1p-23, dtype: .float32, hasMean: false),
  .init(range: 1..<1 + 1e-10, dtype: .float32, hasMean: false),
  .init(range: 1..<1.0.nextUp, dtype: .float64, hasMean: false),
  .init(range: 0..<0x1p-1074, dtype: .float64, hasMean: false),
  // Ranges whose spans overflow.
  .init(range: -3e38..<3e38, dtype: .float32),
  .init(range: -1.7e308..<1.7e308, dtype: .float64),
  .init(
    range: -Double(Float.greatestFiniteMagnitude)..<Double(Float.greatestFiniteMagnitude),
    dtype: .float32),
  // Ranges whose spans, bounds, or parts of them, are denormal.
  .init(range: 0..<1e-40, dtype: .float32),
  .init(range: 1e-40..<2e-40, dtype: .float32),
  .init(range: -2e-40 ..< -1e-40, dtype: .float32),
  .init(range: 1e-40..<1, dtype: .float32),
  .init(range: -1 ..< -1e-40, dtype: .float32),
  .init(range: 0..<1e-36, dtype: .float32),
  .init(range: 0x1p-1030..<0x1p-1029, dtype: .float64),
  .init(range: -0x1p-1029..<0x1p-1030, dtype: .float64),
  .init(range: 0..<1e-300, dtype: .float64),
  // A product that rounds to the bound, which is 0.
  .init(range: -1e-3..<0, dtype: .float32, count: 2_000_000),
]

@Suite struct UniformRangeTests {
  @Test(arguments: rows)
  func liesInTheRange(_ row: RangeRow) {
    let random = Random(seed: 81)
    // In float64, where denormal numbers are not zero.
    let x = random.uniform([row.count], in: row.range, dtype: row.dtype).converted(to: .float64)
    #expect(row.range.contains(x.min().scalar) && row.range.contains(x.max().scalar))
    expectMean(x.mean().scalar, row)
    if row.dtype == .float64 {
      let single = (0..<row.count).map { _ in random.uniform(in: row.range) }
      #expect(single.allSatisfy { row.range.contains($0) })
      expectMean(single.reduce(0) { $0 + $1 / Double(row.count) }, row)
    }
  }

  private func expectMean(_ mean: Double, _ row: RangeRow) {
    guard row.hasMean else { return }
    let (lower, upper) = (row.range.lowerBound, row.range.upperBound)
    // Computed in parts, for spans that overflow.
    let error = Swift.abs(mean - (lower / 2 + upper / 2))
    #expect(error <= 0.02 * (upper / 2 - lower / 2), "\(mean)")
  }

  /// Both ends of the range, from the numbers in [0, 1) that map to them.
  @Test func theEndsAreReachedAndNotLeft() {
    let (first, last) = (0.0, 1 - 0x1p-24)
    let (low, high) = (Float(0.3), Float(0.7))
    let rows: [(range: Range<Double>, ends: [Double])] = [
      (1..<2, [1, 2 - 0x1p-23]),
      (1e6..<1_000_001, [1e6, 1_000_001 - 0x1p-4]),
      (-2 ..< -1, [-2, -1 - 0x1p-23]),
      (0.3..<0.7, [Double(low), Double(high)]),
      (-0.7 ..< -0.3, [-Double(high), -Double(low)]),
    ]
    for (range, ends) in rows {
      let x = UniformRange(range, .float32).scaled(Tensor([first, last])).doubles
      #expect(x == ends, "\(range): \(x)")
    }
    #expect(UniformRange(1..<2, .float64).scaled(last.nextUp) < 2)
    #expect(UniformRange(0x1p40..<0x1p40 + 0x1p-12, .float64).scaled(last) == 0x1p40)
  }

  /// If no bound is reached, the numbers are lower + (upper − lower) u, as before.
  @Test func ordinaryNumbersAreUnchanged() {
    let unit = Random(seed: 82).uniform([10_000])
    for bound in [0.01, 0.0714, 1.0, 2.5] {
      let x = Random(seed: 82).uniform([10_000], in: -bound..<bound)
      #expect(x == unit * (2 * bound) + -bound || x == unit.scaled(by: 2 * bound, plus: -bound))
    }
    let (random, other) = (Random(seed: 83), Random(seed: 83))
    for _ in 0..<100 { #expect(random.uniform(in: 15..<50) == 15 + 35 * other.uniform()) }
  }

  @Test func anEmptyRangeGivesItsBound() {
    #expect(Random(seed: 84).uniform([3], in: 0..<0).scalars == [0, 0, 0])
    #expect(Random(seed: 84).uniform([2], in: 1.5..<1.5).scalars == [1.5, 1.5])
    #expect(Random(seed: 84).uniform(in: 2..<2) == 2)
  }
}
