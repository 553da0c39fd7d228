import CKernels

/// Where a gradient goes: what the operation that makes it can do with it in the same pass.
///
/// Without it, adding gradients up and going back through a rectifier are passes of their own over
/// what was just written.
struct GradientDestination {
  /// The gradient that it is added to, if another operation brought one before.
  var sum: Tensor?
  /// The results of the rectifier through which it goes back, and the slope below zero.
  var rectifier: (results: Tensor, slope: Double)?

  /// Makes a gradient by an operation that ends with a rectifier, and adds it up.
  mutating func receive(_ make: (CKRectifier) -> Tensor) -> Tensor {
    let gradient = make(loop)
    guard var sum else { return gradient }
    self.sum = nil  // so that the sum is the only reference and is added to in place
    sum.accumulate(gradient)
    return sum
  }

  /// The rectifier as the loops take it.
  var loop: CKRectifier {
    rectifier.map { CKRectifier(slope: $0.slope, results: $0.results.pointer) } ?? .none
  }
}

/// A pullback for a walk that nothing differentiates: it brings the gradient to its destination.
typealias DirectPullback = (_ dy: Tensor, _ destination: inout GradientDestination) -> Tensor

/// An input of an operation, and the way back to it.
struct TrackedInput {
  let input: Tensor
  let pullback: Pullback
  var direct: DirectPullback?

  init(_ input: Tensor, direct: DirectPullback? = nil, pullback: @escaping Pullback) {
    self.input = input
    self.pullback = pullback
    self.direct = direct
  }
}

extension CKRectifier {
  /// Leaves everything as it is.
  static var none: CKRectifier { CKRectifier(slope: 1, results: nil) }

  /// Of results that are made, not gone back from: what is below zero is multiplied by `slope`.
  static func forward(_ slope: Double) -> CKRectifier { CKRectifier(slope: slope, results: nil) }

  /// For what is written so many bytes further on.
  func advanced(by byteCount: Int) -> CKRectifier {
    CKRectifier(slope: slope, results: results.map { $0 + byteCount })
  }
}
