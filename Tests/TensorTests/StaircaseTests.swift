import Testing

@testable import Tensor

/// Products with staircase masks are those with the whole mask.
@Suite struct StaircaseTests {
  private let random = Random(seed: 41)

  /// A mask between units of these degrees.
  private static func mask(_ inputs: [Int], _ outputs: [Int], isStrict: Bool = false) -> Tensor {
    let (from, to) = (Tensor(inputs).expanded(at: 1), Tensor(outputs).expanded(at: 0))
    return isStrict ? from .< to : from .<= to
  }

  private static let sorted = (0..<150).map { $0 % 70 + 1 }.sorted()

  /// Sorted units, outputs of which the first see nothing, and two of each number.
  private static let masks = [
    mask(Array(1...200), sorted), mask(sorted, sorted),
    mask(sorted, Array(-70...70), isStrict: true),
    mask(Array(1...192), Array(1...192) + Array(1...192), isStrict: true),
  ]

  @Test(arguments: masks, [Rectifier.none, .plain, .leaky(0.2)])
  func theProductsAreThoseWithTheWholeMask(_ single: Tensor, _ rectifier: Rectifier) throws {
    let mask = single.converted(to: .float64)
    let staircase = try #require(Staircase(of: mask))
    let (rows, columns) = (mask.shape[0], mask.shape[1])
    let inputs = [[5, rows], [rows, columns], [columns], [5, rows]].map {
      random.normal($0, dtype: .float64)
    }
    let weights = random.normal([5, columns], dtype: .float64)
    // The inputs come from a rectifier, and the weights are used twice.
    func value(_ x: [Tensor], _ layer: (Tensor) -> Tensor) -> Tensor {
      ((layer(relu(x[0])) - 2 * layer(x[3])) * weights).sum()
    }
    func short(_ x: [Tensor]) -> Tensor {
      value(x) { affine($0, x[1], x[2], mask: mask, staircase, rectifier: rectifier) }
    }
    let found = valueWithGradient(at: inputs, short)
    let expected = valueWithGradient(at: inputs) { x in
      value(x) { affine($0, x[1] * mask, x[2], rectifier: rectifier) }
    }
    #expect(abs(found.value - expected.value).scalar < 1e-10)
    for (found, expected) in zip(found.gradients, expected.gradients) {
      #expect(abs(found - expected).max().scalar < 1e-11)
    }
    expectSameAtAnyNumberOfThreads { valueWithGradient(at: inputs, short).gradients }
  }

  @Test func theGradientsAreRightToSecondOrder() throws {
    let mask = Self.mask(Array(1...128), Array(1...128)).converted(to: .float64)
    let staircase = try #require(Staircase(of: mask))
    let check = checkGradient(
      of: { x in square(affine(x[0], x[1], x[2], mask: mask, staircase, rectifier: .none)).sum() },
      at: [[2, 128], [128, 128], [128]].map { random.normal($0) }, directions: 1)
    #expect(check.passes(), "\(check)")
  }

  @Test func otherMasksAreNoStaircases() {
    let permuted = Self.mask((0..<200).map { $0 * 77 % 200 }, Array(0..<200))
    for mask in [permuted, Tensor.ones([200, 200]), Self.mask([1, 2, 3], [1, 2, 3])] {
      #expect(Staircase(of: mask) == nil)
    }
  }
}
