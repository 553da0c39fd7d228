import CKernels

/// Where a gradient goes: what the operation that makes it can do with it in the same pass.
///
/// Without it, adding gradients up and going back through a rectifier are passes of their own over
/// what was just written.
enum GradientDestination {
  /// Nothing came before.
  case empty
  /// It is added to what another operation brought before.
  case sum(Tensor)
  /// It goes back through the rectifier that had these results.
  case rectifier(Rectifier, results: Tensor)

  /// Brings a gradient here that an operation makes that can end with a rectifier.
  mutating func receive(_ make: (CKRectifier) -> Tensor) -> Tensor {
    if case .rectifier(let rectifier, let results) = self {
      return make(rectifier.backward(results))
    }
    return receive(make(.none))
  }

  /// Brings a finished gradient here, by a pass of its own.
  mutating func receive(_ gradient: Tensor) -> Tensor {
    if case .rectifier(let rectifier, let results) = self {
      return rectifier.pullback(gradient, results: results)
    }
    guard var sum = takeSum() else { return gradient }
    sum.accumulate(gradient)
    return sum
  }

  /// What is to be added to, taken away so that it is the only reference and changes in place.
  mutating func takeSum() -> Tensor? {
    guard case .sum(let sum) = self else { return nil }
    self = .empty
    return sum
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
  static var none: CKRectifier { Rectifier.none.forward }

  /// For what is written so many bytes further on.
  func advanced(by byteCount: Int) -> CKRectifier {
    CKRectifier(slope: slope, results: results.map { $0 + byteCount })
  }
}
