/// (x − μ) / √(σ² + ε), with the mean μ and the biased variance σ² along axes.
///
/// Equal elements become 0 exactly, whatever their value.
///
/// - Parameters:
///   - x: Of any shape, with at least one element along the axes.
///   - axes: The axes; negative ones count from the end.
///   - epsilon: ε.
/// - Returns: The normalised elements, of x's shape.
package func normalized(_ x: Tensor, along axes: [Int], epsilon: Double) -> Tensor {
  normalization(of: x, along: axes, epsilon: epsilon).normalized
}

/// The normalised elements, and 1 / √(σ² + ε) with a size of 1 along the axes.
func normalization(
  of x: Tensor, along axes: [Int], epsilon: Double
) -> (normalized: Tensor, inverseDeviation: Tensor) {
  let moments = Moments(of: x, along: axes, squares: true, "normalized")
  // In double precision, where the squares of all single-precision numbers are finite.
  let exact = 1 / sqrt(moments.squares / moments.count + epsilon)
  let inverseValue = exact.rounded(to: x.dtype, "normalized")
  let (near, rest) = moments.mean(of: x.dtype, "normalized")
  let value = (stopGradient(x) - near - rest) * inverseValue
  func mean(_ y: Tensor) -> Tensor { y.mean(along: axes, keepingDimensions: true) }

  // dr/dx = −r² x̂ / n.
  func inverse() -> Tensor {
    inverseValue.tracked(from: x) { r, dr in
      dr * square(r) * normalized(x, along: axes, epsilon: epsilon) * (-1 / moments.count)
    }
  }
  let y = value.tracked(from: x) { y, dy in
    inverse() * (dy - mean(dy) - y * mean(dy * y))
  }
  return (y, inverse())
}
