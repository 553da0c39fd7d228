import CKernels

/// log Bernoulli(x; logits) summed over the last axis, Σ x·l − softplus(l), in one pass.
///
/// It is the inner loop of a variational autoencoder: as separate operations it would pass over the
/// images five times. Stable for logits of any size. `x` may be grey values in [0, 1].
///
/// - Parameters:
///   - logits: Of shape `[…, features]`.
///   - x: Of the same shape.
/// - Returns: Nats, of shape `[…]`.
public func bernoulliLogDensity(of x: Tensor, logits: Tensor) -> Tensor {
  precondition(
    x.shape == logits.shape && x.dtype == logits.dtype && x.rank > 0,
    "bernoulliLogDensity: expected two tensors of one shape and type, found \(x.dtype)\(x.shape)"
      + " and logits \(logits.dtype)\(logits.shape)")
  let columns = x.shape[x.rank - 1]
  let kernel = x.dtype.kernels.pointee.bernoulli_log_density
  // What a gradient will need has an exponential in common with the value.
  let residuals = logits.isBeingRecorded ? Tensor.uninitialized(x.shape, x.dtype) : nil
  let value = Tensor.uninitialized(
    x.shape.dropLast(), x.dtype, reading: (residuals == nil ? 2 : 3) * x.count
  ) { result, rows in
    parallel(over: rows, step: max(1, elementwiseGrain / 4 / max(1, columns))) {
      kernel(logits.pointer, x.pointer, result, residuals?.pointer, columns, $0, $1)
    }
  }
  var inputs = [TrackedInput(x) { _, dy in dy.expanded(at: -1) * logits }]
  if let residuals {
    inputs.append(
      TrackedInput(logits) { _, dy in bernoulliGradient(of: x, logits, dy, residuals) })
  }
  return value.tracked(from: inputs)
}

/// dy · (x − σ(l)), what goes back to the logits, with x − σ(l) as the value's loop left it.
private func bernoulliGradient(
  of x: Tensor, _ logits: Tensor, _ dy: Tensor, _ residuals: Tensor
) -> Tensor {
  (stopGradient(dy).expanded(at: -1) * residuals)
    .tracked(asCompositionOf: [x, logits, dy]) { inputs in
      inputs[2].expanded(at: -1) * (inputs[0] - sigmoid(inputs[1]))
    }
}
