import CKernels

/// The destination of a gradient, which determines what its operation can do in the same pass.
///
/// Without it, adding gradients up and going back through a rectifier would take separate passes
/// over what was just written.
enum GradientDestination {
  /// No gradient arrived before.
  case empty
  /// The gradient is added to an earlier one.
  case sum(Tensor)
  /// The gradient may be written to this tensor's memory.
  case place(Tensor)
  /// The gradient goes back through the rectifier that produced these results.
  case rectifier(Rectifier, results: Tensor)

  /// Receives a gradient from an operation that can apply a rectifier in the same pass.
  mutating func receive(_ make: (CKRectifier) -> Tensor) -> Tensor {
    if case .rectifier(let rectifier, let results) = self {
      return make(rectifier.backward(results))
    }
    return receive(make(.none))
  }

  /// Receives a finished gradient, in a separate pass.
  mutating func receive(_ gradient: Tensor) -> Tensor {
    if case .rectifier(let rectifier, let results) = self {
      return rectifier.pullback(gradient, results: results)
    }
    guard var sum = takeSum() else { return gradient }
    sum.accumulate(gradient)
    return sum
  }

  /// Takes out the tensor whose memory the gradient may be written to, if it fits.
  mutating func takePlace(_ shape: [Int], _ dtype: DType) -> Tensor? {
    guard case .place(let place) = self, place.shape == shape, place.dtype == dtype else {
      return nil
    }
    self = .empty
    return place
  }

  /// Takes out the earlier gradient, so that it is the only reference and can change in place.
  mutating func takeSum() -> Tensor? {
    guard case .sum(let sum) = self else { return nil }
    self = .empty
    return sum
  }
}

/// A pullback for an outermost backward pass: it writes the gradient directly to its destination.
typealias DirectPullback = (_ dy: Tensor, _ destination: inout GradientDestination) -> Tensor

/// An input of an operation, with its pullback.
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

/// What one pullback of an operation has computed and leaves for the next, for the same gradient.
final class PassedOn<Value> {
  private var value: (dy: Storage, value: Value)?

  /// Keeps a value until it is taken.
  func leave(_ value: Value, for dy: Tensor) -> Value {
    self.value = (dy.storage, value)
    return value
  }

  /// The value, which is then no longer kept; nil if it belongs to another gradient.
  func take(for dy: Tensor) -> Value? {
    defer { value = nil }
    return value?.dy === dy.storage ? value?.value : nil
  }
}

extension CKRectifier {
  /// Changes nothing.
  static var none: CKRectifier { Rectifier.none.forward }

  /// The same rectifier for elements this many bytes further on.
  func advanced(by byteCount: Int) -> CKRectifier {
    CKRectifier(slope: slope, results: results.map { $0 + byteCount })
  }
}
