import Foundation
import Testing

@testable import Tensor

@Suite struct ScanTests {
  private typealias Row = (
    name: String, scan: @Sendable (Tensor, Int, Bool) -> Tensor,
    reduce: @Sendable ([Double]) -> Double
  )

  private static let scans: [Row] = [
    ("sum", { $0.cumulativeSum(along: $1, reversed: $2) }, { $0.reduce(0, +) }),
    ("product", { $0.cumulativeProduct(along: $1, reversed: $2) }, { $0.reduce(1, *) }),
    ("max", { $0.cumulativeMax(along: $1, reversed: $2) }, { $0.max() ?? .nan }),
    ("min", { $0.cumulativeMin(along: $1, reversed: $2) }, { $0.min() ?? .nan }),
    (
      "logSumExp", { $0.cumulativeLogSumExp(along: $1, reversed: $2) },
      { Foundation.log($0.map { Foundation.exp($0) }.reduce(0, +)) }
    ),
  ]

  @Test(arguments: [DType.float32, .float64])
  func againstNaiveLoops(_ dtype: DType) {
    let tolerance = dtype == .float32 ? 2e-6 : 1e-13
    for (shape, axis) in [
      ([1], 0), ([37], 0), ([3, 80], 1), ([70, 3], 0), ([2, 19, 150], 1), ([9, 17, 1], 1),
    ] {
      let x = Random(seed: 4).normal(shape, dtype: dtype)
      let (slices, values) = (Slices(x, along: axis), x.doubles)
      for (name, scan, reduce) in Self.scans {
        for isReversed in [false, true] {
          let found = scan(x, axis, isReversed).doubles
          for outer in 0..<slices.outer {
            for inner in [0, slices.inner - 1] {
              func place(_ i: Int) -> Int { (outer * slices.count + i) * slices.inner + inner }
              let line = (0..<slices.count).map { values[place($0)] }
              for i in 0..<slices.count {
                let expected = reduce(Array(isReversed ? line[i...] : line[...i]))
                let error = Swift.abs(found[place(i)] - expected)
                #expect(
                  error <= tolerance * Swift.max(1, Swift.abs(expected)),
                  "\(name) of \(shape) at \(i): \(found[place(i)]), not \(expected)")
              }
            }
          }
        }
      }
    }
  }

  @Test func valuesAsNumPyHasThem() {
    let x = Tensor([[3, -1, 2], [0.5, 4, -2]])
    #expect(x.cumulativeSum() == Tensor([[3, 2, 4], [0.5, 4.5, 2.5]]))
    #expect(x.cumulativeSum(along: 0) == Tensor([[3, -1, 2], [3.5, 3, 0]]))
    #expect(x.cumulativeSum(exclusive: true) == Tensor([[0, 3, 2], [0, 0.5, 4.5]]))
    #expect(x.cumulativeSum(reversed: true) == Tensor([[4, 1, 2], [2.5, 2, -2]]))
    #expect(
      x.cumulativeSum(reversed: true, exclusive: true) == Tensor([[1, 2, 0], [2, -2, 0]]))
    #expect(x.cumulativeProduct() == Tensor([[3, -3, -6], [0.5, 2, -4]]))
    #expect(x.cumulativeProduct(exclusive: true) == Tensor([[1, 3, -3], [1, 0.5, 2]]))
    #expect(x.cumulativeMax() == Tensor([[3, 3, 3], [0.5, 4, 4]]))
    #expect(x.cumulativeMin() == Tensor([[3, -1, -1], [0.5, 0.5, -2]]))
    #expect(
      linearRecurrence(Tensor([9, 0.5, 2]), Tensor([1, 2, 3])) == Tensor([1, 2.5, 8]))
    #expect(
      linearRecurrence(Tensor([9, 0.5, 2]), Tensor([1, 2, 3]), reversed: true)
        == Tensor([1 + 9 * 3.5, 3.5, 3]))
  }

  /// A running sum in float32 of 0.1 a million times would be wrong by a hundredth.
  @Test func longSumsAreAccurate() {
    for shape in [[1_000_003], [200_001, 3], [40_001, 9]] {
      let count = shape[0]
      let x = Tensor(filledWith: 0.1, shape)
      let sums = x.cumulativeSum(along: 0)
      let columns = sums.count / count
      for i in stride(from: 0, to: count, by: 997) {
        let expected = Float(Double(Float(0.1)) * Double(i + 1))
        let found = sums.pointer(at: i * columns).load(as: Float.self)
        #expect(Swift.abs(found - expected) <= expected.ulp, "\(shape) at \(i)")
      }
    }
  }

  /// As required of a distribution function that is searched later.
  @Test(arguments: [DType.float32, .float64])
  func sumsOfWeightsNeverFall(_ dtype: DType) {
    let weights = Random(seed: 8).uniform([300_007], dtype: dtype)
    let sparse = weights * (Random(seed: 9).uniform([300_007], dtype: dtype) .< 0.3)
    let sums = sparse.cumulativeSum()
    #expect((sums.sliced(1..<300_007) .< sums.sliced(0..<300_006)).any() == false)
  }

  @Test(arguments: [DType.float32, .float64])
  func sameAtAnyNumberOfThreads(_ dtype: DType) {
    let random = Random(seed: 3)
    for shape in [[500_001], [3, 70_001], [40_001, 2], [20, 999], [700, 900]] {
      let x = random.normal(shape, dtype: dtype)
      for axis in x.shape.indices {
        expectSameAtAnyNumberOfThreads {
          Self.scans.map { $0.1(x, axis, false) } + Self.scans.map { $0.1(x, axis, true) }
        }
      }
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func specialValues(_ dtype: DType) {
    let x = Tensor([1, .nan, 0, .infinity], dtype: dtype)
    #expect(x.cumulativeMax().doubles.map(\.isNaN) == [false, true, true, true])
    #expect(x.cumulativeMin().doubles.map(\.isNaN) == [false, true, true, true])
    #expect(x.cumulativeMax(reversed: true).doubles.suffix(2) == [.infinity, .infinity])
    #expect(x.cumulativeSum().doubles.map(\.isNaN) == [false, true, true, true])
    let nothing = -Double.infinity
    let logits = Tensor([nothing, nothing, 0, nothing, 800, 800], dtype: dtype)
    let sums = logits.cumulativeLogSumExp().doubles
    #expect(sums.prefix(5) == [nothing, nothing, 0, 0, 800])
    #expect(Swift.abs(sums[5] - 800 - Foundation.log(2)) < 1e-4)
    let dx = gradient(at: logits) { $0.cumulativeLogSumExp().sliced(2..<6).sum() }
    for (slope, expected) in zip(dx.doubles, [0, 0, 2, 0, 1.5, 0.5]) {
      #expect(Swift.abs(slope - expected) < (dtype == .float32 ? 1e-4 : 1e-12))
    }
    #expect(
      Tensor([1, 2, .infinity], dtype: dtype).cumulativeLogSumExp().doubles.last == .infinity)
    for axis in [0, 1] {
      let empty = Tensor.zeros([3, 0], dtype: dtype)
      for (_, scan, _) in Self.scans { #expect(scan(empty, axis, false) == empty) }
      #expect(empty.cumulativeSum(along: axis, exclusive: true) == empty)
    }
  }

  /// The gradient involves no division.
  @Test func gradientOfProductsAtZero() {
    let x = Tensor([2, 0, 3, 0, 5], dtype: .float64)
    let dx = gradient(at: x) { $0.cumulativeProduct().sum() }
    #expect(dx.doubles == [1, 2 + 6, 0, 0, 0])
    let check = checkGradient(of: { $0[0].cumulativeProduct() }, at: [x])
    #expect(check.passes(), "\(check)")
  }

  @Test func theFirstOfEqualElementsGetsTheGradient() {
    let x = Tensor([1, 3, 3, 2])
    #expect(gradient(at: x) { $0.cumulativeMax().sum() } == Tensor([1, 3, 0, 0]))
    #expect(gradient(at: x) { $0.cumulativeMin(reversed: true).sum() } == Tensor([1, 0, 0, 3]))
  }
}
