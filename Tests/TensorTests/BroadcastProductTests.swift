import Testing

@testable import Tensor

@Suite struct BroadcastProductTests {
  /// Compared with products of the single matrices.
  @Test(arguments: [DType.float32, .float64])
  func stacksOfMatrices(_ dtype: DType) {
    let random = Random(seed: 12)
    for (left, right, leading) in [
      ([], [3], [3]), ([3], [], [3]), ([2, 1], [3], [2, 3]), ([2, 3], [1, 3], [2, 3]),
      ([1], [2, 2], [2, 2]), ([1], [1], [1]), ([2, 3], [], [2, 3]), ([2], [1, 1, 1], [1, 1, 2]),
    ] as [([Int], [Int], [Int])] {
      for flags in [(false, false), (true, false), (false, true), (true, true)] {
        let a = random.normal(left + (flags.0 ? [4, 5] : [5, 4]), dtype: dtype)
        let b = random.normal(right + (flags.1 ? [6, 4] : [4, 6]), dtype: dtype)
        let product = a.matmul(b, transposeLeft: flags.0, transposeRight: flags.1)
        #expect(product.shape == leading + [5, 6])
        let x = (flags.0 ? a.transposed() : a).broadcast(to: leading + [5, 4])
        let y = (flags.1 ? b.transposed() : b).broadcast(to: leading + [4, 6])
        let expected = (x.expanded(at: -1) * y.expanded(at: -3)).sum(along: -2)
        #expect(abs(product - expected).max().scalar < (dtype == .float32 ? 1e-5 : 1e-14))
      }
    }
    let nothing = Tensor.zeros([0, 2, 3], dtype: dtype)
    #expect(nothing.matmul(Tensor.zeros([3, 4], dtype: dtype)).shape == [0, 2, 4])
    #expect(
      Tensor.zeros([2, 2, 0], dtype: dtype).matmul(Tensor.zeros([0, 4], dtype: dtype))
        == Tensor.zeros([2, 2, 4], dtype: dtype))
  }

  @Test func affineOfLeadingAxes() {
    let random = Random(seed: 13)
    let (x, w, b) = (random.normal([2, 3, 4]), random.normal([4, 5]), random.normal([5]))
    let rows = affine(x.reshaped(to: [6, 4]), w, b)
    #expect(affine(x, w, b) == rows.reshaped(to: [2, 3, 5]))
    #expect(affine(x, w, b, rectifier: .plain) == relu(rows).reshaped(to: [2, 3, 5]))
    let (dx, direct) = (
      gradient(at: x) { affine($0, w, b, rectifier: .plain).sum() },
      gradient(at: x) { relu(affine($0, w, b)).sum() }
    )
    #expect(dx == direct)
  }
}
