import CKernels

// The relative errors of the incomplete gamma functions and their inverses are below 1e-13 in
// float64, even of the smaller of the two functions.

/// The regularised lower incomplete gamma function of each pair of elements, broadcast:
/// P(a, x) = 1/Γ(a) ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt, the distribution function of a gamma distribution of shape a.
///
/// It is 0 at x = 0, 1 at x = ∞, and NaN for a negative a or x (Abramowitz and Stegun 6.5.1). It is
/// computed by the power series for x below a, Legendre's continued fraction above, and Temme's
/// expansion for x near a ≥ 20. It is differentiable to every order, in x by the density and in a
/// by quadrature, as implicit reparameterisation needs (Figurnov, Mohamed and Mnih 2018).
public func regularizedGammaP(_ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor.zipped(
    .gammaLower, a, x,
    pullbacks: (
      { _, dy in dy * shapeSlope(a, x) }, { _, dy in dy * gammaDensity(a, x) }
    ))
}

/// The regularised upper incomplete gamma function of each pair of elements, broadcast:
/// Q(a, x) = 1 − P(a, x), accurate where it is small.
public func regularizedGammaQ(_ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor.zipped(
    .gammaUpper, a, x,
    pullbacks: (
      { _, dy in -dy * shapeSlope(a, x) }, { _, dy in -dy * gammaDensity(a, x) }
    ))
}

/// The quantile of a gamma distribution of shape a and rate 1: the x with P(a, x) = p, broadcast.
///
/// It is 0 at p = 0, ∞ at p = 1, and NaN for a ≤ 0 or p outside [0, 1]. It is computed by Newton's
/// method for log P or log Q as functions of log x, in which they are concave. With the density
/// f(x), its derivatives are 1/f(x) in p and −(∂P/∂a)/f(x) in a.
public func regularizedGammaPInverse(_ a: Tensor, _ p: Tensor) -> Tensor {
  Tensor.zipped(
    .gammaLowerInverse, a, p,
    pullbacks: (
      { x, dy in -dy * shapeSlope(a, x) / gammaDensity(a, x) },
      { x, dy in dy / gammaDensity(a, x) }
    ))
}

/// The x with Q(a, x) = q, broadcast: the quantile, accurate where the upper tail probability is
/// small.
public func regularizedGammaQInverse(_ a: Tensor, _ q: Tensor) -> Tensor {
  Tensor.zipped(
    .gammaUpperInverse, a, q,
    pullbacks: (
      { x, dy in -dy * shapeSlope(a, x) / gammaDensity(a, x) },
      { x, dy in -dy / gammaDensity(a, x) }
    ))
}

/// The density xᵃ⁻¹ e⁻ˣ/Γ(a) of a gamma distribution of shape a and rate 1.
private func gammaDensity(_ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor.zipped(
    .gammaDensity, a, x,
    pullbacks: (
      { y, dy in dy * y * (log(x) - digamma(a)) },
      { y, dy in dy * y * ((a - 1) / x - 1) }
    ))
}

/// ∂P/∂a = T₁ + (log x − ψ(a)) T₀, two terms of the same sign.
private func shapeSlope(_ a: Tensor, _ x: Tensor) -> Tensor {
  gammaMoment(1, a, x) + (log(x) - digamma(a)) * gammaMoment(0, a, x)
}

/// The moment Tₖ of log t − log x over [0, x] under the density of shape a where log x < ψ(a), and
/// the negative of the moment over [x, ∞) elsewhere.
///
/// T₀ is P or −Q. With this choice ∂Tₖ/∂a = Tₖ₊₁ + (log x − ψ(a)) Tₖ and ∂Tₖ/∂x = −k Tₖ₋₁/x, so the
/// family is closed. The integrals are computed by quadrature to 1e-13, T₀ in the same way as P and
/// Q.
private func gammaMoment(_ k: Int, _ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor.zipped(
    .gammaMoment, a, x, parameter: Double(k),
    pullbacks: (
      { y, dy in dy * (gammaMoment(k + 1, a, x) + (log(x) - digamma(a)) * y) },
      { _, dy in
        k == 0
          ? dy * gammaDensity(a, x) : dy * (Double(-k) * gammaMoment(k - 1, a, x) / x)
      }
    ))
}
