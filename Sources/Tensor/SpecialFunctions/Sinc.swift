import CKernels
import Foundation

/// sin(πx)/(πx) of each element, and 1 at 0.
///
/// It keeps its relative accuracy near its zeros, the integers, because x is reduced before it is
/// multiplied by π.
public func sinc(_ x: Tensor) -> Tensor {
  x.mapped(by: .sinc) { _, dy in sphericalBesselPullback(0, x, dy) }
}

/// jₙ(z)/zⁿ of each element at z = πx, with the spherical Bessel function jₙ (Abramowitz and Stegun
/// 10.1): the derivatives of sinc.
private func scaledSphericalBessel(_ n: Int, _ x: Tensor) -> Tensor {
  x.mapped(by: .sphericalBessel, Double(n)) { _, dy in sphericalBesselPullback(n, x, dy) }
}

/// d/dz jₙ(z)/zⁿ = −z jₙ₊₁(z)/zⁿ⁺¹ (10.1.24).
private func sphericalBesselPullback(_ n: Int, _ x: Tensor, _ dy: Tensor) -> Tensor {
  dy * (-Double.pi * Double.pi * x) * scaledSphericalBessel(n + 1, x)
}
