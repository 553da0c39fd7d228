import Tensor

extension VonMises: KnownQuantile {
  /// The angle x for which the probability from −π to x is p; NaN for a p outside [0, 1].
  ///
  /// Newton's method is applied to the logarithm of the mass from the nearer end, which quadrature
  /// computes accurately however small it is. Differentiable twice in p and the parameters.
  public func quantile(at p: Tensor) -> Tensor {
    let shape = Broadcast.shape(p.shape, batchShape) ?? p.shape
    func plain(_ x: Tensor) -> Tensor {
      stopGradient(x).converted(to: .float64).broadcast(to: shape)
    }
    let probability = plain(level(p))
    // The upper half is the mirror image of the lower one.
    let sign = 1 - 2 * (probability .> 0.5)
    let tail = VonMisesTail(
      centre: sign * VonMises.wrapped(plain(location)), concentration: plain(concentration))
    let angle = sign * tail.angle(of: minimum(probability, 1 - probability))
    let found = withDerivatives(angle.converted(to: dtype), p)
    return select(p .<= 0, -.pi + 0 * level(p), select(p .>= 1, .pi + 0 * level(p), found))
  }

  /// The quantile of the mirror image at q, mirrored.
  public func quantile(atUpper q: Tensor) -> Tensor {
    -VonMises(location: -location, concentration: concentration).quantile(at: q)
  }

  /// The root of F(x) = p after two Newton steps that do not change its value: the first carries
  /// its first derivatives, the second the second ones.
  private func withDerivatives(_ root: Tensor, _ p: Tensor) -> Tensor {
    var x = root
    for _ in 0..<2 {
      let (mass, density) = (cumulative(at: x), exp(logDensity(of: x)))
      let isSmall = density .<= 1e-300
      let slope = select(isSmall, density * 0 + 1, density)
      x = x - ((mass - stopGradient(mass)) - (p - stopGradient(p))) / slope
    }
    return x
  }
}

/// The mass of von Mises distributions above −π, in float64.
private struct VonMisesTail {
  let centre: Tensor
  let concentration: Tensor
  private let rule = GaussianQuadrature.legendre(96, over: 0...1)

  init(centre: Tensor, concentration: Tensor) {
    (self.centre, self.concentration) = (centre, concentration)
  }

  /// The density.
  private func density(at x: Tensor) -> Tensor {
    exp(-2 * concentration * square(sin(0.5 * (x - centre))))
      / (2 * Double.pi * besselI0Scaled(concentration))
  }

  /// ∫ p over [start, end].
  private func mass(from start: Tensor, to end: Tensor) -> Tensor {
    let axes = start.shape.map { _ in 1 }
    let nodes = rule.nodes.reshaped(to: [rule.nodes.count] + axes)
    let weights = rule.weights.reshaped(to: [rule.nodes.count] + axes)
    let width = end - start
    return width * (weights * density(at: start + width * nodes)).sum(along: 0)
  }

  /// The mass from −π to x; only parts within 24 deviations 1/√κ of x and of −π are integrated.
  private func mass(to x: Tensor) -> Tensor {
    let reach = 24 / sqrt(concentration)
    let start = maximum(x - reach, x * 0 - Double.pi)
    let end = minimum(start, reach - Double.pi)
    return mass(from: start, to: x) + mass(from: x * 0 - Double.pi, to: end)
  }

  /// The x for a mass of at most ½, between bounds that are bisected if a step leaves them.
  func angle(of level: Tensor) -> Tensor {
    var (lower, upper) = (level * 0 - Double.pi, level * 0 + Double.pi)
    var x = maximum(lower, minimum(centre, upper))
    for _ in 0..<200 {
      let mass = mass(to: x)
      let isBelow = mass .< level
      lower = select(isBelow, x, lower)
      upper = select(isBelow, upper, x)
      let newton = x - mass / density(at: x) * log(mass / level)
      let isInside = (newton .> lower) * (newton .< upper)
      let next = select(isInside, newton, 0.5 * (lower + upper))
      let change = abs(next - x)
      x = next
      if !(change .> 1e-16).any() { break }
    }
    return x
  }
}
