import CKernels

/// 1/√(2π).
private let densityAtZero = 0.3989422804014327

/// The standard normal density φ(x) = exp(−x²/2)/√(2π) of each element.
private func normalDensity(_ x: Tensor) -> Tensor { densityAtZero * exp(-0.5 * square(x)) }

/// The standard normal distribution function Φ(x) = ½ erfc(−x/√2) of each element: the probability
/// of a smaller value.
///
/// Small probabilities keep their relative accuracy, down to x = −38.4 in float64.
public func normalCumulative(_ x: Tensor) -> Tensor {
  x.mapped(by: .normalCumulative) { _, dy in dy * normalDensity(x) }
}

/// log Φ(x) of each element, the logarithm of ``normalCumulative(_:)``.
///
/// It is finite even where Φ(x) underflows: about −x²/2 − log(−x√(2π)) far below 0. Above 0 it has
/// the relative accuracy of 1 − Φ(x).
public func normalLogCumulative(_ x: Tensor) -> Tensor {
  x.mapped(by: .normalLogCumulative) { _, dy in dy * normalLogSlope(x) }
}

/// φ(x)/Φ(x), the derivative h of log Φ(x) (the inverse Mills ratio); h′ = −h (x + h).
private func normalLogSlope(_ x: Tensor) -> Tensor {
  x.mapped(by: .normalLogSlope) { y, dy in -(dy * y) * (x + y) }
}

/// The standard normal quantile of each element: the x with Φ(x) = p.
///
/// It is −∞ at 0, ∞ at 1, and NaN outside [0, 1]. Its derivative is 1/φ(x).
public func normalQuantile(_ p: Tensor) -> Tensor {
  p.mapped(by: .normalQuantile) { y, dy in dy * (exp(0.5 * square(y)) / densityAtZero) }
}

/// The standard normal quantile of one probability: the x with Φ(x) = p.
public func normalQuantile(_ p: Double) -> Double {
  normalQuantile(Tensor(p, dtype: .float64)).scalar
}
