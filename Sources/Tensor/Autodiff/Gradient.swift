/// Returns the value of a scalar function and its gradient with respect to `x`.
///
/// ```swift
/// let (value, dx) = valueWithGradient(at: Tensor([1, 2])) { x in (x * x).sum() }
/// // value 5, dx [2, 4]
/// ```
///
/// Inside another gradient, the result is itself differentiable.
public func valueWithGradient(
  at x: Tensor, _ function: (Tensor) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Tensor) {
  let (value, gradients) = try valueWithGradient(at: [x]) { inputs in try function(inputs[0]) }
  return (value, gradients[0])
}

/// Returns the gradient of a scalar function with respect to `x`.
public func gradient(
  at x: Tensor, _ function: (Tensor) throws -> Tensor
) rethrows -> Tensor {
  try valueWithGradient(at: x, function).gradient
}

/// Returns the value of a scalar function and its gradient with respect to each of several tensors.
public func valueWithGradient(
  at inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  let (value, _, gradients) = try valueWithGradient(at: inputs) { inputs in
    (try function(inputs), ())
  }
  return (value, gradients)
}

/// Returns the value of a scalar function, further results, and its gradients.
///
/// - Parameters:
///   - inputs: The tensors to differentiate with respect to.
///   - function: Computes a tensor of one element from the watched inputs, and any further results,
///     such as the parts of a loss.
/// - Returns: The value; the further results; for each input a gradient of the input's shape, zeros
///   where the value does not depend on it.
public func valueWithGradient<Parts>(
  at inputs: [Tensor], _ function: ([Tensor]) throws -> (Tensor, Parts)
) rethrows -> (value: Tensor, parts: Parts, gradients: [Tensor]) {
  if let tape = Tape.current, tape.isRecording {
    return try differentiate(function, at: inputs, on: tape, isOutermost: false)
  }
  let tape = Tape()
  defer { tape.close() }
  return try Tape.$current.withValue(tape) {
    try differentiate(function, at: inputs, on: tape, isOutermost: true)
  }
}

private func differentiate<Parts>(
  _ function: ([Tensor]) throws -> (Tensor, Parts), at inputs: [Tensor], on tape: Tape,
  isOutermost: Bool
) rethrows -> (value: Tensor, parts: Parts, gradients: [Tensor]) {
  let start = tape.count
  let watched = inputs.map(tape.watch)
  let (value, parts) = try function(watched)
  precondition(
    value.count == 1,
    "valueWithGradient: expected a function with one element as its result, found shape"
      + " \(value.shape)")
  let gradients = tape.gradients(
    of: value, along: Tensor.ones(value.shape, dtype: value.dtype), from: start,
    watched: watched.compactMap(\.place?.index), isOutermost: isOutermost)
  return (
    isOutermost ? value.untracked : value, parts,
    zip(inputs, gradients).map { input, gradient in
      gradient ?? Tensor.zeros(input.shape, dtype: input.dtype)
    }
  )
}
