/// Returns the value of a function and its pullback: the product of a gradient with the function's
/// Jacobian.
///
/// It is for values that are computed first and differentiated later, when the gradient is known,
/// such as a generator's images, which the discriminator first learns from.
///
/// ```swift
/// let (y, pullback) = valueWithPullback(at: [Tensor([1, 2])]) { x in square(x[0]) }
/// let dx = pullback(Tensor([1, 10]))[0]   // dy · 2x = [2, 40]
/// ```
///
/// The recording is held until the pullback is called or released. Inside a gradient, the result is
/// itself differentiable, and the pullback may be called any number of times while that gradient is
/// computed; elsewhere it can be called once.
///
/// - Parameters:
///   - inputs: The tensors to differentiate with respect to.
///   - function: Computes a tensor of any shape from the watched inputs.
/// - Returns: The value y; and a function from a gradient with respect to y, of y's shape, to one
///   for each input, of the input's shape, zeros where y does not depend on it.
public func valueWithPullback(
  at inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (_ dy: Tensor) -> [Tensor]) {
  if let tape = Tape.current, tape.isRecording {
    let recording = Recording(at: inputs, on: tape, isOutermost: false)
    let value = try function(recording.watched)
    return (value, { dy in recording.gradients(of: value, along: dy) })
  }
  let recording = Recording(at: inputs, on: Tape(), isOutermost: true)
  let value = try Tape.$current.withValue(recording.tape) { try function(recording.watched) }
  return (value.untracked, { dy in recording.gradients(of: value, along: dy) })
}

/// The part of a tape that begins where inputs were watched.
private final class Recording {
  let tape: Tape
  /// The inputs as passed to the function.
  private(set) var watched: [Tensor]
  private let start: Int
  private let isOutermost: Bool

  init(at inputs: [Tensor], on tape: Tape, isOutermost: Bool) {
    start = tape.count
    watched = inputs.map(tape.watch)
    self.tape = tape
    self.isOutermost = isOutermost
  }

  // Recorded values hold the tape, so without this a pullback that is never called would leak.
  deinit {
    if isOutermost { tape.close() }
  }

  func gradients(of value: Tensor, along dy: Tensor) -> [Tensor] {
    precondition(
      tape.isRecording,
      isOutermost
        ? "pullback: expected one call, found a second"
        : "pullback: expected a call inside the gradient in which it was made")
    precondition(
      dy.shape == value.shape && dy.dtype == value.dtype,
      "pullback: expected a gradient of the value's type and shape, \(value.dtype)\(value.shape),"
        + " found \(dy.dtype)\(dy.shape)")
    let gradients = tape.gradients(
      of: value, along: dy, from: start, watched: watched.compactMap(\.place?.index),
      isOutermost: isOutermost)
    defer {
      if isOutermost {
        tape.close()
        watched = []  // so that the inputs, such as a module's parameters, change in place
      }
    }
    return zip(watched, gradients).map { input, gradient in
      gradient ?? Tensor.zeros(input.shape, dtype: input.dtype)
    }
  }
}
