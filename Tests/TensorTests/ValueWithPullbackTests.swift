import Testing

@testable import Tensor

@Suite struct ValueWithPullbackTests {
  @Test func theProductOfAGradientAndTheJacobian() {
    let (y, pullback) = valueWithPullback(at: [Tensor([1, 2]), Tensor(3), Tensor([7])]) { x in
      square(x[0]) * x[1]
    }
    #expect(y.scalars == [3, 12] && y.place == nil)
    // d/dx₀ = 2 x₀ x₁ dy, d/dx₁ = Σ x₀² dy, and 0 for the third.
    let gradients = pullback(Tensor([1, 10]))
    #expect(gradients.map(\.scalars) == [[6, 120], [41], [0]])
  }

  @Test func aLossInTwoHalvesHasTheGradientOfTheWhole() {
    let random = Random(seed: 21)
    let (x, w) = (random.normal([5, 3]), random.normal([3, 4]))
    let whole = gradient(at: w) { w in square(tanh(x.matmul(w)) - 1).mean() }
    let (y, pullback) = valueWithPullback(at: [w]) { tanh(x.matmul($0[0])) }
    let dy = gradient(at: y) { square($0 - 1).mean() }
    #expect(pullback(dy) == [whole])
  }

  @Test func aGradientInBetweenIsAPartOfNeither() {
    let (y, pullback) = valueWithPullback(at: [Tensor(3)]) { $0[0] * $0[0] }
    #expect(gradient(at: Tensor(5)) { $0 * y }.scalar == 9)
    #expect(pullback(Tensor(1))[0].scalar == 6)
  }

  @Test func insideAGradientItIsDifferentiable() {
    // The pullback of x³ is 3x² dy; Σ 3x² · x = 3x³ has the slope 9x².
    let dx = gradient(at: Tensor([1, 2])) { x in
      let (_, pullback) = valueWithPullback(at: [x]) { $0[0] * $0[0] * $0[0] }
      return pullback(x)[0].sum()
    }
    #expect(dx.scalars == [9, 36])
    // The value is also part of the outer gradient, and a second call runs a new backward pass:
    // x² + 2x + 6x has the slope 2x + 8.
    let both = gradient(at: Tensor([1, 2])) { x in
      let (y, pullback) = valueWithPullback(at: [x]) { square($0[0]) }
      let ones = Tensor([1, 1])
      let (once, thrice) = (pullback(ones)[0], pullback(3 * ones)[0])
      return (y + once + thrice).sum()
    }
    #expect(both.scalars == [10, 12])
  }

  @Test func aThrownErrorComesThrough() {
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try valueWithPullback(at: [Tensor(1)]) { _ -> Tensor in throw Failure() }
    }
  }

  @Test func nothingIsKeptOfAPullbackThatNobodyCalls() {
    weak var kept: Canary?
    do {
      let canary = Canary()
      kept = canary
      let (y, pullback) = valueWithPullback(at: [Tensor([1, 2])]) { x in
        let y = square(x[0])
        return y.tracked(from: y) { _, dy in
          withExtendedLifetime((canary, y)) {}
          return dy
        }
      }
      #expect(y.scalars == [1, 4])
      _ = pullback
    }
    #expect(kept == nil)
  }

  @Test func afterTheCallTheInputsMemoryIsTheirOwn() {
    var x = Tensor([1, 2])
    let before = x.pointer
    let (y, pullback) = valueWithPullback(at: [x]) { square($0[0]) }
    #expect(pullback(y)[0].scalars == [2, 16])
    x.withMutableMemory { #expect($0 == before) }
    withExtendedLifetime(pullback) {}
  }

  @Test func aGradientOfAnotherShapeStops() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (_, pullback) = valueWithPullback(at: [Tensor([1, 2])]) { $0[0] }
      _ = pullback(Tensor([1, 2, 3]))
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let message =
      "pullback: expected a gradient of the value's type and shape, float32[2],"
      + " found float32[3]"
    #expect(text.contains(message), "\(text)")
  }

  @Test func aSecondCallStops() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (y, pullback) = valueWithPullback(at: [Tensor([1, 2])]) { square($0[0]) }
      _ = pullback(y)
      _ = pullback(y)
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("pullback: expected one call, found a second"), "\(text)")
  }
}

/// An object whose deallocation can be observed.
private final class Canary {}
