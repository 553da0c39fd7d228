import Tensor

/// −w log softmax(logits)[label] of each example, in nats, reduced; w is its label's class weight.
///
/// A logit of −∞ masks its class: the class has probability 0 and its logit the gradient 0. If the
/// label itself is masked, or all classes are, the loss is +∞; its gradient stays finite: the
/// probabilities (0 for all classes if all are masked) minus 1 for the label.
///
/// ```swift
/// softmaxCrossEntropy(logits: Tensor([[-.infinity, 1, 2]]), labels: [2])   // 0.3133, log(1 + 1/e)
/// ```
///
/// - Parameters:
///   - logits: `[batch, classes]`.
///   - labels: The class of each example, from 0 on.
///   - classWeights: `[classes]`; `nil` for all 1. A class of weight 0 is ignored.
///   - reduction: The reduction over the examples. The mean is weighted by the labels' weights: the
///     weighted sum divided by the sum of the weights.
public func softmaxCrossEntropy(
  logits: Tensor, labels: [Int], classWeights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
  precondition(
    logits.rank == 2 && logits.shape[0] == labels.count,
    "softmaxCrossEntropy: expected logits of shape [\(labels.count), classes], found"
      + " \(logits.shape)")
  let target = oneHot(labels, like: logits)
  guard let classWeights else { return reduction(categoricalCrossEntropy(logits: logits, target)) }
  let weighted = target * checked(classWeights, for: logits)
  let losses = categoricalCrossEntropy(logits: logits, weighted)
  guard case .mean = reduction else { return reduction(losses) }
  return losses.sum() / weighted.sum()
}

/// −Σ w t log softmax(logits) over the classes of each example, in nats, reduced: the cross-entropy of
/// a distribution t over the classes, with class weights w.
///
/// A class with target 0 contributes nothing, even if its logit is −∞, which masks it. If a masked
/// class has a target above 0, the loss is +∞; the gradient in the logits stays finite.
///
/// - Parameters:
///   - logits: `[batch, classes]`.
///   - target: t, `[batch, classes]`; the targets of an example usually sum to 1.
///   - classWeights: `[classes]`; `nil` for all 1.
///   - reduction: The reduction over the examples; the mean divides by their number, regardless of
///     the weights.
public func softmaxCrossEntropy(
  logits: Tensor, _ target: Tensor, classWeights: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
  checkSameShape(logits, target, "softmaxCrossEntropy")
  precondition(
    logits.rank == 2,
    "softmaxCrossEntropy: expected logits of shape [batch, classes], found \(logits.shape)")
  let weighted = classWeights.map { target * checked($0, for: logits) } ?? target
  return reduction(categoricalCrossEntropy(logits: logits, weighted))
}

/// 1 at each example's label, 0 elsewhere, in the logits' shape and type.
private func oneHot(_ labels: [Int], like logits: Tensor) -> Tensor {
  let classes = logits.shape[1]
  for (example, label) in labels.enumerated() {
    precondition(
      label >= 0 && label < classes,
      "softmaxCrossEntropy: expected labels in 0 ..< \(classes), found \(label) at \(example)")
  }
  return Tensor.oneHot(labels, count: classes, dtype: logits.dtype)
}

/// The class weights, after checking that there is one for each class.
private func checked(_ classWeights: Tensor, for logits: Tensor) -> Tensor {
  precondition(
    classWeights.shape == [logits.shape[1]] && classWeights.dtype == logits.dtype,
    "softmaxCrossEntropy: expected class weights \(logits.dtype)[\(logits.shape[1])], found"
      + " \(classWeights.dtype)\(classWeights.shape)")
  return classWeights
}
