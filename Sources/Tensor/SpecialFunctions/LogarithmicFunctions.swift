import CKernels

/// log(1 − e^−|x|) of each element, without cancellation at either end (Mächler 2012).
///
/// For the logarithm of a probability, log p = x ≤ 0, it is log(1 − p). It is −∞ at 0 and 0 at ±∞.
public func log1mexp(_ x: Tensor) -> Tensor {
  x.mapped(by: .log1mexp) { _, dy in dy * sign(x) / expm1(abs(x)) }
}

/// log(p/(1 − p)) of each element, the inverse of ``sigmoid(_:)``.
///
/// It keeps its relative accuracy near its zero at ½. It is −∞ at 0, ∞ at 1, and NaN outside [0,
/// 1].
public func logit(_ p: Tensor) -> Tensor {
  p.mapped(by: .logit) { _, dy in dy / (p * (1 - p)) }
}

/// x log y of each pair of elements, broadcast, and 0 where x is 0, for any number y.
///
/// So p log p is 0 for a probability of 0, and so is the derivative with respect to y.
public func xlogy(_ x: Tensor, _ y: Tensor) -> Tensor {
  Tensor.zipped(
    .xLogY, x, y,
    pullbacks: (
      { _, dy in weighted(dy, log(y)) },
      { _, dy in
        // Where x is 0, so is the derivative, even at y = 0.
        let isZero = stopGradient(x) .== Tensor(0, dtype: x.dtype)
        return select(isZero, dy * 0, dy * x / select(isZero, Tensor(1, dtype: y.dtype), y))
      }
    ))
}

/// u · v, and 0 where u is 0, for any v.
private func weighted(_ u: Tensor, _ v: Tensor) -> Tensor {
  Tensor.zipped(
    .weighted, u, v, pullbacks: ({ _, dy in weighted(dy, v) }, { _, dy in weighted(dy, u) }))
}
