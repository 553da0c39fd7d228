import CKernels

/// log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b) of each two elements, broadcast.
///
/// What the three have in common is taken out before it is computed (Didonato and Morris 1992). ∞ where
/// one of the two is 0, −∞ where one is ∞, NaN below 0.
public func logBeta(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .logBeta, a, b,
    pullbacks: (
      { _, dy in dy * (digamma(a) - digamma(a + b)) },
      { _, dy in dy * (digamma(b) - digamma(a + b)) }
    ))
}
