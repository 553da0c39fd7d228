import CKernels

/// What an operation does to its result on the way out, in the same pass over memory: nothing, or a
/// rectifier, plain or leaky.
///
/// A rectifier's result has the sign of its input, so a gradient goes back through it by the result
/// alone, and the value before it is not stored.
package struct Rectifier: Equatable, Sendable {
  /// The factor of negative values: 1 for none, 0 for a plain rectifier, another one above 0 for a leaky
  /// one.
  let slope: Double

  /// Leaves everything as it is.
  package static let none = Rectifier(slope: 1)

  /// max(x, 0).
  package static let plain = Rectifier(slope: 0)

  /// x where it is positive, `slope` · x elsewhere, with a slope above 0: by one below 0 the result would
  /// have another sign than x.
  package static func leaky(_ slope: Double) -> Rectifier {
    precondition(slope > 0, "Rectifier.leaky: expected a slope above 0, found \(slope)")
    return Rectifier(slope: slope)
  }

  /// The rectified values, as an operation of its own.
  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .none: x
    case .plain: relu(x)
    default: leakyReLU(x, slope: slope)
    }
  }

  /// A gradient back through the rectifier, which had these results.
  func pullback(_ dy: Tensor, results: Tensor) -> Tensor {
    self == .plain ? dy.masked(byPositive: results) : dy.scaled(byLeak: slope, at: results)
  }

  /// For kernels that make the results.
  var forward: CKRectifier { CKRectifier(slope: slope, results: nil) }

  /// For kernels that make a gradient which goes back through these results.
  func backward(_ results: Tensor) -> CKRectifier {
    CKRectifier(slope: slope, results: results.pointer)
  }
}
