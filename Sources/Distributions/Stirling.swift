import Tensor

// Log-densities of gamma and beta shapes, as differences of large logarithms, lose the digits that
// the density consists of. For large shapes they are expanded about the mode instead, with the
// remainder of Stirling's formula (Loader 2000, "Fast and accurate computation of binomial
// probabilities").

/// The shape from which on the remainder's series is fully accurate.
private let largeShape = 16.0

/// δ(x) = log Γ(x) − ((x − ½) log x − x + ½ log 2π), for x ≥ 16 (Abramowitz and Stegun 6.1.41).
func stirlingRemainder(_ x: Tensor) -> Tensor {
  let coefficients: [Double] = [
    1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156,
  ]
  return seriesInInverse(x, coefficients)
}

/// δ′(x) = ψ(x) − log x + 1/(2x), for x ≥ 16 (Abramowitz and Stegun 6.3.18).
func stirlingSlope(_ x: Tensor) -> Tensor {
  let coefficients: [Double] = [
    -1.0 / 12, 1.0 / 120, -1.0 / 252, 1.0 / 240, -1.0 / 132, 691.0 / 32760, -1.0 / 12,
  ]
  return seriesInInverse(x, coefficients) / x
}

/// Σ cᵢ x⁻²ⁱ⁻¹.
private func seriesInInverse(_ x: Tensor, _ coefficients: [Double]) -> Tensor {
  let w = 1 / square(x)
  return coefficients.dropLast().reversed().reduce(
    Tensor(coefficients[coefficients.count - 1], dtype: x.dtype)
  ) { $0 * w + $1 } / x
}

/// Applies one function where every shape is large and another elsewhere; computes only what is
/// needed.
func byShape(
  _ shapes: [Tensor], isLarge extra: Tensor? = nil, large: ([Tensor]) -> Tensor,
  small: ([Tensor]) -> Tensor
) -> Tensor {
  var mask = shapes.map { $0 .>= largeShape }.reduce(
    extra ?? Tensor(1, dtype: shapes[0].dtype), *)
  mask = stopGradient(mask)
  if !mask.any() { return small(shapes) }
  if mask.all() { return large(shapes) }
  let largeShapes = shapes.map { select(mask, $0, Tensor(2 * largeShape, dtype: $0.dtype)) }
  let smallShapes = shapes.map { select(mask, Tensor(1, dtype: $0.dtype), $0) }
  return select(mask, large(largeShapes), small(smallShapes))
}

/// log (tᵃ⁻¹ e⁻ᵗ/Γ(a)), the log-density of a gamma distribution of shape a and rate 1 at t ≥ 0.
///
/// - Parameter power: log tᵏ for exponents k where a mask is 1, computed before rounding: there, t
///   is so small that it has lost its digits. By default, t is used as given.
func gammaLogDensity(
  _ a: Tensor, _ t: Tensor, power: ((_ k: Tensor, _ isTiny: Tensor) -> Tensor)? = nil
) -> Tensor {
  let isNear = maximum(t .< 0.25 * a, t .> 4 * a)
  return byShape(
    [a], isLarge: 1 - isNear,
    large: { shapes in
      let a = shapes[0]
      let near = select(1 - isNear, t, a)
      let u = (near - a) / a
      return a * (log1p(u) - u) - log(near) + (0.5 * log(a) - logRootTwoPi - stirlingRemainder(a))
    },
    small: { shapes in
      let k = shapes[0] - 1
      // Where t overflows, the density is 0.
      let isInfinite = t .>= .infinity
      let bounded = isInfinite.any() ? select(isInfinite, Tensor(1, dtype: t.dtype), t) : t
      let isTiny = t .< (t.dtype == .float32 ? 0x1p-120 : 0x1p-1000)
      var logarithm = xlogy(k, bounded)
      if let power, isTiny.any() {
        let ordinary = xlogy(k, select(isTiny, Tensor(1, dtype: t.dtype), bounded))
        logarithm = select(isTiny, power(k, isTiny), ordinary)
      }
      let value = logarithm - bounded - logGamma(shapes[0])
      return isInfinite.any()
        ? select(isInfinite, Tensor(-Double.infinity, dtype: t.dtype), value) : value
    })
}

/// log (xᵃ⁻¹ (1 − x)ᵇ⁻¹/B(a, b)), the log-density of a beta distribution at x in [0, 1].
func betaLogDensity(_ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  byShape(
    [a, b], isLarge: (x .> 0) * (x .< 1),
    large: { shapes in
      let (a, b) = (shapes[0], shapes[1])
      let n = a + b
      let x = select((x .> 0) * (x .< 1), x, a / n)
      let v = x - a / n
      let remainders = stirlingRemainder(n) - stirlingRemainder(a) - stirlingRemainder(b)
      return a * relativeLogarithm(v, a / n, x) + b * relativeLogarithm(-v, b / n, 1 - x)
        + (0.5 * (log(a) + log(b) - log(n)) - logRootTwoPi + remainders) - log(x) - log1p(-x)
    },
    small: { shapes in
      let isOne = x .>= 1
      let inside = select(isOne, x * 0, x)
      let end = select(isOne, xlogy(shapes[1] - 1, 1 - x), x * 0)
      return xlogy(shapes[0] - 1, x) + (shapes[1] - 1) * log1p(-inside) + end
        - logBeta(shapes[0], shapes[1])
    })
}

/// log(x/c) for x = c + v, from the smaller of v and x.
private func relativeLogarithm(_ v: Tensor, _ c: Tensor, _ x: Tensor) -> Tensor {
  let isNear = abs(v) .< 0.5 * c
  return select(isNear, log1p(select(isNear, v, v * 0) / c), log(x) - log(c))
}

/// The entropy of a gamma distribution of shape a and rate 1, a + log Γ(a) + (1 − a) ψ(a).
func gammaEntropy(_ a: Tensor) -> Tensor {
  byShape(
    [a],
    large: { shapes in
      let a = shapes[0]
      let remainder = stirlingRemainder(a) + (1 - a) * stirlingSlope(a)
      return 0.5 * log(a) + (logRootTwoPi + 0.5) - 0.5 / a + remainder
    },
    small: { $0[0] + logGamma($0[0]) + (1 - $0[0]) * digamma($0[0]) })
}

/// The entropy of a beta distribution, log B(a, b) − (a − 1) ψ(a) − (b − 1) ψ(b) + (a + b − 2) ψ(a + b).
func betaEntropy(_ a: Tensor, _ b: Tensor) -> Tensor {
  byShape(
    [a, b],
    large: { shapes in
      let (a, b) = (shapes[0], shapes[1])
      let n = a + b
      let logarithms = 0.5 * (log(a) + log(b)) - 1.5 * log(n) + logRootTwoPi
      let remainders = stirlingRemainder(a) + stirlingRemainder(b) - stirlingRemainder(n)
      let halves = 0.5 - 0.5 / a - 0.5 / b + 1 / n
      let slopes =
        (n - 2) * stirlingSlope(n) - (a - 1) * stirlingSlope(a) - (b - 1) * stirlingSlope(b)
      return logarithms + remainders + halves + slopes
    },
    small: { shapes in
      let (a, b) = (shapes[0], shapes[1])
      let own = (a - 1) * digamma(a) + (b - 1) * digamma(b)
      return logBeta(a, b) - own + (a + b - 2) * digamma(a + b)
    })
}

/// ψ(x + step) − ψ(x), for a step of 0 or more.
func digammaIncrease(_ x: Tensor, _ step: Tensor) -> Tensor {
  byShape(
    [x],
    large: { shapes in
      let (x, next) = (shapes[0], shapes[0] + step)
      return log1p(step / x) + 0.5 / x - 0.5 / next + stirlingSlope(next) - stirlingSlope(x)
    },
    small: { digamma($0[0] + step) - digamma($0[0]) })
}

/// log Γ(b) − log Γ(a) + (a − b) ψ(a), the divergence of a gamma distribution of shape a and rate 1
/// from one of shape b.
///
/// For large shapes, b (log b/a − 1 + a/b) + ½ (log a/b − 1 + b/a) plus the difference of
/// Stirling's remainders.
func gammaShapeDivergence(_ a: Tensor, _ b: Tensor) -> Tensor {
  byShape(
    [a, b],
    large: { shapes in
      let (a, b) = (shapes[0], shapes[1])
      let relative = (b - a) / a
      let logRatio = select(
        abs(relative) .< 0.5, log1p(clamp(relative, to: -0.5...0.5)), log(b) - log(a))
      let none = 0 * logRatio
      let remainders = stirlingRemainder(b) - stirlingRemainder(a) + (a - b) * stirlingSlope(a)
      return b * exponentialRemainder(-logRatio, less: none)
        + 0.5 * exponentialRemainder(logRatio, less: none) + remainders
    },
    small: { logGamma($0[1]) - logGamma($0[0]) + ($0[0] - $0[1]) * digamma($0[0]) })
}
