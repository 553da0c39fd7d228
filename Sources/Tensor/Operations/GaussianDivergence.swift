import CKernels

// The Kullback–Leibler divergence of Gaussians. With v = log σ² it has a term eᵛ − 1 − v = v²/2
// + …, which loses all digits near v = 0, the prior, if it is computed as written.

/// KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (μ² + σ² − 1 − log σ²) over the last axis, in one pass (Kingma and
/// Welling 2014, appendix B).
///
/// - Parameters:
///   - mean: μ, of shape `[…, features]`.
///   - logVariance: log σ², of the same shape and type.
/// - Returns: Nats, of shape `[…]`, accurate to the last digits even near the prior.
package func standardGaussianDivergence(mean: Tensor, logVariance: Tensor) -> Tensor {
  precondition(
    mean.shape == logVariance.shape && mean.dtype == logVariance.dtype && mean.rank > 0,
    "standardGaussianDivergence: expected two tensors of one shape and type, found"
      + " \(mean.dtype)\(mean.shape) and log-variances \(logVariance.dtype)\(logVariance.shape)")
  let columns = mean.shape[mean.rank - 1]
  let kernel = mean.dtype.kernels.pointee.gaussian_divergence
  // The gradient shares an exponential with the value.
  let slopes = logVariance.isBeingRecorded ? Tensor.uninitialized(mean.shape, mean.dtype) : nil
  let value = Tensor.uninitialized(
    mean.shape.dropLast(), mean.dtype, reading: (slopes == nil ? 2 : 3) * mean.count
  ) { result, rows in
    parallel(over: rows, step: max(1, elementwiseGrain / 4 / max(1, columns)), of: mean.dtype) {
      kernel(mean.pointer, logVariance.pointer, result, slopes?.pointer, columns, $0, $1)
    }
  }
  var inputs = [TrackedInput(mean) { _, dy in dy.expanded(at: -1) * mean }]
  if let slopes {
    inputs.append(
      TrackedInput(logVariance) { _, dy in varianceGradient(at: logVariance, dy, slopes) })
  }
  return value.tracked(from: inputs)
}

/// dy · ½ (σ² − 1), the gradient of log σ², with ½ (σ² − 1) as computed by the value's loop.
private func varianceGradient(at logVariance: Tensor, _ dy: Tensor, _ slopes: Tensor) -> Tensor {
  (stopGradient(dy).expanded(at: -1) * slopes)
    .tracked(asCompositionOf: [logVariance, dy]) { inputs in
      0.5 * inputs[1].expanded(at: -1) * expm1(inputs[0])
    }
}

/// e^(a − b) − 1 − (a − b) of each two elements, broadcast, accurate where they are close to each
/// other.
///
/// It is twice the contribution of two log-variances to the divergence of their Gaussians.
package func exponentialRemainder(_ a: Tensor, less b: Tensor) -> Tensor {
  Tensor.zipped(
    .exponentialRemainder, a, b,
    pullbacks: ({ _, dy in dy * expm1(a - b) }, { _, dy in -dy * expm1(a - b) }))
}
