import CKernels

/// log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b) of each pair of elements, broadcast.
///
/// Terms that the three logarithms share cancel analytically (Didonato and Morris 1992). The result
/// is ∞ where one argument is 0, −∞ where one is ∞, and NaN where one is below 0.
public func logBeta(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .logBeta, a, b,
    pullbacks: (
      { _, dy in dy * (digamma(a) - digamma(a + b)) },
      { _, dy in dy * (digamma(b) - digamma(a + b)) }
    ))
}
