import Foundation
import Testing

@testable import Tensor

/// One operation on two tensors, its value in plain Swift, and two domains.
struct BinaryRow: Sendable, CustomTestStringConvertible {
  let name: String
  let function: @Sendable (Tensor, Tensor) -> Tensor
  let reference: @Sendable (Double, Double) -> Double
  var testDescription: String { name }

  init(
    _ name: String, _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double, Double) -> Double
  ) {
    (self.name, self.function, self.reference) = (name, function, reference)
  }
}

private let differentiable: [BinaryRow] = [
  .init("+", { $0 + $1 }, { $0 + $1 }),
  .init("-", { $0 - $1 }, { $0 - $1 }),
  .init("*", { $0 * $1 }, { $0 * $1 }),
  .init("/", { $0 / $1 }, { $0 / $1 }),
  .init("pow", { pow($0, $1) }, { Foundation.pow($0, $1) }),
  .init("minimum", { minimum($0, $1) }, { Swift.min($0, $1) }),
  .init("maximum", { maximum($0, $1) }, { Swift.max($0, $1) }),
  .init("select", { select($0 .> 1, $0, $1) }, { $0 > 1 ? $0 : $1 }),
  .init(
    "in place",
    {
      var x = $0; x += $1; x *= x; x -= $1; x /= $1; return x
    }
  ) {
    (($0 + $1) * ($0 + $1) - $1) / $1
  },
]

private let comparisons: [BinaryRow] = [
  .init(".<", { $0 .< $1 }, { $0 < $1 ? 1 : 0 }),
  .init(".<=", { $0 .<= $1 }, { $0 <= $1 ? 1 : 0 }),
  .init(".>", { $0 .> $1 }, { $0 > $1 ? 1 : 0 }),
  .init(".>=", { $0 .>= $1 }, { $0 >= $1 ? 1 : 0 }),
  .init(".==", { $0 .== $1 }, { $0 == $1 ? 1 : 0 }),
  .init(".!=", { $0 .!= $1 }, { $0 != $1 ? 1 : 0 }),
]

private let pairs: [([Int], [Int])] = [
  ([], []), ([5], [5]), ([3, 4], [3, 4]), ([3, 4], [4]), ([4], [3, 4]), ([3, 1], [1, 4]),
  ([], [2, 3]), ([2, 3], []), ([2, 1, 3], [4, 1]), ([3, 4], [3, 1]), ([2, 3, 4], [3, 1]),
  ([1, 1, 4], [2, 3, 1]),
]

@Suite struct BroadcastingTests {
  @Test(arguments: differentiable)
  func gradients(_ row: BinaryRow) {
    let random = Random(seed: 3)
    for (a, b) in pairs {
      // Two ranges that are apart, near no kink: around 0.5 and around 1.5, in either order.
      let flip = Tensor(random.bernoulli([1], probability: 0.5).scalar, dtype: .float64)
      let x = random.uniform(a, in: 0.3..<0.8, dtype: .float64) + flip
      let y = random.uniform(b, in: 1.2..<1.6, dtype: .float64) - flip
      let check = checkGradient(of: { row.function($0[0], $0[1]) }, at: [x, y])
      #expect(check.passes(), "\(row.name) \(a) \(b): \(check)")
    }
  }

  @Test(arguments: differentiable + comparisons)
  func values(_ row: BinaryRow) {
    let random = Random(seed: 4)
    for (a, b) in pairs + [([37, 53], [53]), ([40_001], [40_001]), ([40_001], [1])] {
      // Multiples of a quarter, so that equal elements occur.
      let x = Tensor(random.uniform(a, in: 1..<3).scalars.map { ($0 * 4).rounded() / 4 }, shape: a)
      let y = Tensor(random.uniform(b, in: 1..<3).scalars.map { ($0 * 4).rounded() / 4 }, shape: b)
      let result = row.function(x, y)
      let expected = naive(x, y, result.shape, row.reference)
      #expect(zip(result.doubles, expected).allSatisfy { Swift.abs($0 - $1) < 1e-5 }, "\(a) \(b)")
    }
  }

  /// The result by plain index arithmetic.
  private func naive(
    _ a: Tensor, _ b: Tensor, _ shape: [Int], _ operation: (Double, Double) -> Double
  ) -> [Double] {
    let (x, y) = (a.doubles, b.doubles)
    func place(_ index: Int, _ own: [Int]) -> Int {
      var (rest, place, stride) = (index, 0, 1)
      for d in 0..<shape.count {
        let size = shape[shape.count - 1 - d]
        let coordinate = rest % size
        rest /= size
        guard d < own.count else { continue }
        let ownSize = own[own.count - 1 - d]
        place += (ownSize == 1 ? 0 : coordinate) * stride
        stride *= ownSize
      }
      return place
    }
    return (0..<shape.reduce(1, *)).map { operation(x[place($0, a.shape)], y[place($0, b.shape)]) }
  }

  @Test func equalElementsShareTheGradientOfTheExtreme() {
    let x = Tensor([1, 2, 3])
    for function in [minimum, maximum] as [(Tensor, Tensor) -> Tensor] {
      let (_, gradients) = valueWithGradient(at: [x, x]) { function($0[0], $0[1]).sum() }
      #expect(gradients[0].scalars == [0.5, 0.5, 0.5] && gradients[1].scalars == [0.5, 0.5, 0.5])
    }
  }
}
