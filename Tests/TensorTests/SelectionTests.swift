import Testing

@testable import Tensor

@Suite struct SelectionTests {
  @Test(arguments: [DType.float32, .float64])
  func valuesAsNumPyHasThem(_ dtype: DType) {
    let x = Tensor([[1, 2, 3], [4, 5, 6]], dtype: dtype)
    func tensor(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: dtype) }
    #expect(x.flipped() == tensor([[3, 2, 1], [6, 5, 4]]))
    #expect(x.flipped(along: 0) == tensor([[4, 5, 6], [1, 2, 3]]))
    #expect(x.flipped(along: [0, 1]) == tensor([[6, 5, 4], [3, 2, 1]]))
    #expect(x.rolled(by: 1) == tensor([[3, 1, 2], [6, 4, 5]]))
    #expect(x.rolled(by: -1) == tensor([[2, 3, 1], [5, 6, 4]]))
    #expect(x.rolled(by: 3, along: 0) == tensor([[4, 5, 6], [1, 2, 3]]))
    #expect(x.repeated(2) == tensor([[1, 1, 2, 2, 3, 3], [4, 4, 5, 5, 6, 6]]))
    #expect(x.repeated([0, 2], along: 0) == tensor([[4, 5, 6], [4, 5, 6]]))
    #expect(x.tiled([1, 2]) == tensor([[1, 2, 3, 1, 2, 3], [4, 5, 6, 4, 5, 6]]))
    #expect(x.tiled([2, 1]) == tensor([[1, 2, 3], [4, 5, 6], [1, 2, 3], [4, 5, 6]]))
    #expect(x.tiled([2, 1, 1]) == Tensor.stacked([x, x]))
    #expect(x.tiled([0, 1]).shape == [0, 3] && x.repeated(0).shape == [2, 0])
    #expect(x.gathered(at: [2, 0], along: 1) == tensor([[3, 1], [6, 4]]))
    #expect(
      x.scattered(to: [1, 0, 1], count: 2, along: 1) == tensor([[2, 4], [5, 10]]))
    #expect(x.gatheredElements(at: [2, 0], along: 1) == tensor([[3], [4]]))
    #expect(x.gatheredElements(at: [1, 0, 1], along: 0) == tensor([[4, 2, 6]]))
    #expect(
      x.scatteredElements(to: [0, 0, 1, 1, 0, 1], count: 2, along: 1)
        == tensor([[3, 3], [5, 10]]))
    #expect(
      Tensor.oneHot([2, 0], count: 3, dtype: dtype) == tensor([[0, 0, 1], [1, 0, 0]]))
    #expect(Tensor.oneHot([], count: 3).shape == [0, 3])
  }

  @Test func alongEmptyAxes() {
    let x = Tensor.zeros([2, 0])
    #expect(x.flipped() == x && x.flipped(along: 0) == x && x.rolled(by: 3) == x)
    #expect(x.gathered(at: [1, 1, 0], along: 0).shape == [3, 0])
    #expect(x.gathered(at: [], along: 1) == x)
    #expect(x.scattered(to: [], count: 2, along: 1) == Tensor.zeros([2, 2]))
    #expect(x.gatheredElements(at: [], along: 1) == x && x.sorted() == x && x.argsorted() == [])
    #expect(x.tiled([3, 2]).shape == [6, 0])
    #expect(Tensor.zeros([2, 3]).gatheredElements(at: [], along: 1).shape == [2, 0])
  }

  @Test(arguments: [DType.float32, .float64])
  func masks(_ dtype: DType) {
    let x = Tensor([[0, -0.0, .nan], [1, .infinity, -.infinity]], dtype: dtype)
    func tensor(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: dtype) }
    #expect(isNaN(x) == tensor([[0, 0, 1], [0, 0, 0]]))
    #expect(isInfinite(x) == tensor([[0, 0, 0], [0, 1, 1]]))
    #expect(isFinite(x) == tensor([[1, 1, 0], [1, 0, 0]]))
    #expect(x.any(along: 1) == tensor([1, 1]) && x.all(along: 1) == tensor([0, 1]))
    #expect(x.any(along: 0) == tensor([1, 1, 1]) && x.all(along: 0) == tensor([0, 0, 1]))
    #expect(x.nonzeroCount(along: 1, keepingDimensions: true) == tensor([[1], [3]]))
    #expect(x.any() && !x.all() && x.nonzeroCount() == 4)
    #expect(!Tensor.zeros([0]).any() && Tensor.zeros([0]).all())
    let empty = Tensor.zeros([2, 0], dtype: dtype)
    #expect(empty.any(along: 1) == tensor([0, 0]) && empty.all(along: 1) == tensor([1, 1]))
  }

  @Test func manyNonzeroElements() {
    #expect(Tensor.ones([(1 << 24) + 3]).nonzeroCount() == (1 << 24) + 3)
  }

  @Test(arguments: [DType.float32, .float64])
  func sameAtAnyNumberOfThreads(_ dtype: DType) {
    let x = Random(seed: 21).normal([40, 300, 7], dtype: dtype)
    let places = (0..<500).map { $0 * 7 % 300 }
    let elements = (0..<40 * 100 * 7).map { $0 * 13 % 300 }
    expectSameAtAnyNumberOfThreads { x.gathered(at: places, along: 1) }
    expectSameAtAnyNumberOfThreads {
      x.scattered(to: (0..<300).map { $0 % 9 }, count: 9, along: 1)
    }
    expectSameAtAnyNumberOfThreads { x.gatheredElements(at: elements, along: 1) }
    // The adjoint: ⟨Gx, y⟩ = ⟨x, Gᵀy⟩.
    let y = Random(seed: 22).normal([40, 100, 7], dtype: .float64)
    let z = x.converted(to: .float64)
    let left = (z.gatheredElements(at: elements, along: 1) * y).sum().scalar
    let right = (z * y.scatteredElements(to: elements, count: 300, along: 1)).sum().scalar
    #expect(Swift.abs(left - right) < 1e-9)
  }
}
