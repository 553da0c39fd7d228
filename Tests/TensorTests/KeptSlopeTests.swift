import Testing

@testable import Tensor

/// SiLU keeps the derivative that its value's loop computes, unless it has many elements.
@Suite struct KeptSlopeTests {
  private let random = Random(seed: 51)

  @Test func manyElementsHaveTheDerivativesOfFew() {
    let many = random.normal([(1 << 17) + 64], standardDeviation: 3)
    let few = many.sliced(0..<4096)
    let found = gradient(at: many) { silu($0).sum() }
    #expect(found.sliced(0..<4096) == gradient(at: few) { silu($0).sum() })
  }

  /// Up to the third derivative, and far out, where the curvature vanishes.
  @Test func theSecondDerivativeHasTheRightGradients() {
    let x = random.normal([40], standardDeviation: 3, dtype: .float64)
    let check = checkGradient(of: { x in gradient(at: x[0]) { silu($0).sum() } }, at: [x])
    #expect(check.passes(), "\(check)")
    let far = Tensor([-Double.infinity, -800, 800, .infinity], dtype: .float64)
    let curvature = gradient(at: far) { x in gradient(at: x) { silu($0).sum() }.sum() }
    #expect(curvature.doubles == [0, 0, 0, 0])
  }
}
