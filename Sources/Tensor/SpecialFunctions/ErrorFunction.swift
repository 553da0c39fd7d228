import CKernels

// The accuracy, here and in the other special functions, is 4 units in the last place in float64
// and 1 in float32.

/// The error function of each element, erf(x) = 2/√π ∫₀ˣ exp(−t²) dt.
///
/// It is odd and ±1 at ±∞. It is accurate near 0, and ``erfc(_:)`` for large x (Abramowitz and
/// Stegun 7.1.1).
public func erf(_ x: Tensor) -> Tensor {
  x.mapped(by: .erf) { _, dy in dy * (1.1283791670955126 * exp(-square(x))) }
}

/// 1 − erf(x) of each element, to full accuracy where erf(x) is close to 1.
///
/// It is 2 at −∞, falls off like exp(−x²)/(x√π), and underflows to 0 beyond 27.2 (Abramowitz and
/// Stegun 7.1.2).
public func erfc(_ x: Tensor) -> Tensor {
  x.mapped(by: .erfc) { _, dy in dy * (-1.1283791670955126 * exp(-square(x))) }
}
