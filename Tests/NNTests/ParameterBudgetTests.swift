import Tensor
import Testing

@testable import NN

@Suite struct ParameterBudgetTests {
  /// Weights of these shapes, built within a budget.
  private func built(_ shapes: [[Int]], within limit: Int) -> (ParameterBudget, [Tensor]) {
    let budget = ParameterBudget(limit)
    let tensors = budget.spend { shapes.map { Initializer.zeros($0) } }
    return (budget, tensors)
  }

  @Test func whatFitsIsBuilt() {
    let (budget, tensors) = built([[2, 3], [0, 1 << 40], [4]], within: 10)
    #expect(!budget.isExceeded && budget.count == 10)
    #expect(tensors.map(\.shape) == [[2, 3], [0, 1 << 40], [4]])
  }

  /// Sizes whose product or sum overflows an `Int` also count.
  @Test(arguments: [
    [[1]], [[1 << 24, 1 << 24, 1 << 24]], [[1 << 62, 4]], [[1 << 47], [1 << 47]],
    [[Int.max], [Int.max], [3]],
  ])
  func beyondTheBudgetTensorsAreEmpty(shapes: [[Int]]) {
    let (budget, tensors) = built(shapes, within: 0)
    #expect(budget.isExceeded)
    #expect(tensors.allSatisfy { $0.count == 0 })
  }

  @Test func aModelIsMeasuredWithoutItsMemory() {
    let data = DataShape.images(4, 6)
    let size = ModelSize.measured(for: data) {
      Sequential {
        Dense(1 << 20, 1 << 20, using: Random(seed: 0))
        Dense(1 << 20, 7, using: Random(seed: 0))
      }
    }
    #expect(size.parameters == (1 << 40) + (1 << 20) + 7 * (1 << 20) + 7)
    #expect(size.outputs == (1 << 20) + 7)
    let inside = Sequential { Conv2D(1, 3, kernel: 2, using: Random(seed: 0)) }
    #expect(inside.parameterCount == 15, "outside, everything is as usual")
  }
}
