import Tensor

/// Mistakes in array operations, and the messages with which the program stops.
let arrayStopRows: [(message: String, mistake: @Sendable () -> Void)] = [
  (
    "cumulativeSum: axis 1 is outside of shape [3]",
    { _ = Tensor.zeros([3]).cumulativeSum(along: 1) }
  ),
  (
    "cumulativeSum: axis -1 is outside of shape []", { _ = Tensor(1).cumulativeSum() }
  ),
  (
    "linearRecurrence: expected factors and terms of one shape and type, found float32[2] and"
      + " float32[3]",
    { _ = linearRecurrence(Tensor.zeros([2]), Tensor.zeros([3])) }
  ),
  ("sorted: axis 2 is outside of shape [3, 2]", { _ = Tensor.zeros([3, 2]).sorted(along: 2) }),
  (
    "topK: expected a number from 0 to 3 for axis 0 of shape [3], found 4",
    { _ = Tensor.zeros([3]).topK(4) }
  ),
  (
    "topK: expected a number from 0 to 3 for axis 0 of shape [3], found -1",
    { _ = Tensor.zeros([3]).topK(-1) }
  ),
  (
    "searchSorted: expected a row in ascending order, found 1.0 after 2.0 at 1",
    { _ = Tensor([2, 1]).searchSorted(Tensor([1])) }
  ),
  (
    "searchSorted: expected a row in ascending order, found 1.0 after nan at 1",
    { _ = Tensor([.nan, 1.0]).searchSorted(Tensor([1])) }
  ),
  (
    "searchSorted: expected a row of the numbers' type, float32[n], found float32[1, 2] and numbers"
      + " float64[1]",
    { _ = Tensor([[2, 1]]).searchSorted(Tensor([1], dtype: .float64)) }
  ),
  (
    "quantiles: expected probabilities from 0 to 1, found 1.5",
    { _ = Tensor([1, 2]).quantiles([0.5, 1.5]) }
  ),
  (
    "quantile: expected probabilities from 0 to 1, found nan",
    { _ = Tensor([1, 2]).quantile(.nan) }
  ),
  (
    "quantile: expected elements along [1], found none in shape [3, 0]",
    { _ = Tensor.zeros([3, 0]).median(along: 1) }
  ),
  (
    "argmin: expected elements along [-1], found none in shape [0]",
    { _ = Tensor.zeros([0]).argmin() }
  ),
  (
    "gathered: expected indices in 0 ..< 3, found -1",
    { _ = Tensor.zeros([2, 3]).gathered(at: [0, -1], along: 1) }
  ),
  (
    "scattered: expected an index for each of 3 slices, found 2",
    { _ = Tensor.zeros([2, 3]).scattered(to: [0, 1], count: 4, along: 1) }
  ),
  (
    "gatheredElements: expected indices in 0 ..< 3, found 3",
    { _ = Tensor.zeros([2, 3]).gatheredElements(at: [0, 3], along: 1) }
  ),
  (
    "gatheredElements: expected a multiple of 2 indices for axis 1 of shape [2, 3], found 3",
    { _ = Tensor.zeros([2, 3]).gatheredElements(at: [0, 1, 2], along: 1) }
  ),
  (
    "scatteredElements: expected an index for each of 6 elements of shape [2, 3], found 1",
    { _ = Tensor.zeros([2, 3]).scatteredElements(to: [0], count: 1, along: 1) }
  ),
  (
    "oneHot: expected indices in 0 ..< 3, found 3", { _ = Tensor.oneHot([0, 3], count: 3) }
  ),
  ("flipped: expected distinct axes, found [0, 0]", { _ = Tensor([1]).flipped(along: [0, -1]) }),
  (
    "repeated: expected 2 numbers of 0 or more for axis 0 of shape [2], found [1, -1]",
    { _ = Tensor([1, 2]).repeated([1, -1]) }
  ),
  ("repeated: expected a number of 0 or more, found -1", { _ = Tensor([1]).repeated(-1) }),
  (
    "tiled: expected 2 numbers or more for shape [1, 2], found [3]",
    { _ = Tensor([[1, 2]]).tiled([3]) }
  ),
  ("histogram: expected one interval or more, found 0", { _ = Tensor([1]).histogram(bins: 0) }),
  (
    "histogram: expected finite elements or a range, found others",
    { _ = Tensor([1, .nan]).histogram(bins: 2) }
  ),
  (
    "histogram: expected a finite range, found 0.0...inf",
    { _ = Tensor([1]).histogram(bins: 2, in: 0...Double.infinity) }
  ),
  (
    "histogram: expected two bounds or more in ascending order, found [1.0, 0.0]",
    { _ = Tensor([1]).histogram(edges: [1, 0]) }
  ),
  ("binCounts: expected integers of 0 or more, found -2", { _ = binCounts([1, -2]) }),
  (
    "matmul: shapes float32[2, 3, 4] and float32[3, 4, 5] do not multiply",
    { _ = Tensor.zeros([2, 3, 4]).matmul(Tensor.zeros([3, 4, 5])) }
  ),
  (
    "matmul: shapes float32[2, 3, 4]ᵀ and float32[4, 5] do not multiply",
    { _ = Tensor.zeros([2, 3, 4]).matmul(Tensor.zeros([4, 5]), transposeLeft: true) }
  ),
  (
    "affine: shapes [2, 3, 4] and [3, 5] do not multiply",
    { _ = affine(Tensor.zeros([2, 3, 4]), Tensor.zeros([3, 5]), Tensor.zeros([5])) }
  ),
  (
    "einsum: expected one size for \"j\", not 3 and 4, found \"ij,jk\" for shapes [2, 3], [4, 5]",
    { _ = Tensor.einsum("ij,jk", Tensor.zeros([2, 3]), Tensor.zeros([4, 5])) }
  ),
  (
    "einsum: expected 2 operands, one for each shape, found \"ij\" for shapes [2, 3], [4, 5]",
    { _ = Tensor.einsum("ij", Tensor.zeros([2, 3]), Tensor.zeros([4, 5])) }
  ),
  (
    "einsum: expected 2 letters for 2 axes, not \"ijk\", found \"ijk->i\" for shapes [2, 3]",
    { _ = Tensor.einsum("ijk->i", Tensor.zeros([2, 3])) }
  ),
  (
    "einsum: expected 2 letters or fewer for 2 axes, not \"i...jk\", found \"i...jk\" for shapes"
      + " [2, 3]",
    { _ = Tensor.einsum("i...jk", Tensor.zeros([2, 3])) }
  ),
  (
    "einsum: expected letters of operands in the result, not \"k\", found \"ij->ik\" for shapes"
      + " [2, 3]",
    { _ = Tensor.einsum("ij->ik", Tensor.zeros([2, 3])) }
  ),
  (
    "einsum: expected \"i\" once in the result, found \"ij->ii\" for shapes [2, 3]",
    { _ = Tensor.einsum("ij->ii", Tensor.zeros([2, 3])) }
  ),
  (
    "einsum: expected letters and at most one \"...\" in \"i1\", found \"i1->i\" for shapes [2, 3]",
    { _ = Tensor.einsum("i1->i", Tensor.zeros([2, 3])) }
  ),
  (
    "einsum: expected one \"->\" or none, found \"i->j->k\" for shapes [2]",
    { _ = Tensor.einsum("i->j->k", Tensor.zeros([2])) }
  ),
  (
    "einsum: expected one size for an axis of \"...\", not 2 and 3, found \"...,...\" for shapes [2],"
      + " [3]",
    { _ = Tensor.einsum("...,...", Tensor.zeros([2]), Tensor.zeros([3])) }
  ),
  (
    "einsum: expected one element type, not [\"float32\", \"float64\"], found \"i,i\" for shapes [2], [2]",
    { _ = Tensor.einsum("i,i", Tensor.zeros([2]), Tensor.zeros([2], dtype: .float64)) }
  ),
  (
    "pairwiseSquaredDistances: expected points [n, d] and [m, d] of one type, found float32[2, 3] and"
      + " float32[2, 4]",
    { _ = pairwiseSquaredDistances(Tensor.zeros([2, 3]), Tensor.zeros([2, 4])) }
  ),
  (
    "conv1D: expected series [batch, length, channels] and a kernel [length, channels, channels] of one"
      + " type, found float32[2, 3] and float32[3, 3, 1]",
    { _ = conv1D(Tensor.zeros([2, 3]), Tensor.zeros([3, 3, 1])) }
  ),
  (
    "conv1D: expected a kernel for series with 2 channels in groups that divide them, found shape"
      + " [3, 3, 1] and 1 groups",
    { _ = conv1D(Tensor.zeros([1, 5, 2]), Tensor.zeros([3, 3, 1])) }
  ),
  (
    "conv1D: expected series that a kernel fits into with padding, found a length of 4 with padding 0,"
      + " and a kernel that reaches over 5",
    { _ = conv1D(Tensor.zeros([1, 4, 2]), Tensor.zeros([3, 2, 1]), dilation: 2) }
  ),
  (
    "conv1D: expected a stride and a dilation of 1 or more and no negative padding, or none for a causal"
      + " one, found 1, 1 and 2",
    { _ = conv1D(Tensor.zeros([1, 4, 2]), Tensor.zeros([3, 2, 1]), padding: 2, causal: true) }
  ),
]
