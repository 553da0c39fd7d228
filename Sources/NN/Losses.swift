import Tensor

/// What becomes of a loss's values, one for each example or element.
public enum Reduction: Sendable {
  /// Their mean.
  case mean
  /// Their sum.
  case sum
  /// Nothing: they are returned as they are.
  case none

  func callAsFunction(_ values: Tensor) -> Tensor {
    switch self {
    case .mean: values.mean()
    case .sum: values.sum()
    case .none: values
    }
  }
}

/// (prediction − target)² of each element, reduced.
///
/// - Parameters:
///   - prediction: Of any shape.
///   - target: Of the same shape.
///   - reduction: Over all elements.
public func meanSquaredError(
  _ prediction: Tensor, _ target: Tensor, reduction: Reduction = .mean
) -> Tensor {
  checkSameShape(prediction, target, "meanSquaredError")
  switch reduction {
  case .mean: return squaredDistance(prediction, target) * (1 / Double(prediction.count))
  case .sum: return squaredDistance(prediction, target)
  case .none: return square(prediction - target)
  }
}

/// softplus(l) − l·t of each element, reduced: a Bernoulli distribution's cross-entropy in nats.
///
/// With logit l and target t in [0, 1]. Stable for logits of any size.
///
/// - Parameters:
///   - logits: Of any shape.
///   - target: Of the same shape.
///   - reduction: Over all elements.
public func binaryCrossEntropy(
  logits: Tensor, _ target: Tensor, reduction: Reduction = .mean
) -> Tensor {
  checkSameShape(logits, target, "binaryCrossEntropy")
  return reduction(softplus(logits) - logits * target)
}

/// −log softmax(logits)[label] of each example, in nats, reduced.
///
/// - Parameters:
///   - logits: `[batch, classes]`.
///   - labels: A class for each example, from 0 on.
///   - reduction: Over the examples.
public func softmaxCrossEntropy(
  logits: Tensor, labels: [Int], reduction: Reduction = .mean
) -> Tensor {
  precondition(
    logits.rank == 2 && logits.shape[0] == labels.count,
    "softmaxCrossEntropy: expected logits of shape [\(labels.count), classes], found"
      + " \(logits.shape)")
  let classes = logits.shape[1]
  var oneHot = [Float](repeating: 0, count: labels.count * classes)
  for (example, label) in labels.enumerated() {
    precondition(
      label >= 0 && label < classes,
      "softmaxCrossEntropy: expected labels in 0 ..< \(classes), found \(label) at \(example)")
    oneHot[example * classes + label] = 1
  }
  let target = Tensor(oneHot, shape: logits.shape, dtype: logits.dtype)
  return reduction(-(logSoftmax(logits) * target).sum(along: 1))
}

/// ½ (log 2π + log σ² + (x − μ)² / σ²) of each element, the negative log-density of a Gaussian in
/// nats, reduced.
///
/// - Parameters:
///   - x: Of any shape.
///   - mean: μ, of a shape that broadcasts with `x`.
///   - logVariance: log σ², of a shape that broadcasts with `x`.
///   - reduction: Over all elements.
public func gaussianNegativeLogLikelihood(
  of x: Tensor, mean: Tensor, logVariance: Tensor, reduction: Reduction = .mean
) -> Tensor {
  let log2Pi = 1.8378770664093453
  return reduction(0.5 * (square(x - mean) * exp(-logVariance) + logVariance + log2Pi))
}

/// KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (μ² + σ² − 1 − log σ²) over the last axis, in nats, reduced
/// (Kingma and Welling 2014, appendix B).
///
/// - Parameters:
///   - mean: μ, `[batch, features]`.
///   - logVariance: log σ², `[batch, features]`.
///   - reduction: Over the examples.
public func gaussianKLDivergence(
  mean: Tensor, logVariance: Tensor, reduction: Reduction = .mean
) -> Tensor {
  checkSameShape(mean, logVariance, "gaussianKLDivergence")
  let terms = square(mean) + exp(logVariance) - 1 - logVariance
  return reduction(0.5 * terms.sum(along: -1))
}

private func checkSameShape(_ a: Tensor, _ b: Tensor, _ name: String) {
  precondition(
    a.shape == b.shape, "\(name): expected two tensors of one shape, found \(a.shape), \(b.shape)")
}
