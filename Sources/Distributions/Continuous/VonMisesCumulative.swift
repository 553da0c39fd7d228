import Tensor

/// The distribution function of the von Mises distribution about 0, at angles in [−π, π].
func vonMisesCumulative(_ angle: Tensor, _ concentration: Tensor) -> Tensor {
  // Where the concentration is large, the Fourier series is long and the expansion short.
  let isLarge = concentration .> 50
  if !isLarge.any() { return fourierSeries(angle, concentration) }
  let large = select(isLarge, concentration, Tensor(60, dtype: angle.dtype))
  let expansion = nearlyNormal(angle, large)
  if isLarge.all() { return expansion }
  let small = select(isLarge, Tensor(1, dtype: angle.dtype), concentration)
  return select(isLarge, expansion, fourierSeries(angle, small))
}

/// ½ + x/2π + Σ Iⱼ(κ)/I₀(κ) sin(jx)/(πj), with the ratios Iⱼ/Iⱼ₋₁ = κ/(2j + κ Iⱼ₊₁/Iⱼ) from the last to the
/// first (Hill 1977; Amos 1974).
private func fourierSeries(_ x: Tensor, _ kappa: Tensor) -> Tensor {
  // Iⱼ/I₀ is about exp(−j²/2κ), and smaller where κ is small.
  let largest = kappa.count == 0 ? 0 : relu(stopGradient(kappa)).max().scalar
  let count = largest.isFinite ? Int(7 * largest.squareRoot()) + 16 : 1
  var (ratio, sum) = (0 * kappa, 0 * x)
  for j in (1...count).reversed() {
    ratio = kappa / (2 * Double(j) + kappa * ratio)
    sum = ratio * (sin(Double(j) * x) / Double(j) + sum)
  }
  return 0.5 + x / (2 * Double.pi) + sum / Double.pi
}

/// With s = 2√κ sin ½x, the density of s is ∝ e^(−s²/2)/√(1 − s²/4κ); the root is expanded in
/// powers of s²/4κ, and each term is integrated by parts.
private func nearlyNormal(_ x: Tensor, _ kappa: Tensor) -> Tensor {
  let isBelow = x .<= 0
  // The tail below a negative angle is the tail above its mirror image.
  let s = 2 * sqrt(kappa) * sin(0.5 * select(isBelow, -x, x))
  let squared = square(s)
  var boundary = s * exp(-0.5 * squared)
  var integral = 0.5 * (2 * Double.pi).squareRoot() * erfc(0.7071067811865476 * s)
  var coefficient = 1 + 0 * kappa
  var sum = integral
  for k in 1...16 {
    integral = boundary + Double(2 * k - 1) * integral
    coefficient = coefficient * (Double(2 * k - 1) / Double(8 * k)) / kappa
    sum = sum + coefficient * integral
    boundary = boundary * squared
  }
  let tail = sum / (2 * Double.pi * sqrt(kappa) * besselI0Scaled(kappa))
  return select(isBelow, tail, 1 - tail)
}
