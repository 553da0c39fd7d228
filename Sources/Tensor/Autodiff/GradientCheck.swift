/// The difference between the gradients of a function and central differences.
public struct GradientCheck: CustomStringConvertible, Sendable {
  /// The largest relative error of each order: the first derivative, then the second.
  public let errors: [Double]

  /// Whether every order's error is below `tolerance`.
  public func passes(tolerance: Double = 1e-6) -> Bool {
    errors.allSatisfy { $0 < tolerance }  // a NaN fails
  }

  /// The errors as text.
  public var description: String {
    errors.enumerated()
      .map { "order \($0.offset + 1): relative error \($0.element)" }
      .joined(separator: ", ")
  }
}

/// Compares the gradients of a function with central differences, to first and second order.
///
/// It works in float64, along random directions u: to first order, ⟨∇f(x), u⟩ against (f(x + hu) −
/// f(x − hu)) / 2h with Richardson extrapolation; to second order, the same for the function g(x) =
/// ⟨∇f(x), v⟩ with a random v. A result of several elements is first multiplied by fixed random
/// weights and summed. Keep the points away from kinks.
///
/// ```swift
/// checkGradient(of: { tanh($0[0]) }, at: [Tensor([0.3, -1.2])]).passes()   // true
/// ```
///
/// - Parameters:
///   - function: The function of the tensors; it must work in float64.
///   - inputs: The point of the check; converted to float64.
///   - order: 1, or 2 to include second derivatives.
///   - directions: The number of random directions for each order.
/// - Returns: The largest error of each order, relative to the larger of the derivative along the
///   direction and a thousandth of the gradient's norm.
public func checkGradient(
  of function: ([Tensor]) -> Tensor, at inputs: [Tensor], order: Int = 2, directions: Int = 3
) -> GradientCheck {
  let random = Random(seed: 20_131_220)
  let point = inputs.map { $0.converted(to: .float64) }
  let weights = random.normal(function(point).shape, dtype: .float64)
  func value(_ x: [Tensor]) -> Tensor { (function(x) * weights).sum() }

  var errors = [largestError(of: value, at: point, directions, random)]
  if order > 1 {
    let fixed = point.map { random.normal($0.shape, dtype: .float64) }
    func slope(_ x: [Tensor]) -> Tensor {
      let (_, gradients) = valueWithGradient(at: x) { value($0) }
      return inner(gradients, fixed)
    }
    errors.append(largestError(of: slope, at: point, directions, random))
  }
  return GradientCheck(errors: errors)
}

private func largestError(
  of function: ([Tensor]) -> Tensor, at point: [Tensor], _ directions: Int, _ random: Random
) -> Double {
  let (_, gradients) = valueWithGradient(at: point) { function($0) }
  let norm = inner(gradients, gradients).scalar.squareRoot()
  return (0..<directions).map { _ in
    let direction = point.map { random.normal($0.shape, dtype: .float64) }
    let analytic = inner(gradients, direction).scalar
    let numeric = centralDifference(of: function, at: point, along: direction)
    let scale = max(Swift.abs(analytic), Swift.abs(numeric), 1e-3 * norm, 1e-8)
    return Swift.abs(analytic - numeric) / scale
  }.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
}

/// The derivative along a direction, with an error of order h⁴.
private func centralDifference(
  of function: ([Tensor]) -> Tensor, at point: [Tensor], along direction: [Tensor]
) -> Double {
  func slope(_ h: Double) -> Double {
    let ahead = function(zip(point, direction).map { $0 + h * $1 }).scalar
    let behind = function(zip(point, direction).map { $0 - h * $1 }).scalar
    return (ahead - behind) / (2 * h)
  }
  let h = 2e-4
  return (4 * slope(h / 2) - slope(h)) / 3
}

/// The inner product of two lists of tensors.
private func inner(_ a: [Tensor], _ b: [Tensor]) -> Tensor {
  zip(a, b).map { ($0 * $1).sum() }.reduce(Tensor(0, dtype: .float64), +)
}
