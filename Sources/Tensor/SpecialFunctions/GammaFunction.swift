import CKernels

/// log |Γ(x)| of each element.
///
/// It is ∞ at 0, −1, −2, … and at ±∞. Near its zeros at 1 and 2 it keeps its relative accuracy;
/// near those between the negative integers, its absolute error is that of the larger of two terms.
/// It uses Stirling's series from 7.5 on, Γ(x + 1) = x Γ(x) below that, and Γ(x) Γ(−x) = −π/(x sin
/// πx) for x < −7.5 (Abramowitz and Stegun 6.1).
public func logGamma(_ x: Tensor) -> Tensor {
  x.mapped(by: .logGamma) { _, dy in dy * digamma(x) }
}

/// ψ(x) = d/dx log Γ(x) of each element.
///
/// It is ∓∞ at ±0, and NaN at −∞ and at −1, −2, …, where its poles have no sign. It keeps its
/// relative accuracy near its zero at 1.4616 (Abramowitz and Stegun 6.3).
public func digamma(_ x: Tensor) -> Tensor {
  x.mapped(by: .digamma) { _, dy in dy * trigamma(x) }
}

/// ψ′(x) of each element, the derivative of ``digamma(_:)``.
///
/// It is Σ 1/(x + k)² over k = 0, 1, 2, …
///
/// It is ∞ at 0, −1, −2, … (Abramowitz and Stegun 6.4).
public func trigamma(_ x: Tensor) -> Tensor {
  x.mapped(by: .trigamma) { _, dy in dy * polygamma(order: 2, x) }
}

/// The n-th derivative of ``digamma(_:)`` of each element, ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σ (x + k)⁻ⁿ⁻¹.
///
/// Computed by the Euler–Maclaurin formula for the Hurwitz zeta function ζ(n + 1, x), with each
/// power accurate to 100 bits (Abramowitz and Stegun 6.4.10 and 23.2.7). At 0, −1, −2, … it is ∞
/// for odd n; for even n it is ∓∞ at ±0 and NaN at −1, −2, ….
///
/// - Parameters:
///   - n: The order, from 0, which is digamma, to 1,000; each differentiation raises it by one.
///   - x: The arguments, of any shape.
public func polygamma(order n: Int, _ x: Tensor) -> Tensor {
  precondition(
    (0...1_000).contains(n), "polygamma: expected an order from 0 to 1,000, found \(n)")
  if n == 0 { return digamma(x) }
  if n == 1 { return trigamma(x) }
  return x.mapped(by: .polygamma, Double(n)) { _, dy in dy * polygamma(order: n + 1, x) }
}
