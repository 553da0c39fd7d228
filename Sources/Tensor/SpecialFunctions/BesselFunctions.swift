import CKernels

/// e^−|x| I₀(x) of each element, the scaled modified Bessel function of order 0.
///
/// It is even, 1 at 0, and approaches 1/√(2π|x|) for large |x| (Abramowitz and Stegun 9.6 and 9.7).
public func besselI0Scaled(_ x: Tensor) -> Tensor {
  x.mapped(by: .besselI0Scaled) { y, dy in dy * (besselI1Scaled(x) - sign(x) * y) }
}

/// e^−|x| I₁(x) of each element, the scaled modified Bessel function of order 1.
///
/// It is odd, x/2 near 0, and approaches ±1/√(2π|x|) for large |x| (Abramowitz and Stegun 9.6 and
/// 9.7).
public func besselI1Scaled(_ x: Tensor) -> Tensor {
  x.mapped(by: .besselI1Scaled) { y, dy in besselPullback(1, x, y, dy) }
}

/// e^−|x| Iₙ(x) of each element.
private func besselScaled(_ n: Int, _ x: Tensor) -> Tensor {
  switch n {
  case 0: besselI0Scaled(x)
  case 1: besselI1Scaled(x)
  default:
    x.mapped(by: .besselScaled, Double(n)) { y, dy in besselPullback(n, x, y, dy) }
  }
}

/// Iₙ′ = (Iₙ₋₁ + Iₙ₊₁)/2 for n ≥ 1 (9.6.26), and the derivative of e^−|x|.
private func besselPullback(_ n: Int, _ x: Tensor, _ y: Tensor, _ dy: Tensor) -> Tensor {
  dy * (0.5 * (besselScaled(n - 1, x) + besselScaled(n + 1, x)) - sign(x) * y)
}
