import Testing

@testable import Tensor

private let bound = ": expected sizes of 0 or more with a product of at most 2⁴⁸ (zeros left out)"
private let mistakes: [(message: String, mistake: @Sendable () -> Void)] = [
  ("filled" + bound, { _ = Tensor.zeros([1 << 40, 1 << 40]) }),
  ("filled" + bound, { _ = Tensor.ones([0, 1 << 47, 1 << 32]) }),
  ("Tensor" + bound, { _ = Tensor([Double](), shape: [-1, 0]) }),
  (
    "reshaped: shape [6] has 6 elements",
    { _ = Tensor.zeros([6]).reshaped(to: [1 << 40, 1 << 40]) }
  ),
  (
    "reshaped: shape [6] has 6 elements",
    { _ = Tensor.zeros([6]).reshaped(to: [1 << 40, 1 << 40, -1]) }
  ),
  ("+" + bound, { _ = Tensor.zeros([0, 1 << 40, 1]) + Tensor.zeros([0, 1, 1 << 40]) }),
  (
    "broadcast" + bound,
    { _ = Tensor.zeros([0, 1 << 40, 1]).broadcast(to: [0, 1 << 40, 1 << 40]) }
  ),
  ("matmul" + bound, { _ = Tensor.zeros([1 << 40, 0]).matmul(Tensor.zeros([0, 1 << 40])) }),
  ("Tensor: expected memory for", { _ = Tensor.zeros([1 << 47]) }),
]

/// Sizes whose product overflows, and empty shapes with huge sizes.
@Suite struct ElementCountTests {
  private static let cases: [(shape: [Int], count: Int?)] = {
    let (large, huge): (Int, Int) = (1 << 32, 1 << 47)
    return [
      ([], 1), ([0], 0), ([2, 3], 6), ([2 * huge], 2 * huge), ([huge, 0], 0), ([0, huge, 2], 0),
      ([-1], nil), ([0, -1], nil), ([4 * huge], nil), ([0, huge, large], nil),
      ([0, large, large, 0], nil), ([large, large, 0], nil), ([Int.max, 0], nil),
      ([Int.max, Int.max], nil), ([0, Int.max, 4], nil),
    ]
  }()

  @Test(arguments: cases.indices) func ofShapes(_ index: Int) {
    #expect(Self.cases[index].shape.elementCount == Self.cases[index].count)
  }

  @Test(arguments: mistakes.indices)
  func aShapeThatNoMemoryHoldsStopsTheProgramByItsOperation(_ index: Int) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      mistakes[index].mistake()
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains(mistakes[index].message), "\(text)")
  }

  private static let shapes: [[Int]] = [[1 << 47, 0], [0, 1 << 47], [2, 1 << 46, 0]]

  /// No loop runs over 2⁴⁷ empty rows.
  @Test(.timeLimit(.minutes(10)), arguments: shapes)
  func nothingInHugeShapesTakesNoTime(shape: [Int]) {
    let x = Tensor.zeros(shape)
    let last = shape.count - 1
    #expect(x.description == "Tensor \(shape) float32\n[]")
    #expect(x.permuted(to: shape.indices.reversed()).shape == shape.reversed())
    #expect(x.transposed().count == 0 && x.expanded(at: 1).count == 0)
    #expect((x + Tensor(1)).count == 0 && exp(x).shape == shape && x == x)
    #expect(x.sum().scalar == 0 && x.scalars.isEmpty && x.isFinite && x.sumOfSquares == 0)
    #expect(x.converted(to: .float64).count == 0)
    #expect(Tensor.concatenated([x, x], along: last).count == 0)
    #expect(x.padded(before: 1, after: 0, along: shape.firstIndex(of: 0) == 0 ? 1 : 0).count == 0)
    if shape[0] > 0 {
      #expect((x + Tensor.zeros([1] + shape.dropFirst())).shape == shape)
      let axis = shape.count == 2 ? 0 : 1
      #expect(x.sum(along: axis).count == 0 && x.max(along: axis).count == 0)
      #expect(x.sliced(1..<2).count == 0 && x.gatheredRows(at: [1, 0]).count == 0)
    }
  }
}
