import Tensor
import Testing

/// Mistakes, and what the program says when it stops for them.
private let rows: [(message: String, mistake: @Sendable () -> Void)] = [
  (
    "pullback: expected a gradient of the input's type and shape, float32[2], found float64[2]",
    {
      _ = gradient(at: Tensor([1, 2])) { x in
        x.converted(to: .float64).sum().tracked(from: x) { _, _ in
          Tensor([1, 1], dtype: .float64)
        }
      }
    }
  ),
  (
    "pullback: expected a gradient of the input's type and shape, float32[2], found float32[]",
    { _ = gradient(at: Tensor([1, 2])) { x in x.sum().tracked(from: x) { _, dy in dy } } }
  ),
  (
    "symmetricEigendecomposition: expected a matrix of float64[n, n], found float32[2, 2]",
    { _ = Tensor.identity(2).symmetricEigendecomposition() }
  ),
  (
    "symmetricEigendecomposition: expected a matrix of float64[n, n], found float64[2, 3]",
    { _ = Tensor.zeros([2, 3], dtype: .float64).symmetricEigendecomposition() }
  ),
  (
    "symmetricEigendecomposition: expected finite elements",
    { _ = Tensor([[Double.nan]], dtype: .float64).symmetricEigendecomposition() }
  ),
  (
    "expected a symmetric matrix, found elements that differ by 1.0 from those across",
    { _ = Tensor([[1, 2], [3, 4]], dtype: .float64).symmetricEigendecomposition() }
  ),
  (
    "symmetricEigendecomposition: it has no gradient; expected a constant, as stopGradient gives",
    {
      _ = gradient(at: Tensor.identity(2, dtype: .float64)) {
        $0.symmetricEigendecomposition().values.sum()
      }
    }
  ),
  ("threadCount: expected one thread or more, found -1", { threadCount = -1 }),
  ("parallel: expected a count of 0 or more, found -1", { parallel(count: -1) { _ in } }),
]

@Suite struct TensorStopTests {
  @Test(arguments: rows.indices)
  func mistakesStopWithAMessage(_ index: Int) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      rows[index].mistake()
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains(rows[index].message), "\(text)")
  }
}
