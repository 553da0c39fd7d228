import CKernels

/// log Bernoulli(x; logits) summed over the last axis, Σ x·l − softplus(l), in one pass.
///
/// It is the inner loop of a variational autoencoder: as separate operations it would pass over the
/// images five times. Stable for logits of any size. `x` may be grey values in [0, 1].
///
/// - Parameters:
///   - logits: Of shape `[…, features]`.
///   - x: Of the same shape, or of one that broadcasts to it.
/// - Returns: Nats, of shape `[…]`.
public func bernoulliLogDensity(of x: Tensor, logits: Tensor) -> Tensor {
  precondition(
    Broadcast.shape(x.shape, logits.shape) == logits.shape && x.dtype == logits.dtype
      && x.rank > 0,
    "bernoulliLogDensity: expected two tensors of one shape and type, found \(x.dtype)\(x.shape)"
      + " and logits \(logits.dtype)\(logits.shape)")
  let x = x.broadcast(to: logits.shape)
  let columns = x.shape[x.rank - 1]
  let kernel = x.dtype.kernels.pointee.bernoulli_log_density
  // The gradient shares an exponential with the value.
  let residuals = logits.isBeingRecorded ? Tensor.uninitialized(x.shape, x.dtype) : nil
  let value = Tensor.uninitialized(
    Array(x.shape.dropLast()), x.dtype, reading: (residuals == nil ? 2 : 3) * x.count
  ) { result, rows in
    let step = max(1, elementwiseGrain / 4 / max(1, columns))
    parallel(over: rows, step: step, of: x.dtype) {
      kernel(logits.pointer, x.pointer, result, residuals?.pointer, columns, $0, $1)
    }
  }
  let gradient: Pullback = { _, dy in
    residuals.map { bernoulliGradient(of: x, logits, dy, $0) } ?? dy
  }
  return value.tracked(
    from: x, TrackedInput(x) { _, dy in dy.expanded(at: -1) * logits }, logits,
    TrackedInput(logits, pullback: gradient))
}

/// log N(x; 0, I) of each vector along the last axis, in nats: −½ Σ x² − ½ d log 2π.
///
/// - Parameter x: `[…, d]`.
/// - Returns: `[…]`.
public func standardNormalLogDensity(of x: Tensor) -> Tensor {
  precondition(
    x.rank > 0, "standardNormalLogDensity: expected vectors along the last axis, found a scalar")
  let columns = x.shape[x.rank - 1]
  let constant = 0.5 * Double(columns) * logTwoPi
  let value = Tensor.uninitialized(Array(x.shape.dropLast()), .float64, reading: x.count) {
    result, rows in
    let sums = result.assumingMemoryBound(to: Double.self)
    let step = max(1, elementwiseGrain / max(1, columns))
    let kernel = x.dtype.kernels.pointee.sum_of_squares
    parallel(over: rows, step: step, of: x.dtype) { begin, end in
      for row in begin..<end {
        sums[row] = -0.5 * kernel(x.pointer, row * columns, (row + 1) * columns) - constant
      }
    }
  }
  return value.converted(to: x.dtype).tracked(from: x) { _, dy in -dy.expanded(at: -1) * x }
}

/// dy · (x − σ(l)), the gradient of the logits, with x − σ(l) as computed by the value's loop.
private func bernoulliGradient(
  of x: Tensor, _ logits: Tensor, _ dy: Tensor, _ residuals: Tensor
) -> Tensor {
  (stopGradient(dy).expanded(at: -1) * residuals)
    .tracked(asCompositionOf: [x, logits, dy]) { inputs in
      -inputs[2].expanded(at: -1) * logisticResidual(inputs[1], inputs[0])
    }
}

// MARK: - Element-wise

/// softplus(l) − l·t of each element, the cross-entropy of a Bernoulli distribution with logit l
/// and a target t, in nats, broadcast.
///
/// Computed as max(l, 0) − l·t + log(1 + e^−|l|), where the first two terms are one product. So it
/// stays accurate where the target is certain, and is 0 for an infinite logit on the target's side.
package func logisticCrossEntropy(logits: Tensor, _ target: Tensor) -> Tensor {
  Tensor.zipped(
    .logisticCrossEntropy, logits, target,
    pullbacks: (
      { _, dy in dy * logisticResidual(logits, target) }, { _, dy in -dy * logits }
    ))
}

/// σ(l) − t of each element, accurate where the two nearly agree near 0 or 1.
private func logisticResidual(_ logits: Tensor, _ target: Tensor) -> Tensor {
  Tensor.zipped(
    .logisticResidual, logits, target,
    pullbacks: ({ _, dy in dy.scaledBySigmoidSlope(at: logits) }, { _, dy in -dy }))
}

/// The entropy of a Bernoulli distribution with each logit l, softplus(l) − l σ(l), in nats.
package func bernoulliEntropy(logits: Tensor) -> Tensor {
  logits.mapped(by: .bernoulliEntropy) { _, dy in
    let l = logits.boundedLogits
    return -(dy * l).scaledBySigmoidSlope(at: l)
  }
}

/// KL(Bernoulli(a) ‖ Bernoulli(b)) of each two logits, in nats, broadcast.
package func bernoulliDivergence(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .bernoulliDivergence, a, b,
    pullbacks: (
      { _, dy in
        (dy * (a.boundedLogits - b.boundedLogits)).scaledBySigmoidSlope(at: a)
      },
      { _, dy in dy * sigmoidDifference(b, a) }
    ))
}

/// σ(a) − σ(b) of each two elements, accurate where they are close to each other.
private func sigmoidDifference(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .sigmoidDifference, a, b,
    pullbacks: (
      { _, dy in dy.scaledBySigmoidSlope(at: a) }, { _, dy in -dy.scaledBySigmoidSlope(at: b) }
    ))
}

extension Tensor {
  /// These logits with infinite ones clamped, for products with σ′, which vanishes long before: 0 ·
  /// ∞ would be NaN.
  fileprivate var boundedLogits: Tensor { clamp(self, to: -1e30...1e30) }
}
