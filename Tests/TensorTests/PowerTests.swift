import Testing

@testable import Tensor

/// A base and an exponent, and the derivatives of the power with respect to each, first and second.
private struct PowerRow: Sendable {
  let base: Double
  let exponent: Double
  let inBase: Double
  let inExponent: Double
  var twiceInBase = 0.0
  var mixed: Double?
}

private let rows: [PowerRow] = [
  .init(base: 0, exponent: 0, inBase: 0, inExponent: 0, mixed: 0),
  .init(base: 0, exponent: 1, inBase: 1, inExponent: 0, mixed: 1),
  .init(base: 0, exponent: 2, inBase: 0, inExponent: 0, twiceInBase: 2, mixed: 0),
  .init(base: 0, exponent: 3, inBase: 0, inExponent: 0, mixed: 0),
  .init(base: 0, exponent: 2.5, inBase: 0, inExponent: 0, mixed: 0),
  .init(base: 0, exponent: 0.5, inBase: .infinity, inExponent: 0, twiceInBase: -.infinity),
  .init(base: 0, exponent: -1, inBase: -.infinity, inExponent: -.infinity, twiceInBase: .infinity),
  .init(base: 2, exponent: 0, inBase: 0, inExponent: 0.6931471805599453, mixed: 0.5),
  .init(base: 1, exponent: 0, inBase: 0, inExponent: 0, mixed: 1),
  .init(base: -2, exponent: 0, inBase: 0, inExponent: .nan),
  .init(base: -2, exponent: 2, inBase: -4, inExponent: .nan, twiceInBase: 2),
  .init(base: -2, exponent: 3, inBase: 12, inExponent: .nan, twiceInBase: -12),
]

@Suite struct PowerTests {
  private func agrees(_ found: Double, _ expected: Double) -> Bool {
    expected.isNaN
      ? found.isNaN : found == expected || Swift.abs(found - expected) < 1e-6 * Swift.abs(expected)
  }

  @Test(arguments: rows.indices, [DType.float32, .float64])
  func derivatives(_ index: Int, _ dtype: DType) {
    let row = rows[index]
    let (a, b) = (Tensor([row.base], dtype: dtype), Tensor([row.exponent], dtype: dtype))
    let first = valueWithGradient(at: [a, b]) { pow($0[0], $0[1]).sum() }.gradients
    #expect(agrees(first[0].scalar, row.inBase), "\(row): \(first[0])")
    #expect(agrees(first[1].scalar, row.inExponent), "\(row): \(first[1])")
    let second = valueWithGradient(at: [a, b]) { inputs in
      gradient(at: inputs[0]) { pow($0, inputs[1]).sum() }.sum()
    }.gradients
    #expect(agrees(second[0].scalar, row.twiceInBase), "\(row): \(second[0])")
    if let mixed = row.mixed { #expect(agrees(second[1].scalar, mixed), "\(row): \(second[1])") }
    // A number as the exponent gives the same result.
    let alone = gradient(at: a) { pow($0, row.exponent).sum() }
    #expect(agrees(alone.scalar, row.inBase))
    let curvature = gradient(at: a) { gradient(at: $0) { pow($0, row.exponent).sum() }.sum() }
    #expect(agrees(curvature.scalar, row.twiceInBase), "\(row): \(curvature)")
  }

  /// (2⁻¹⁰³⁰)⁻¹ is infinite, as 0⁻¹ is.
  @Test func aDenormalBaseIsNotUndefined() {
    let (a, b) = (Tensor([0x1p-1030], dtype: .float64), Tensor([0], dtype: .float64))
    let gradients = valueWithGradient(at: [a, b]) { pow($0[0], $0[1]).sum() }.gradients
    #expect(gradients[0].scalar == 0 && !gradients[1].scalar.isNaN)
  }

  /// In a sum of powers, such as a polynomial, a base of 0 does not affect the other gradients:
  /// 1 + 2x + 3x², then 2 + 6x.
  @Test func aPolynomialAtZero() {
    let x = Tensor([[0], [2]], dtype: .float64)
    let exponents = Tensor([0, 1, 2, 3], dtype: .float64)
    let slope = gradient(at: x) { pow($0, exponents).sum() }
    #expect(slope.doubles == [1, 17])
    let curvature = gradient(at: x) { x in gradient(at: x) { pow($0, exponents).sum() }.sum() }
    #expect(curvature.doubles == [2, 14])
    let third = gradient(at: x) { x in
      gradient(at: x) { x in gradient(at: x) { pow($0, exponents).sum() }.sum() }.sum()
    }
    #expect(third.doubles == [6, 6])
  }

  @Test func gradients() {
    let random = Random(seed: 91)
    let a = random.uniform([3, 4], in: 0.3..<3, dtype: .float64)
    let b = random.normal([4], dtype: .float64)
    let check = checkGradient(of: { pow($0[0], $0[1]) }, at: [a, b])
    #expect(check.passes(), "\(check)")
    let negative = checkGradient(
      of: { pow(-$0[0], Tensor([[3], [2], [0]], dtype: .float64)) }, at: [a])
    #expect(negative.passes(), "\(negative)")
  }
}
