import CKernels

/// The regularised incomplete beta function of each triple of elements, broadcast:
/// Iₓ(a, b) = 1/B(a, b) ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt, the distribution function of a beta distribution.
///
/// It is 0 at x = 0, 1 at x = 1, and NaN for a negative parameter or x outside [0, 1]. 1 − Iₓ(a, b)
/// is I₁₋ₓ(b, a). It is computed by its continued fraction, or by quadrature for large parameters,
/// with a relative error below 1e-13 in float64 (Abramowitz and Stegun 6.6 and 26.5). It is
/// differentiable to every order, in x by the density, and in a and b by quadrature, as implicit
/// reparameterisation needs (Figurnov, Mohamed and Mnih 2018).
public func regularizedBeta(_ x: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b, x) = alike(a, b, x, "regularizedBeta")
  return betaFunction(
    .regularized, a, b, x, name: "regularizedBeta",
    pullbacks: (
      { _, dy in dy * parameterSlope(1, 0, a, b, x) },
      { _, dy in dy * parameterSlope(0, 1, a, b, x) },
      { _, dy in dy * betaDensity(a, b, x) }
    ))
}

/// The quantile of a beta distribution: the x with Iₓ(a, b) = p, broadcast.
///
/// It is NaN for parameters that are not above 0, or p outside [0, 1]. It is computed by Newton's
/// method for log I or log(1 − I) as functions of log(x/(1 − x)), in which they are concave. With
/// the density f(x), its derivatives are 1/f(x) in p, and −(∂I/∂a)/f(x) in a, likewise in b.
public func regularizedBetaInverse(_ p: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  let (a, b, p) = alike(a, b, p, "regularizedBetaInverse")
  return betaFunction(
    .inverse, a, b, p, name: "regularizedBetaInverse",
    pullbacks: (
      { x, dy in -dy * parameterSlope(1, 0, a, b, x) / betaDensity(a, b, x) },
      { x, dy in -dy * parameterSlope(0, 1, a, b, x) / betaDensity(a, b, x) },
      { x, dy in dy / betaDensity(a, b, x) }
    ))
}

/// The density xᵃ⁻¹ (1 − x)ᵇ⁻¹/B(a, b).
private func betaDensity(_ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  betaFunction(
    .density, a, b, x, name: "betaDensity",
    pullbacks: (
      { y, dy in dy * y * logDistance(1, 0, a, b, x) },
      { y, dy in dy * y * logDistance(0, 1, a, b, x) },
      { y, dy in dy * y * ((a - 1) / x - (b - 1) / (1 - x)) }
    ))
}

/// log x − E log t, or the same of 1 − x and 1 − t, for t with the density:
/// log x − ψ(a) + ψ(a + b).
private func logDistance(_ j: Int, _ k: Int, _ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  j > k ? log(x) - digamma(a) + digamma(a + b) : log1p(-x) - digamma(b) + digamma(a + b)
}

/// The derivative of I with respect to a, for j = 1 and k = 0, or b: T₁₀ + (log x − E log t) T₀₀.
private func parameterSlope(_ j: Int, _ k: Int, _ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  betaMoment(j, k, a, b, x) + logDistance(j, k, a, b, x) * betaMoment(0, 0, a, b, x)
}

/// The moment Tⱼₖ of (log t/x)ʲ (log (1 − t)/(1 − x))ᵏ over [0, x] under the density, or its negative over
/// [x, 1], whichever keeps more digits of the derivatives of I; T₀₀ is I or I − 1.
///
/// ∂Tⱼₖ/∂a = Tⱼ₊₁,ₖ + (log x − E log t) Tⱼₖ, likewise for b, and
/// ∂Tⱼₖ/∂x = −j Tⱼ₋₁,ₖ/x + k Tⱼ,ₖ₋₁/(1 − x): the family is closed.
private func betaMoment(_ j: Int, _ k: Int, _ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  betaFunction(
    .moment, orders: (j, k), a, b, x, name: "betaMoment",
    pullbacks: (
      { y, dy in dy * (betaMoment(j + 1, k, a, b, x) + logDistance(1, 0, a, b, x) * y) },
      { y, dy in dy * (betaMoment(j, k + 1, a, b, x) + logDistance(0, 1, a, b, x) * y) },
      { _, dy in
        if j == 0 && k == 0 { return dy * betaDensity(a, b, x) }
        var slope = Tensor.zeros(x.shape, dtype: x.dtype)
        if j > 0 { slope = slope - Double(j) * betaMoment(j - 1, k, a, b, x) / x }
        if k > 0 { slope = slope + Double(k) * betaMoment(j, k - 1, a, b, x) / (1 - x) }
        return dy * slope
      }
    ))
}

/// Three tensors repeated to their common shape.
private func alike(
  _ a: Tensor, _ b: Tensor, _ x: Tensor, _ name: String
) -> (a: Tensor, b: Tensor, x: Tensor) {
  guard let pair = Broadcast.shape(a.shape, b.shape), let shape = Broadcast.shape(pair, x.shape),
    a.dtype == b.dtype, a.dtype == x.dtype
  else {
    preconditionFailure(
      "\(name): expected three tensors of one element type whose shapes broadcast, found"
        + " \(x.dtype)\(x.shape), \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape)")
  }
  return (a.broadcast(to: shape), b.broadcast(to: shape), x.broadcast(to: shape))
}

/// A function of three tensors of one shape, and its pullback to each.
private func betaFunction(
  _ operation: CKBeta, orders: (j: Int, k: Int) = (0, 0), _ a: Tensor, _ b: Tensor, _ x: Tensor,
  name: String, pullbacks: (a: Pullback, b: Pullback, x: Pullback)
) -> Tensor {
  let kernel = x.dtype.kernels.pointee.beta
  let value = Tensor.uninitialized(x.shape, x.dtype, name, reading: 3 * x.count) {
    result, count in
    parallel(over: count, grain: elementwiseGrain / 64, of: x.dtype) {
      kernel(operation, orders.j, orders.k, a.pointer, b.pointer, x.pointer, result, $0, $1)
    }
  }
  return value.tracked(
    from: [
      TrackedInput(a, pullback: pullbacks.a), TrackedInput(b, pullback: pullbacks.b),
      TrackedInput(x, pullback: pullbacks.x),
    ], operation: name)
}
