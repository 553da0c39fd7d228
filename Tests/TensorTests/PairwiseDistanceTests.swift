import CKernels
import Testing

@testable import Tensor

@Suite struct PairwiseDistanceTests {
  private static func naive(_ x: Tensor, _ y: Tensor) -> [Double] {
    let (u, v, d) = (x.doubles, y.doubles, x.shape[1])
    return (0..<x.shape[0]).flatMap { i in
      (0..<y.shape[0]).map { j in
        (0..<d).reduce(0) { $0 + (u[i * d + $1] - v[j * d + $1]) * (u[i * d + $1] - v[j * d + $1]) }
      }
    }
  }

  /// Including points far from the origin and near to each other.
  @Test(arguments: [DType.float32, .float64], [0.0, 1_000])
  func againstNaiveSums(_ dtype: DType, _ offset: Double) {
    let random = Random(seed: 14)
    for (n, m, d) in [(1, 1, 1), (5, 7, 2), (70, 131, 16), (33, 65, 17), (64, 40, 100), (3, 2, 0)] {
      let x = random.normal([n, d], dtype: dtype) + offset
      var y = random.normal([m, d], dtype: dtype) + offset
      // Some points of y equal those of x, some nearly.
      let some = x.sliced(0..<Swift.min(n, m / 2))
      y = .concatenated([some, some * 1.0001, y]).sliced(0..<m)
      let found = pairwiseSquaredDistances(x, y).doubles
      let tolerance = dtype == .float32 ? 1e-5 : 1e-13
      for (value, expected) in zip(found, Self.naive(x, y)) {
        #expect(value >= 0 && Swift.abs(value - expected) <= tolerance * expected)
      }
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func ofPointsFromThemselves(_ dtype: DType) {
    for d in [3, 40] {
      let x = Random(seed: 15).normal([200, d], dtype: dtype) * 30 + 500
      let distances = pairwiseSquaredDistances(x, x)
      #expect((0..<200).allSatisfy { distances.doubles[$0 * 201] == 0 })
      expectSameAtAnyNumberOfThreads { pairwiseSquaredDistances(x, x) }
    }
  }

  @Test func whereCoordinatesAreNotFinite() {
    for d in [2, 20] {
      var rows = [[Double]](repeating: [Double](repeating: 1, count: d), count: 3)
      rows[1][0] = .infinity
      rows[2][1] = .nan
      let x = Tensor(rows)
      let distances = pairwiseSquaredDistances(x, x).doubles
      #expect(distances[0] == 0 && distances[1] == .infinity && distances[2].isNaN)
    }
  }

  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_kernels_named(name, false) != nil }

  @Test(arguments: instructionSets)
  func eachInstructionSet(_ name: String) throws {
    let kernels = try #require(ck_kernels_named(name, false)).pointee
    let x = Random(seed: 16).normal([9, 21])
    let columns = x.transposed()
    var y = Tensor.zeros([9, 9])
    y.withMutableMemory {
      kernels.near_distances(x.pointer, columns.pointer, $0, 9, 21, 0, 9)
    }
    withExtendedLifetime((x, columns)) {}
    for (value, expected) in zip(y.doubles, Self.naive(x, x)) {
      #expect(Swift.abs(value - expected) <= 1e-5 * expected)
    }
  }
}
