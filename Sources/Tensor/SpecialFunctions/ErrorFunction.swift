import CKernels

// Accuracy, here and in the other special functions: float64 to 4 units in the last place, float32 to 1.

/// The error function of each element, erf(x) = 2/√π ∫₀ˣ exp(−t²) dt.
///
/// Odd, ±1 at ±∞. It keeps its digits near 0, as ``erfc(_:)`` does far out (Abramowitz and Stegun 7.1.1).
public func erf(_ x: Tensor) -> Tensor {
  x.mapped(by: .erf) { _, dy in dy * (1.1283791670955126 * exp(-square(x))) }
}

/// 1 − erf(x) of each element, with all its digits where erf(x) is close to 1.
///
/// 2 at −∞; it vanishes like exp(−x²)/(x√π), and becomes 0 beyond 27.2 (Abramowitz and Stegun 7.1.2).
public func erfc(_ x: Tensor) -> Tensor {
  x.mapped(by: .erfc) { _, dy in dy * (-1.1283791670955126 * exp(-square(x))) }
}
