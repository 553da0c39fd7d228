import CKernels

// Softmax and its logarithms. An element of −∞ masks its class: the class has probability 0 and
// does not affect the others' values or gradients. If all classes are masked, all have probability
// 0.

/// e^xᵢ / Σⱼ e^xⱼ along one axis: the probabilities of classes with logits `x`, which sum to 1.
///
/// A logit of −∞ gives the probability 0 and has the gradient 0. If all logits along the axis are
/// −∞, all probabilities are 0; along an axis of size 0 there are none.
public func softmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
  let axis = x.axis(axis, "softmax")
  return x.exponentials(.softmax, along: axis, "softmax")
    .tracked(from: x) { y, dy in softmaxGradient(y, dy, axis) }
}

/// xᵢ − log Σⱼ e^xⱼ along one axis: the logarithm of ``softmax(_:along:)``, without its underflow.
///
/// Computed as (xᵢ − m) − log(1 + Σ e^(xⱼ − m)) with the largest element m and the sum over the
/// others. So a common offset costs no digits, and a nearly certain class stays accurate. A logit
/// of −∞ gives −∞; if all logits along the axis are −∞, so are all results.
public func logSoftmax(_ x: Tensor, along axis: Int = -1) -> Tensor {
  let axis = x.axis(axis, "logSoftmax")
  return x.exponentials(.logSoftmax, along: axis, "logSoftmax")
    .tracked(from: x) { _, dy in logSoftmaxGradient(softmax(x, along: axis), dy, axis) }
}

extension Tensor {
  /// log Σ e^x along one axis, without overflow: m + log(1 + Σ e^(x − m)) with the largest element m
  /// and the sum over the others.
  ///
  /// An element of −∞ contributes nothing and has the gradient 0; if all are −∞, so is the result,
  /// as it is for the empty sum along an axis of size 0. In float64 a result near 0 is accurate to
  /// the last digits of m, from which it is a difference.
  public func logSumExp(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    let axis = self.axis(axis, "logSumExp")
    let (x, kept) = (self, exponentials(.logSumExp, along: axis, "logSumExp"))
    let keptShape = kept.shape
    var shape = keptShape
    if !keepingDimensions { shape.remove(at: axis) }
    return kept.reshaped(to: shape).tracked(from: self) { _, dy in
      softmax(x, along: axis) * dy.reshaped(to: keptShape)
    }
  }

  /// One of the softmax functions along an axis, which log-sum-exp reduces to size 1; no gradient.
  fileprivate func exponentials(
    _ operation: CKSoftmax, along axis: Int, _ name: String
  ) -> Tensor {
    if shape[axis] == 0 {
      var shape = shape
      if operation == .logSumExp { shape[axis] = 1 }
      return Tensor(filledWith: -.infinity, shape, dtype: dtype)
    }
    let (source, columns) = (untracked.movedToTheEnd(axis), shape[axis])
    let results = operation == .logSumExp ? 1 : columns
    let kernel = dtype.kernels.pointee.softmax
    let value = Tensor.uninitialized(
      source.shape.dropLast() + [results], dtype, name, reading: count
    ) { result, _ in
      parallel(over: count / columns, step: Swift.max(1, elementwiseGrain / 4 / columns), of: dtype)
      {
        kernel(operation, source.pointer, result, columns, $0, $1)
      }
    }
    return value.movedBackFromTheEnd(axis)
  }

  /// The axis moved after all others.
  func movedToTheEnd(_ axis: Int) -> Tensor {
    axis == rank - 1 ? self : permuted(to: shape.indices.filter { $0 != axis } + [axis])
  }

  /// The last axis moved before the axis that is now at `axis`.
  func movedBackFromTheEnd(_ axis: Int) -> Tensor {
    if axis == rank - 1 { return self }
    var order = Array(0..<rank - 1)
    order.insert(rank - 1, at: axis)
    return permuted(to: order)
  }

  /// The gradient of softmax or its logarithm along an axis, given the probabilities.
  fileprivate static func goingBack(
    through operation: CKSoftmax, _ probabilities: Tensor, _ dy: Tensor, along axis: Int
  ) -> Tensor {
    if probabilities.count == 0 { return probabilities.untracked }
    let p = probabilities.untracked.movedToTheEnd(axis)
    let (slopes, columns) = (dy.untracked.movedToTheEnd(axis), probabilities.shape[axis])
    let kernel = p.dtype.kernels.pointee.softmax_back
    let value = Tensor.uninitialized(p.shape, p.dtype, reading: 2 * p.count) { result, count in
      parallel(over: count / columns, step: Swift.max(1, elementwiseGrain / columns), of: p.dtype) {
        kernel(operation, p.pointer, slopes.pointer, result, columns, $0, $1)
      }
    }
    return value.movedBackFromTheEnd(axis)
  }
}

/// p (dy − Σ p dy), the gradient of softmax with the probabilities p.
private func softmaxGradient(_ p: Tensor, _ dy: Tensor, _ axis: Int) -> Tensor {
  Tensor.goingBack(through: .softmax, p, dy, along: axis)
    .tracked(asCompositionOf: [p, dy]) { inputs in
      let p = inputs[0]
      // The logarithm of the probability 0 may have produced an infinite gradient, which is
      // ignored.
      let dy = select(p .> 0, inputs[1], Tensor(0, dtype: p.dtype))
      return p * (dy - (p * dy).sum(along: axis, keepingDimensions: true))
    }
}

/// dy − p Σ dy, the gradient of the logarithm of the probabilities p.
private func logSoftmaxGradient(_ p: Tensor, _ dy: Tensor, _ axis: Int) -> Tensor {
  Tensor.goingBack(through: .logSoftmax, p, dy, along: axis)
    .tracked(asCompositionOf: [p, dy]) { inputs in
      let (p, dy) = (inputs[0], inputs[1])
      return dy - p * dy.sum(along: axis, keepingDimensions: true)
    }
}

/// −Σ t log softmax(logits) over the last axis, in nats, where a target t of 0 contributes nothing,
/// even if its class is masked.
///
/// - Parameters:
///   - logits: Of shape `[…, classes]`.
///   - target: t, of the same shape and type.
/// - Returns: Of shape `[…]`; +∞ if a masked class has a target above 0. The gradient in the logits
///   is p Σ t − t with the probabilities p, finite everywhere.
package func categoricalCrossEntropy(logits: Tensor, _ target: Tensor) -> Tensor {
  let information = -logSoftmax(stopGradient(logits))
  let value = Tensor.zipped(.weighted, stopGradient(target), information)
    .sum(along: -1)
  return value.tracked(
    from: (
      logits,
      { _, dy in
        logSoftmaxGradient(softmax(logits), -dy.expanded(at: -1) * target, logits.rank - 1)
      }
    ),
    (target, { _, dy in -dy.expanded(at: -1) * logSoftmax(logits) }))
}
