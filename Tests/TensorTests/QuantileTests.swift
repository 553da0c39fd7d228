import Testing

@testable import Tensor

@Suite struct QuantileTests {
  /// numpy.quantile([7, 1, 4, 4, 10], …) and of two rows.
  @Test(arguments: [DType.float32, .float64])
  func asNumPyHasThem(_ dtype: DType) {
    let x = Tensor([7, 1, 4, 4, 10], dtype: dtype)
    let expected = Tensor([1, 2.5, 4, 4, 7, 8.5, 10], dtype: dtype)
    #expect(x.quantiles([0, 0.125, 0.25, 0.5, 0.75, 0.875, 1]) == expected)
    let rows = Tensor([[3, 1, 2, 8], [5, 5, 7, 6]], dtype: dtype)
    #expect(rows.median(along: 1) == Tensor([2.5, 5.5], dtype: dtype))
    #expect(rows.median(along: 0) == Tensor([4, 3, 4.5, 7], dtype: dtype))
    #expect(rows.median() == Tensor(5, dtype: dtype))
    #expect(
      rows.quantiles([0.25, 1], along: 1) == Tensor([[1.75, 5], [8, 7]], dtype: dtype))
    #expect(rows.quantile(0.5, along: 1, keepingDimensions: true).shape == [2, 1])
    #expect(rows.quantiles([], along: 1).shape == [0, 2])
    #expect(Tensor([[42]], dtype: dtype).quantile(0.3) == Tensor(42, dtype: dtype))
  }

  @Test(arguments: [DType.float32, .float64])
  func whereElementsAreNotFinite(_ dtype: DType) {
    let infinity = Double.infinity
    let rows = Tensor(
      [[1, .nan, 2], [-infinity, infinity, 0], [infinity, infinity, 1]], dtype: dtype)
    let medians = rows.median(along: 1).doubles
    #expect(medians[0].isNaN && medians[1] == 0 && medians[2] == .infinity)
    let upper = rows.quantile(0.9, along: 1).doubles
    #expect(upper[0].isNaN && upper[1] == .infinity && upper[2] == .infinity)
    #expect(rows.quantile(0, along: 1).doubles.suffix(2) == [-.infinity, 1])
    let dx = gradient(at: rows) { $0.median(along: 1).sliced(1..<3).sum() }
    #expect(dx.doubles.suffix(6) == [0, 0, 1, 1, 0, 0])
  }

  @Test func againstNaiveInterpolation() {
    let x = Random(seed: 2).normal([3, 101, 2], dtype: .float64)
    for p in [0.0, 0.013, 0.5, 0.77, 0.995, 1] {
      let found = x.quantile(p, along: 1).doubles
      for outer in 0..<3 {
        for inner in 0..<2 {
          let line = (0..<101).map { x.doubles[(outer * 101 + $0) * 2 + inner] }.sorted()
          let h = p * 100
          let low = Int(h)
          let expected =
            line[low] + (h - Double(low)) * (line[Swift.min(100, low + 1)] - line[low])
          #expect(Swift.abs(found[outer * 2 + inner] - expected) < 1e-14)
        }
      }
    }
  }

  @Test func histograms() {
    let x = Tensor([0, 0.25, 0.5, 1, 1, 2, -1, 0.999], dtype: .float64)
    #expect(x.histogram(bins: 4, in: 0...1).counts == [1, 1, 1, 3])
    #expect(x.histogram(bins: 3) == Histogram(counts: [1, 4, 3], edges: [-1, 0, 1, 2]))
    #expect(x.histogram(edges: [-1, 0, 0.5, 2]).counts == [1, 2, 5])
    #expect(Tensor([.nan, 1]).histogram(bins: 2, in: 0...2).counts == [0, 1])
    #expect(Tensor([3, 3]).histogram(bins: 2) == Histogram(counts: [0, 2], edges: [2.5, 3, 3.5]))
    #expect(Tensor.zeros([0]).histogram(bins: 2) == Histogram(counts: [0, 0], edges: [0, 0.5, 1]))
    // Edges are rounded, and a value equal to an edge belongs above it.
    let tenths = (0...10).map { Double($0) / 10 }
    let edges = Tensor(tenths, dtype: .float64).histogram(bins: 10, in: 0...1).edges
    #expect(
      Tensor(edges, dtype: .float64).histogram(bins: 10, in: 0...1).counts
        == [1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
    let many = Random(seed: 1).normal([100_001])
    expectSameAtAnyNumberOfThreads { many.histogram(bins: 50) }
    let counts = many.histogram(bins: 50)
    #expect(counts.counts.reduce(0, +) == 100_001)
    #expect(many.histogram(edges: counts.edges) == counts)
    #expect(binCounts([0, 2, 2, 5]) == [1, 0, 2, 0, 0, 1])
    #expect(binCounts([], minimumCount: 2) == [0, 0] && binCounts([]) == [])
  }
}
