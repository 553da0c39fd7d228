@testable import Tensor

/// The rows of scans, sorts and selections in the table of gradients.
let arrayOperationRows: [ShapeRow] =
  scanRows + orderRows + selectionRows + productRows

private let scanRows: [ShapeRow] =
  [false, true].flatMap { isReversed in
    [false, true].flatMap { isExclusive in
      [-1, 0, 1].flatMap { axis in
        [
          ShapeRow("cumulativeSum \(axis) \(isReversed) \(isExclusive)", [3, 4, 2], [3, 4, 2]) {
            $0.cumulativeSum(along: axis, reversed: isReversed, exclusive: isExclusive)
          },
          ShapeRow(
            "cumulativeProduct \(axis) \(isReversed) \(isExclusive)", [3, 4, 2], [3, 4, 2]
          ) {
            $0.cumulativeProduct(along: axis, reversed: isReversed, exclusive: isExclusive)
          },
        ]
      }
    }
      + [-1, 0, 1].flatMap { axis in
        [
          ShapeRow("cumulativeMax \(axis) \(isReversed)", [3, 4, 2], [3, 4, 2]) {
            $0.cumulativeMax(along: axis, reversed: isReversed)
          },
          ShapeRow("cumulativeMin \(axis) \(isReversed)", [3, 4, 2], [3, 4, 2]) {
            $0.cumulativeMin(along: axis, reversed: isReversed)
          },
          ShapeRow("cumulativeLogSumExp \(axis) \(isReversed)", [3, 4, 2], [3, 4, 2]) {
            $0.cumulativeLogSumExp(along: axis, reversed: isReversed)
          },
          ShapeRow("linearRecurrence \(axis) \(isReversed)", [3, 4, 2], [3, 4, 2]) {
            linearRecurrence($0, sin($0), along: axis, reversed: isReversed)
          },
        ]
      }
  }

private let orderRows: [ShapeRow] = [
  .init("sorted", [2, 5], [2, 5]) { $0.sorted() },
  .init("sorted 0 descending", [5, 2], [5, 2]) { $0.sorted(along: 0, descending: true) },
  .init("topK", [2, 6], [2, 3]) { $0.topK(3).values },
  .init("topK smallest 0", [6, 2], [2, 2]) { $0.topK(2, along: 0, largest: false).values },
  .init("median", [2, 6], [2]) { $0.median(along: 1) },
  .init("median of all", [3, 3], []) { $0.median() },
  .init("quantile kept", [2, 6], [2, 1]) {
    $0.quantile(0.3, along: 1, keepingDimensions: true)
  },
  .init("quantiles", [5, 2], [3, 2]) { $0.quantiles([0, 0.37, 0.8], along: 0) },
]

private let selectionRows: [ShapeRow] = [
  .init("gathered", [2, 4, 2], [2, 3, 2]) { $0.gathered(at: [3, 0, 3], along: 1) },
  .init("gathered last", [2, 4], [2, 3]) { $0.gathered(at: [1, 1, 2], along: -1) },
  .init("scattered", [2, 3, 2], [2, 4, 2]) { $0.scattered(to: [3, 0, 3], count: 4, along: 1) },
  .init("gatheredElements", [2, 3], [2, 2]) { $0.gatheredElements(at: [2, 2, 0, 1], along: 1) },
  .init("gatheredElements 0", [3, 2, 2], [1, 2, 2]) {
    $0.gatheredElements(at: [2, 0, 1, 1], along: 0)
  },
  .init("scatteredElements", [2, 2], [2, 3]) {
    $0.scatteredElements(to: [2, 2, 0, 1], count: 3, along: 1)
  },
  .init("flipped", [2, 3, 2], [2, 3, 2]) { $0.flipped(along: 1) },
  .init("flipped twice", [2, 3], [2, 3]) { $0.flipped(along: [0, -1]) },
  .init("rolled", [2, 5], [2, 5]) { $0.rolled(by: 2) },
  .init("rolled back 0", [5, 2], [5, 2]) { $0.rolled(by: -7, along: 0) },
  .init("repeated", [2, 3], [2, 6]) { $0.repeated(2) },
  .init("repeated by each", [3, 2], [4, 2]) { $0.repeated([1, 0, 3], along: 0) },
  .init("tiled", [2, 3], [2, 4, 9]) { $0.tiled([2, 2, 3]) },
  .init("select", [2, 3], [2, 2, 3]) { x in
    select(Tensor([[[1], [0]], [[0], [1]]], dtype: x.dtype), x, sin(x.sliced(0..<1, along: 0)))
  },
]

/// A constant of a shape, to be multiplied with.
private func constant(_ shape: [Int]) -> Tensor { Random(seed: 77).normal(shape, dtype: .float64) }

private let productRows: [ShapeRow] = [
  .init("matmul of a stack and a matrix", [2, 3, 4], [2, 3, 5]) { $0.matmul(constant([4, 5])) },
  .init("matmul of a matrix and a stack", [3, 4], [2, 3, 5]) { $0.matmul(constant([2, 4, 5])) },
  .init("matmul, left broadcast", [2, 1, 3, 4], [2, 3, 3, 2]) {
    $0.matmul(constant([3, 2, 4]), transposeRight: true)
  },
  .init("matmul, right broadcast", [3, 1, 4, 2], [3, 2, 3, 2]) {
    constant([2, 4, 3]).matmul($0, transposeLeft: true)
  },
  .init("matmul, transposed stack by a matrix", [2, 4, 3], [2, 3, 5]) {
    $0.matmul(constant([4, 5]), transposeLeft: true)
  },
  .init("matmul of one in a stack", [1, 3, 4], [1, 3, 3]) { $0.matmul($0, transposeRight: true) },
  .init("affine, leading axes", [2, 3, 4], [2, 3, 5]) {
    affine($0, constant([4, 5]), constant([5]))
  },
  .init("affine, weight", [4, 5], [2, 3, 5]) { affine(constant([2, 3, 4]), $0, constant([5])) },
  .init("outer", [2, 2], [4, 4]) { $0.outer(sin($0)) },
  .init("einsum, stacks", [2, 3, 4], [2, 3, 3]) { .einsum("bij,bkj->bik", $0, exp($0)) },
  .init("einsum, trace", [3, 3], []) { .einsum("ii", $0) },
  .init("einsum, diagonal of a stack", [3, 2, 3], [3, 2]) { .einsum("iji->ij", $0) },
  .init("einsum, three", [3, 4], [4]) {
    .einsum("i,ij,kj->j", constant([3]), $0, $0)
  },
  .init("einsum, ellipsis", [2, 3, 4], [2, 3, 5]) { .einsum("...i,ij", $0, constant([4, 5])) },
  .init("einsum, attention", [2, 3, 2, 4], [2, 2, 3, 3]) { .einsum("bqhd,bkhd->bhqk", $0, $0) },
  .init("pairwiseSquaredDistances", [4, 3], [4, 5]) {
    pairwiseSquaredDistances($0, constant([5, 3]))
  },
  .init("pairwiseSquaredDistances of themselves", [4, 20], [4, 4]) {
    pairwiseSquaredDistances($0, sin($0))
  },
  .init("conv1D", [2, 7, 2], [2, 4, 3]) {
    conv1D($0, constant([3, 2, 3]), bias: constant([3]), stride: 2, padding: 1)
  },
  .init("conv1D, causal and dilated", [2, 7, 2], [2, 7, 3]) {
    conv1D($0, constant([3, 2, 3]), causal: true, dilation: 2)
  },
  .init("conv1D, kernel", [3, 1, 4], [2, 6, 4]) {
    conv1D(constant([2, 8, 2]), $0, groups: 2)
  },
]
