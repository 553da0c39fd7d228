import CKernels
import Testing

@testable import Tensor

@Suite struct NearestCentreTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_clustering_named(name) != nil }

  /// The sums of a pass, by plain loops.
  private static func naive(
    _ rows: [[Double]], _ weights: [Double], _ centres: [[Double]]
  ) -> (labels: [Int32], sums: CentreSums) {
    let (k, d) = (centres.count, centres[0].count)
    var sums = CentreSums(
      inertia: 0, changes: rows.count, sizes: [Double](repeating: 0, count: k),
      sums: [Double](repeating: 0, count: k * d))
    let labels = zip(rows, weights).map { row, weight in
      let distances = centres.map { zip(row, $0).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
      let label = distances.indices.min { distances[$0] < distances[$1] } ?? 0
      sums.inertia += weight * distances[label]
      sums.sizes[label] += weight
      for j in 0..<d { sums.sums[label * d + j] += weight * row[j] }
      return Int32(label)
    }
    return (labels, sums)
  }

  private static func rows(_ x: Tensor) -> [[Double]] {
    (0..<x.shape[0]).map { x.sliced($0..<$0 + 1).doubles }
  }

  @Test(arguments: [(1, 1, 1), (5, 3, 2), (16, 8, 4), (37, 16, 10), (40, 21, 7), (2_100, 5, 3)])
  func againstPlainLoops(_ n: Int, _ d: Int, _ k: Int) {
    let random = Random(seed: 3)
    let (x, centres) = (
      random.normal([n, d], dtype: .float64), random.normal([k, d], dtype: .float64)
    )
    let weights = random.uniform([n], dtype: .float64).doubles
    for some in [nil, weights] {
      var labels = [Int32](repeating: -1, count: n)
      let found = assignToNearestCentres(x, weights: some, centres: centres, labels: &labels)
      let ones = [Double](repeating: 1, count: n)
      let expected = Self.naive(Self.rows(x), some ?? ones, Self.rows(centres))
      #expect(labels == expected.labels)
      #expect(found.changes == n)
      #expect(Swift.abs(found.inertia - expected.sums.inertia) <= 1e-12 * found.inertia)
      for (a, b) in zip(found.sizes + found.sums, expected.sums.sizes + expected.sums.sums) {
        #expect(Swift.abs(a - b) <= 1e-11 * Swift.max(1, Swift.abs(b)))
      }
      #expect(
        assignToNearestCentres(x, weights: some, centres: centres, labels: &labels).changes == 0)
    }
  }

  @Test(arguments: instructionSets)
  func eachInstructionSet(_ name: String) throws {
    let loops = try #require(ck_clustering_named(name)).pointee
    let (n, d, k) = (37, 11, 7)
    let random = Random(seed: 4)
    let (x, centres) = (
      random.normal([n, d], dtype: .float64), random.normal([k, d], dtype: .float64)
    )
    let halves = 0.5 * square(centres).sum(along: 1)
    var labels = [Int32](repeating: 0, count: n)
    var sums = [Double](repeating: 0, count: 2 + k * (d + 1))
    var scratch = [Double](repeating: 0, count: Int(CK_CLUSTERED_ROWS) * d)
    loops.assign(
      x.float64Pointer, nil, n, d, centres.float64Pointer, halves.float64Pointer, k, &labels, &sums,
      &scratch)
    let ones = [Double](repeating: 1, count: n)
    let expected = Self.naive(Self.rows(x), ones, Self.rows(centres))
    #expect(labels == expected.labels)
    #expect(Swift.abs(sums[0] - expected.sums.inertia) < 1e-11)
    #expect(Int(sums[1]) == labels.count { $0 != 0 })
  }

  @Test func ofCentresAsNearTheFirst() {
    let x = Tensor([0.0, 1, 2, 3], shape: [4, 1], dtype: .float64)
    let centres = Tensor([0.5, 0.5, 2.5, 2.5], shape: [4, 1], dtype: .float64)
    var labels = [Int32](repeating: 0, count: 4)
    let sums = assignToNearestCentres(x, weights: nil, centres: centres, labels: &labels)
    #expect(labels == [0, 0, 2, 2])
    #expect(sums.changes == 2)
    #expect(sums.sizes == [2, 0, 2, 0])
  }

  @Test func sameAtAnyNumberOfThreads() {
    let random = Random(seed: 5)
    let (x, centres) = (
      random.normal([40_000, 3], dtype: .float64), random.normal([5, 3], dtype: .float64)
    )
    expectSameAtAnyNumberOfThreads {
      var labels = [Int32](repeating: 0, count: 40_000)
      let sums = assignToNearestCentres(x, weights: nil, centres: centres, labels: &labels)
      return [sums.inertia] + sums.sums + labels.map(Double.init)
    }
  }
}
