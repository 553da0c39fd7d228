import Tensor

extension Gamma: KnownDivergence {
  /// (a₁ − a₂) ψ(a₁) − log Γ(a₁) + log Γ(a₂) + a₂ (log b₁ − log b₂) + a₁ (b₂ − b₁)/b₁.
  public func klDivergence(to other: Gamma) -> Tensor {
    gammaDivergence(
      concentration, other.concentration, logRatio: log(rate) - log(other.rate))
  }
  /// In closed form for a gamma, χ² or exponential distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    asGamma(other).map { klDivergence(to: $0) }
  }
}

/// The same distribution as a gamma distribution.
private func asGamma(_ other: any Distribution) -> Gamma? {
  switch other {
  case let other as Gamma: other
  case let other as ChiSquared:
    Gamma(
      concentration: 0.5 * other.degreesOfFreedom, rate: Tensor(0.5, dtype: other.dtype))
  case let other as Exponential:
    Gamma(concentration: Tensor(1, dtype: other.dtype), rate: other.rate)
  default: nil
  }
}

/// With r = log b₁/b₂, the divergence of the shapes plus a₁ (e⁻ʳ − 1 + r) and (a₂ − a₁) r.
private func gammaDivergence(_ a: Tensor, _ other: Tensor, logRatio: Tensor) -> Tensor {
  gammaShapeDivergence(a, other) + a * exponentialRemainder(-logRatio, less: 0 * logRatio)
    + (other - a) * logRatio
}

extension ChiSquared: KnownDivergence {
  /// The divergence of gamma distributions.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    asGamma(self)?.closedDivergence(to: other)
  }
}

extension Exponential: KnownDivergence {
  /// log λ₁/λ₂ + λ₂/λ₁ − 1.
  public func klDivergence(to other: Exponential) -> Tensor {
    let difference = log(other.rate) - log(rate)
    return exponentialRemainder(difference, less: 0 * difference)
  }
  /// In closed form for an exponential, gamma or χ² distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    if let other = other as? Exponential { return klDivergence(to: other) }
    return asGamma(self)?.closedDivergence(to: other)
  }
}

extension InverseGamma: KnownDivergence {
  /// The divergence of the gamma distributions of the inverse.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { (other: InverseGamma) in
      gammaDivergence(
        concentration, other.concentration, logRatio: log(scale) - log(other.scale))
    }
  }
}

extension Beta: KnownDivergence {
  /// log B(a₂, b₂)/B(a₁, b₁) + (a₁ − a₂) ψ(a₁) + (b₁ − b₂) ψ(b₁) − (a₁ + b₁ − a₂ − b₂) ψ(a₁ + b₁).
  ///
  /// If a shape is small, differences of functions of a + b lose the digits of a and b.
  public func klDivergence(to other: Beta) -> Tensor {
    byShape(
      [a, b, other.a, other.b],
      large: {
        gammaShapeDivergence($0[0], $0[2]) + gammaShapeDivergence($0[1], $0[3])
          - gammaShapeDivergence($0[0] + $0[1], $0[2] + $0[3])
      },
      small: { shapes in
        let (a, b, c, d) = (shapes[0], shapes[1], shapes[2], shapes[3])
        let slopes = (c - a) * digammaIncrease(a, b) + (d - b) * digammaIncrease(b, a)
        return logBeta(c, d) - logBeta(a, b) + slopes
      })
  }
  /// In closed form for a beta distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension Dirichlet: KnownDivergence {
  /// log B(β) − log B(α) + Σ (αᵢ − βᵢ) (ψ(αᵢ) − ψ(Σ α)).
  public func klDivergence(to other: Dirichlet) -> Tensor {
    gammaShapeDivergence(concentration, other.concentration).sum(along: -1)
      - gammaShapeDivergence(concentration.sum(along: -1), other.concentration.sum(along: -1))
  }
  /// In closed form for a Dirichlet distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension Laplace: KnownDivergence {
  /// log b₂/b₁ + (b₁ e^(−|μ₁ − μ₂|/b₁) + |μ₁ − μ₂|)/b₂ − 1.
  public func klDivergence(to other: Laplace) -> Tensor {
    let distance = abs(location - other.location)
    let difference = log(scale) - log(other.scale)
    let bend = expm1(-distance / scale) * (scale / other.scale) + distance / other.scale
    return exponentialRemainder(difference, less: 0 * difference) + bend
  }
  /// In closed form for a Laplace distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension Uniform: KnownDivergence {
  /// log of the ratio of the widths; ∞ if the other interval does not contain this one.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { (other: Uniform) in
      let isInside = (lower .>= other.lower) * (upper .<= other.upper)
      return select(isInside, other.entropy - entropy, Tensor(Double.infinity, dtype: dtype))
    }
  }
}

extension Poisson: KnownDivergence {
  /// λ₁ log λ₁/λ₂ + λ₂ − λ₁.
  public func klDivergence(to other: Poisson) -> Tensor {
    let isInner = (rate .> 0) * (other.rate .> 0)
    let one = Tensor(1, dtype: dtype)
    let (first, second) = (select(isInner, rate, one), select(isInner, other.rate, one))
    let difference = log(second) - log(first)
    let inner = first * exponentialRemainder(difference, less: 0 * difference)
    let ends = xlogy(rate, rate) - xlogy(rate, other.rate) + other.rate - rate
    return select(isInner, inner, ends)
  }
  /// In closed form for a Poisson distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension Geometric: KnownDivergence {
  /// log p₁/p₂ + (1 − p₁)/p₁ · log (1 − p₁)/(1 − p₂), the divergence of one trial times the mean
  /// number of trials.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { (other: Geometric) in
      bernoulliDivergence(logit(probability), logit(other.probability)) / probability
    }
  }
}

extension Binomial: KnownDivergence {
  /// n times the divergence of one trial, for equal n.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Binomial,
      Broadcast.shape(count.shape, other.count.shape) != nil,
      !(count .!= other.count).any()
    else { return nil }
    return count * bernoulliDivergence(logit(probability), logit(other.probability))
  }
}
