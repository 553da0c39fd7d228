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
  let value = Tensor.uninitialized(x.shape.dropLast(), x.dtype) { result, rows in
    parallel(over: rows, step: max(1, elementwiseGrain / 4 / max(1, columns))) {
      kernel(logits.pointer, x.pointer, result, columns, $0, $1)
    }
  }
  return value.tracked(
    from: (logits, { _, dy in dy.expanded(at: -1) * x.minusSigmoid(of: logits) }),
    (x, { _, dy in dy.expanded(at: -1) * logits }))
}

extension Tensor {
  /// These values minus the logistic function of `logits`, in one pass.
  fileprivate func minusSigmoid(of logits: Tensor) -> Tensor {
    Tensor.zipped(
      .minusSigmoid, self, logits,
      pullbacks: (
        { _, dy in dy },
        { _, dy in
          let p = sigmoid(logits)
          return -dy * p * (1 - p)
        }
      ))
  }
}
