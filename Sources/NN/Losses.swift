import Tensor

/// How the values of a loss, one for each example or element, are combined.
public enum Reduction: Sendable {
  /// Their mean.
  case mean
  /// Their sum.
  case sum
  /// No reduction: the values are returned unchanged.
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
///   - prediction: A tensor of any shape.
///   - target: A tensor of the same shape.
///   - reduction: The reduction over all elements.
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
/// With logit l and target t in [0, 1]. Stable for logits of any size, and accurate to the last
/// digits even if the target is nearly certain; an infinite logit on the target's side costs
/// nothing.
///
/// - Parameters:
///   - logits: A tensor of any shape.
///   - target: A tensor of the same shape.
///   - reduction: The reduction over all elements.
public func binaryCrossEntropy(
  logits: Tensor, _ target: Tensor, reduction: Reduction = .mean
) -> Tensor {
  checkSameShape(logits, target, "binaryCrossEntropy")
  return reduction(logisticCrossEntropy(logits: logits, target))
}

/// ½ (log 2π + log σ² + (x − μ)² / σ²) of each element, the negative log-density of a Gaussian in
/// nats, reduced.
///
/// - Parameters:
///   - x: A tensor of any shape.
///   - mean: μ, of a shape that broadcasts with `x`.
///   - logVariance: log σ², of a shape that broadcasts with `x`.
///   - reduction: The reduction over all elements.
public func gaussianNegativeLogLikelihood(
  of x: Tensor, mean: Tensor, logVariance: Tensor, reduction: Reduction = .mean
) -> Tensor {
  return reduction(0.5 * (square(x - mean) * exp(-logVariance) + logVariance + logTwoPi))
}

/// KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (μ² + σ² − 1 − log σ²) over the last axis, in nats, reduced
/// (Kingma and Welling 2014, appendix B).
///
/// Accurate to the last digits near N(0, 1).
///
/// - Parameters:
///   - mean: μ, `[batch, features]`.
///   - logVariance: log σ², `[batch, features]`.
///   - reduction: The reduction over the examples.
public func gaussianKLDivergence(
  mean: Tensor, logVariance: Tensor, reduction: Reduction = .mean
) -> Tensor {
  checkSameShape(mean, logVariance, "gaussianKLDivergence")
  return reduction(standardGaussianDivergence(mean: mean, logVariance: logVariance))
}

func checkSameShape(_ a: Tensor, _ b: Tensor, _ name: String) {
  precondition(
    a.shape == b.shape, "\(name): expected two tensors of one shape, found \(a.shape), \(b.shape)")
}
