import CKernels

/// The activation that an operation applies to its result in the same pass over memory: none, or a
/// rectifier, plain or leaky.
///
/// A rectifier's result has the sign of its input, so the backward pass needs only the result, and
/// the value before the rectifier is not stored.
package struct Rectifier: Equatable, Sendable {
  /// The factor of negative values: 1 for no rectifier, 0 for a plain one, any other positive value
  /// for a leaky one.
  let slope: Double

  /// Changes nothing.
  package static let none = Rectifier(slope: 1)

  /// max(x, 0).
  package static let plain = Rectifier(slope: 0)

  /// x where it is positive, `slope` · x elsewhere; the slope must be above 0, since with a
  /// negative slope the result would have the opposite sign of x.
  package static func leaky(_ slope: Double) -> Rectifier {
    precondition(slope > 0, "Rectifier.leaky: expected a slope above 0, found \(slope)")
    return Rectifier(slope: slope)
  }

  /// The rectified values, as a separate operation.
  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .none: x
    case .plain: relu(x)
    default: leakyReLU(x, slope: slope)
    }
  }

  /// Propagates a gradient back through the rectifier that produced these results.
  func pullback(_ dy: Tensor, results: Tensor) -> Tensor {
    self == .plain ? dy.masked(byPositive: results) : dy.scaled(byLeak: slope, at: results)
  }

  /// The rectifier for kernels that compute the results.
  var forward: CKRectifier { CKRectifier(slope: slope, results: nil) }

  /// The rectifier for kernels that compute a gradient and propagate it back through these results.
  func backward(_ results: Tensor) -> CKRectifier {
    CKRectifier(slope: slope, results: results.pointer)
  }
}
