import CKernels
import Testing

@testable import Tensor

/// Integers that both element types represent exactly, so that 128-bit integers give the exact mean
/// and variance.
private struct IntegerSample: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let values: [Int]
  let mean: Double
  /// Σ (x − μ)² / n = (n Σ x² − (Σ x)²) / n².
  let variance: Double
  /// x − μ.
  let deviations: Tensor

  /// About N(0, 577²), moved by `offset`; the first value is `outlier` standard deviations away.
  init(_ count: Int, outlier: Double = 0, offset: Int = 0, seed: UInt64 = 1) {
    testDescription = "\(count) values, the first at \(outlier) σ, about \(offset)"
    let random = Random(seed: seed)
    values = (0..<count).map { index in
      offset
        + (index == 0 && outlier > 0 ? Int(outlier * 577) : random.integer(below: 2_000) - 1_000)
    }
    // The sums are below 2⁵³, and those of the squares below 2⁶³.
    var (sum, squares) = (0, 0)
    values.withUnsafeBufferPointer { values in
      for value in values {
        sum += value
        squares += value * value
      }
    }
    let n = Int128(count)
    mean = Double(sum) / Double(count)
    let spread = n * Int128(squares) - Int128(sum) * Int128(sum)
    variance = Double(spread) / Double(n * n)
    // n x − Σ x is below 2⁵³ where deviations are compared.
    deviations =
      (Tensor(values.map(Double.init), dtype: .float64) * Double(count) - Double(sum))
      / Double(count)
  }

  /// The values, `[count]`.
  func tensor(_ dtype: DType) -> Tensor { Tensor(values.map(Double.init), dtype: dtype) }
}

private let samples: [IntegerSample] =
  [10, 30, 100, 300, 1_000].flatMap { outlier in
    [7, 64, 128, 5_000].map { IntegerSample($0, outlier: outlier) }
  } + [
    IntegerSample(1_000_003, outlier: 1_000), IntegerSample(70_001, offset: 577_000),
    IntegerSample(40, offset: 1 << 23), IntegerSample(100_000, outlier: 1_000, offset: -500_000),
    IntegerSample(2), IntegerSample(1, offset: 12_345),
  ]

/// Lengths around those of blocks and vectors.
private let lengths = [1, 2, 3, 7, 8, 9, 63, 255, 1_000, 16_384, 16_389, 100_003]

private let constants = [
  12_345.678, 1.0 / 3, 0.1, -0.7, 1e6, 255, 1e30, -3.3e38, 1e-30, 7e-38, 16_777_217,
]

@Suite struct MomentsTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_kernels_named(name, false) != nil }

  private func units(_ found: Double, _ exact: Double, _ dtype: DType) -> Double {
    if found == exact { return 0 }
    let ulp = dtype == .float32 ? Double(Float(exact).ulp) : exact.ulp
    return Swift.abs(found - exact) / ulp
  }

  /// Each instruction set's loops over a row and over columns, no two of which are equal.
  @Test(arguments: samples, [DType.float32, .float64])
  fileprivate func loopsAgainstTheExactValue(_ sample: IntegerSample, _ dtype: DType) throws {
    let n = sample.values.count
    if n > 100_000 { return }
    let row = sample.tensor(dtype).expanded(at: 1)
    for columns in [1, 3, 8, 21] where columns == 1 || n <= 5_000 {
      let x = row + Tensor((0..<columns).map { Double(3 * $0) }, dtype: dtype)
      for name in Self.instructionSets {
        let kernel = try #require(ck_kernels_named(name, dtype == .float64)).pointee.moments
        var means = [Double](repeating: 0, count: columns)
        var squares = means
        kernel(x.pointer, n, columns, &means, &squares)
        for column in 0..<columns {
          let mean = sample.mean + Double(3 * column)
          let scale = Swift.max(Swift.abs(mean), sample.variance.squareRoot())
          #expect(Swift.abs(means[column] - mean) <= 2e-15 * scale, "\(name)")
          let error = Swift.abs(squares[column] / (sample.variance * Double(n)) - 1)
          #expect(n == 1 ? squares[column] == 0 : error < 1e-9, "\(name)")
        }
        var alone = [Double](repeating: 0, count: columns)
        kernel(x.pointer, n, columns, &alone, nil)
        #expect(alone == means, "\(name)")
      }
    }
  }

  /// For any layout of the elements, and any number of threads.
  @Test(arguments: samples, [DType.float32, .float64])
  fileprivate func varianceAndMeanOfEveryLayout(_ sample: IntegerSample, _ dtype: DType) {
    let row = sample.tensor(dtype)
    let n = row.count
    var layouts: [(Tensor, [Int])] = [(row, [0])]
    if n <= 100_000 {
      let pair = Tensor.stacked([row, row + 1], along: 1)
      layouts += [(pair, [0]), (pair.transposed(), [1]), (pair.reshaped(to: [n, 1, 2]), [0, 1])]
      if n % 8 == 0 {
        layouts += [(pair.reshaped(to: [8, n / 8, 2]), [0, 1])]
        layouts += [(pair.reshaped(to: [8, n / 8, 2]).permuted(to: [0, 2, 1]), [0, 2])]
      }
    }
    if n <= 5_000 {
      let channels = Tensor.stacked((0..<19).map { row + Double($0) }, along: 1)
      layouts += [(channels, [0]), (Tensor.stacked([channels, channels]), [1])]
    }
    let deviation = sample.variance.squareRoot()
    for (x, axes) in layouts {
      let variances = x.variance(along: axes).doubles
      let worst = variances.map { units($0, sample.variance, dtype) }.max() ?? .nan
      #expect(worst <= 4, "\(x.shape) along \(axes)")
      let mean = x.mean(along: axes).doubles[0]
      let ulp = dtype == .float32 ? Double(Float(1).ulp) : 1.0.ulp
      #expect(
        Swift.abs(mean - sample.mean) <= ulp * Swift.max(Swift.abs(sample.mean), deviation),
        "\(x.shape) along \(axes)")
      if n >= 5_000 {
        expectSameAtAnyNumberOfThreads {
          x.variance(along: axes).doubles + [x.mean(along: axes).doubles[0]]
        }
      }
    }
  }

  @Test(arguments: samples, [DType.float32, .float64])
  fileprivate func batchNormsVarianceIsAsExact(_ sample: IntegerSample, _ dtype: DType) {
    let n = sample.values.count
    if n == 1 || n > 5_000 { return }
    let row = sample.tensor(dtype)
    let exact = (sample.deviations / sample.variance.squareRoot()).expanded(at: 1)
    for channels in [1, 5, 8, 40] {
      let x = Tensor.stacked((0..<channels).map { row + Double($0) }, along: 1)
      let one = Tensor.ones([channels], dtype: dtype)
      let (y, mean, variance) = batchNormalized(x, scale: one, shift: one * 0, epsilon: 0)
      #expect(variance == x.variance(along: 0))
      #expect(mean == x.mean(along: 0))
      let error = abs(y.converted(to: .float64) - exact) / maximum(abs(exact), exact * 0 + 1)
      #expect(error.max().scalar < (dtype == .float32 ? 3e-7 : 5e-16))
    }
  }

  @Test(arguments: constants, [DType.float32, .float64])
  func equalElementsHaveTheirValueAsMeanAndNoVariance(_ constant: Double, _ dtype: DType) {
    let value = Tensor(constant, dtype: dtype).scalar
    for n in lengths {
      let row = Tensor(filledWith: constant, [n], dtype: dtype)
      #expect(row.mean().scalar == value && row.variance().scalar == 0, "\(n)")
      #expect(row.centered(along: [0]) == row * 0, "\(n)")
      let columns = Tensor(filledWith: constant, [n, 3], dtype: dtype)
      #expect(columns.mean(along: 0) == Tensor(filledWith: constant, [3], dtype: dtype), "\(n)")
      #expect(columns.variance(along: 0) == Tensor.zeros([3], dtype: dtype), "\(n)")
      #expect(normalized(columns, along: [0, 1], epsilon: 1e-5) == columns * 0, "\(n)")
    }
    let grid = Tensor(filledWith: constant, [3, 50, 2, 70], dtype: dtype)
    #expect(grid.variance(along: [0, 2]).doubles.allSatisfy { $0 == 0 })
    #expect(grid.mean(along: [1, 3]).doubles.allSatisfy { $0 == value })
  }

  /// Deviations of a unit in the last place from a mean that the type cannot represent.
  @Test(arguments: [DType.float32, .float64])
  func whatIsLeftOfCloseElementsHasAllItsDigits(_ dtype: DType) {
    let ulp = dtype == .float32 ? Double(Float(12_345.678).ulp) : 12_345.678.ulp
    let base = Tensor(12_345.678, dtype: dtype).scalar
    let x = Tensor((0..<100).map { base + ($0 % 4 == 0 ? ulp : 0) }, shape: [100], dtype: dtype)
    let y = x.centered(along: [0]).doubles
    #expect(Swift.abs(y[0] / (0.75 * ulp) - 1) < 1e-6 && Swift.abs(y[1] / (0.25 * ulp) + 1) < 1e-6)
    #expect(Swift.abs(x.variance().scalar / (0.1875 * ulp * ulp) - 1) < 1e-6)
    for z in normalized(x, along: [0], epsilon: 0).doubles {
      #expect(
        Swift.min(Swift.abs(z - 3.0.squareRoot()), Swift.abs(z + 1 / 3.0.squareRoot())) < 1e-6)
    }
  }

  @Test func largeElements() {
    let x = Tensor([3e38, 3e38, -3e38, 3e38])
    #expect(x.mean().scalar == Double(Float(1.5e38)))
    #expect(x.variance().scalar == .infinity, "no float is as large")
    let y = normalized(Tensor([1e30, -1e30, 1e30, -1e30]), along: [0], epsilon: 1e-5)
    #expect(y == Tensor([1, -1, 1, -1]))
    #expect(Tensor([1e308, 1e308, 1e308], dtype: .float64).mean().scalar == 1e308)
  }

  @Test(arguments: [DType.float32, .float64])
  func infiniteElementsAndNone(_ dtype: DType) {
    func mean(_ values: [Double]) -> Double {
      Tensor(values, shape: [values.count], dtype: dtype).mean().scalar
    }
    let long = [Double](repeating: 1, count: 40_000)
    #expect(mean([1, .infinity]) == .infinity && mean([-.infinity] + long) == -.infinity)
    #expect(mean([.infinity, -.infinity]).isNaN && mean([.infinity] + long + [-.infinity]).isNaN)
    #expect(mean([1, .nan, .infinity]).isNaN && mean([]).isNaN)
    #expect(Tensor([1, .infinity], dtype: dtype).variance().scalar.isNaN)
    let empty = Tensor.zeros([3, 0], dtype: dtype)
    #expect(empty.mean(along: 1).doubles.allSatisfy { $0.isNaN } && empty.mean(along: 0).count == 0)
    #expect(empty.variance(along: 1).doubles.allSatisfy { $0.isNaN })
    #expect(Tensor([1, 2], dtype: dtype).variance(correction: 2).scalar == .infinity)
    #expect(Tensor([1, 2], dtype: dtype).variance(correction: 3).scalar == .infinity)
    #expect(Tensor([1], dtype: dtype).variance(correction: 1).scalar.isNaN)
  }

  /// A gradient with respect to a factor of an empty mean.
  @Test func theSecondGradientOfAnEmptyMeanIsZero() {
    for reduce: (Tensor) -> Tensor in [
      { $0.mean() }, { $0.mean(along: 1).sum() }, { $0.variance() },
      { $0.variance(along: 1).sum() },
    ] {
      let second = gradient(at: Tensor([1, 2, 3], dtype: .float64)) { w in
        let first = gradient(at: Tensor.zeros([3, 0], dtype: .float64)) { x in
          reduce(x) * w.sum()
        }
        return first.sum() + w.sum() * 0
      }
      #expect(second.doubles == [0, 0, 0])
    }
  }

  @Test func gradientsOfNormalisation() {
    for (shape, axes) in [([5], [0]), ([3, 4], [-1]), ([3, 4], [0]), ([2, 3, 2, 2], [1, 3])] {
      let random = Random(seed: 6)
      let weight = random.normal(shape, dtype: .float64)
      let check = checkGradient(
        of: { sin(normalized($0[0], along: axes, epsilon: 0.1)) * weight },
        at: [random.normal(shape, dtype: .float64)])
      #expect(check.passes(), "\(shape) along \(axes): \(check)")
      let centered = checkGradient(
        of: { square($0[0].centered(along: axes)) * weight },
        at: [random.normal(shape, dtype: .float64)])
      #expect(centered.passes(), "\(shape) along \(axes): \(centered)")
    }
  }
}
