import Mistakes
import Tensor
import Testing

/// Mistakes, and the messages with which the program stops.
private let rows: [(message: String, mistake: @Sendable () -> Void)] = tensorRows + arrayStopRows

private let tensorRows: [(message: String, mistake: @Sendable () -> Void)] = [
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
    "symmetricEigendecomposition: expected a matrix [n, n] or a stack […, n, n], found float64[2, 3]",
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
    "Random.uniform(in:): expected bounds that are finite numbers of Float, found 0.0..<1e+39",
    { _ = Random(seed: 0).uniform([1], in: 0..<1e39) }
  ),
  (
    "Random.uniform(in:): expected bounds that are finite numbers of Double, found 0.0..<inf",
    { _ = Random(seed: 0).uniform(in: 0..<Double.infinity) }
  ),
  (
    "Random.uniform(in:): expected a range with a number of Float in it, found 1.0000000001..<",
    { _ = Random(seed: 0).uniform([1], in: 1.0000000001..<1.0000000002) }
  ),
  (
    "reshaped: shape [2, 3] has 6 elements, [4] does not",
    { _ = Tensor.zeros([2, 3]).reshaped(to: [4]) }
  ),
  (
    "matmul: shapes [2, 3] and [2, 3] do not multiply",
    { _ = Tensor.zeros([2, 3]).matmul(Tensor.zeros([2, 3])) }
  ),
  (
    "matmul: shapes [2, 3]ᵀ and [3, 2] do not multiply",
    { _ = Tensor.zeros([2, 3]).matmul(Tensor.zeros([3, 2]), transposeLeft: true) }
  ),
  (
    "matmul: expected two matrices or two stacks of one element type, found float32[2] and"
      + " float32[2, 2]",
    { _ = Tensor.zeros([2]).matmul(Tensor.zeros([2, 2])) }
  ),
  (
    "affine: expected a bias of shape [3] for weight [2, 3], found float32[2]",
    { _ = affine(Tensor.zeros([1, 2]), Tensor.zeros([2, 3]), Tensor.zeros([2])) }
  ),
  (
    "shapes [2, 3] and [2, 4] do not broadcast",
    { _ = Tensor.zeros([2, 3]) + Tensor.zeros([2, 4]) }
  ),
  (
    "broadcast: shape [3] does not broadcast to [2, 4]",
    { _ = Tensor.zeros([3]).broadcast(to: [2, 4]) }
  ),
  (
    "permuted: expected the axes of shape [2, 3] in some order, found [0, 0]",
    { _ = Tensor.zeros([2, 3]).permuted(to: [0, 0]) }
  ),
  (
    "transposed: expected two dimensions or more, found shape [2]",
    { _ = Tensor.zeros([2]).transposed() }
  ),
  (
    "squeezed: expected size 1 at axis 0 of shape [2, 1]",
    { _ = Tensor.zeros([2, 1]).squeezed(at: 0) }
  ),
  (
    "gatheredRows: expected rows in 0 ..< 2, found 2",
    { _ = Tensor.zeros([2, 3]).gatheredRows(at: [0, 2]) }
  ),
  (
    "scatteredRows: expected an index for each of 2 rows, found 1",
    { _ = Tensor.zeros([2, 3]).scatteredRows(to: [0], count: 4) }
  ),
  (
    "concatenated along 0: float32[2, 4] does not fit float32[2, 3]",
    { _ = Tensor.concatenated([Tensor.zeros([2, 3]), Tensor.zeros([2, 4])]) }
  ),
  (
    "stacked: expected tensors of one shape and type, found",
    { _ = Tensor.stacked([Tensor.zeros([2]), Tensor.zeros([3])]) }
  ),
  (
    "split: axis 0 of shape [3, 2] does not split into 2",
    { _ = Tensor.zeros([3, 2]).split(count: 2, along: 0) }
  ),
  (
    "sliced: range 1..<4 is outside of axis 0 of shape [3, 2]",
    { _ = Tensor.zeros([3, 2]).sliced(1..<4) }
  ),
  ("sum: axis 2 is outside of shape [3, 2]", { _ = Tensor.zeros([3, 2]).sum(along: 2) }),
  ("mean: axis 2 is outside of shape [3, 2]", { _ = Tensor.zeros([3, 2]).mean(along: 2) }),
  (
    "variance: axis -3 is outside of shape [3, 2]",
    { _ = Tensor.zeros([3, 2]).variance(along: -3) }
  ),
  (
    "variance: expected distinct axes, found [0, 0]",
    { _ = Tensor.zeros([3]).variance(along: [0, 0]) }
  ),
  ("softmax: axis 2 is outside of shape [3, 2]", { _ = softmax(Tensor.zeros([3, 2]), along: 2) }),
  (
    "logSumExp: axis 2 is outside of shape [3, 2]",
    { _ = Tensor.zeros([3, 2]).logSumExp(along: 2) }
  ),
  (
    "max: expected elements along [1], found none in shape [3, 0]",
    { _ = Tensor.zeros([3, 0]).max(along: 1) }
  ),
  (
    "argmax: expected elements along [-1], found none in shape [0]",
    { _ = Tensor.zeros([0]).argmax() }
  ),
  (
    "conv2D: expected a kernel for images with 2 channels, found shape [3, 3, 1, 4]",
    { _ = conv2D(Tensor.zeros([1, 5, 5, 2]), Tensor.zeros([3, 3, 1, 4])) }
  ),
  (
    "conv2D: expected images that the kernel fits into with padding, found 2 × 2 pixels with"
      + " padding 1, and a kernel that reaches over 5 × 5",
    { _ = conv2D(Tensor.zeros([1, 2, 2, 1]), Tensor.zeros([5, 5, 1, 1]), padding: 1) }
  ),
  (
    "conv2D: expected a stride and a dilation of 1 or more and no negative padding, found 0, 1 and 0",
    { _ = conv2D(Tensor.zeros([1, 2, 2, 1]), Tensor.zeros([1, 1, 1, 1]), stride: 0) }
  ),
  (
    "conv2D: expected a bias float32[4], found float32[3]",
    {
      _ = conv2D(Tensor.zeros([1, 5, 5, 1]), Tensor.zeros([3, 3, 1, 4]), bias: Tensor.zeros([3]))
    }
  ),
  (
    "convTranspose2D: expected an output padding in 0 ..< 2, the stride, found 2",
    {
      _ = convTranspose2D(
        Tensor.zeros([1, 5, 5, 1]), Tensor.zeros([3, 3, 1, 1]), stride: 2, outputPadding: 2)
    }
  ),
  (
    "maxPool2D: expected images [batch, height, width, channels] of at least 3 × 3 pixels, found"
      + " shape [1, 2, 5, 1]",
    { _ = maxPool2D(Tensor.zeros([1, 2, 5, 1]), size: 3) }
  ),
  ("threadCount: expected one thread or more, found -1", { threadCount = -1 }),
  ("parallel: expected a count of 0 or more, found -1", { parallel(count: -1) { _ in } }),
]

@Suite struct TensorStopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(rows.count) {
        rows[$0].mistake()
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == rows.count)
    for (row, text) in zip(rows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
