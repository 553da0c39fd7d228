import Tensor

/// A distribution whose Kullback–Leibler divergence from some others has a closed form.
public protocol KnownDivergence: Distribution {
  /// KL(self ‖ other) if it has a closed form, of the common batch shape, in nats; otherwise `nil`.
  func closedDivergence(to other: any Distribution) -> Tensor?
}

extension KnownDivergence {
  /// KL(self ‖ other) of two distributions of one kind; `nil` if there is no closed form.
  func closed<Other>(_ other: any Distribution, _ formula: (Other) -> Tensor) -> Tensor? {
    (other as? Other).map(formula)
  }
}

extension Normal: KnownDivergence {
  /// log σ₂/σ₁ + (σ₁² + (μ₁ − μ₂)²)/(2σ₂²) − ½.
  public func klDivergence(to other: Normal) -> Tensor {
    let difference = 2 * (log(standardDeviation) - log(other.standardDeviation))
    let distance = square((mean - other.mean) / other.standardDeviation)
    return 0.5 * (exponentialRemainder(difference, less: 0 * difference) + distance)
  }
  /// In closed form for a normal distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension LogNormal: KnownDivergence {
  /// The divergence of the logarithms.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { (other: LogNormal) in logarithm.klDivergence(to: other.logarithm) }
  }
}

extension HalfNormal: KnownDivergence {
  /// log σ₂/σ₁ + σ₁²/(2σ₂²) − ½.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { (other: HalfNormal) in
      let difference = 2 * (log(scale) - log(other.scale))
      return 0.5 * exponentialRemainder(difference, less: 0 * difference)
    }
  }
}

extension MultivariateNormal: KnownDivergence {
  /// ½ (tr Σ₂⁻¹Σ₁ + (μ₁ − μ₂)ᵀ Σ₂⁻¹ (μ₁ − μ₂) − n + log det Σ₂ − log det Σ₁).
  public func klDivergence(to other: MultivariateNormal) -> Tensor {
    let distance = other.squaredDistance(to: mean)
    if case .diagonal(let own) = scale, case .diagonal(let its) = other.scale {
      let difference = 2 * (log(own) - log(its))
      let spread = exponentialRemainder(difference, less: 0 * difference).sum(along: -1)
      return 0.5 * (spread + distance)
    }
    let shape = Broadcast.shape(batchShape, other.batchShape) ?? batchShape
    let n = eventShape + eventShape
    let wide = other.broadcast(to: shape)
    let trace = square(wide.whitened(root.broadcast(to: shape + n))).sum(along: [-2, -1])
    let determinants = other.logDeterminant - logDeterminant
    return 0.5 * (trace - Double(eventShape[0]) + determinants + distance)
  }
  /// In closed form for a multivariate normal distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension DiagonalGaussian: KnownDivergence {
  /// In closed form for a diagonal Gaussian.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension Bernoulli: KnownDivergence {
  /// In closed form for a Bernoulli distribution.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { klDivergence(to: $0) }
  }
}

extension Categorical: KnownDivergence {
  /// Σ pᵢ log pᵢ/qᵢ; ∞ if q lacks a category that p has.
  public func klDivergence(to other: Categorical) -> Tensor {
    Divergence.kullbackLeibler.integrand(
      logProbabilities, other.logProbabilities, logScale: Tensor(0, dtype: dtype)
    ).sum(along: -1)
  }
  /// In closed form for a categorical distribution with the same number of categories.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Categorical, other.count == count else { return nil }
    return klDivergence(to: other)
  }
}

extension OneHotCategorical: KnownDivergence {
  /// The divergence of the categories.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    closed(other) { (other: OneHotCategorical) in
      categorical.klDivergence(to: other.categorical)
    }
  }
}

extension Independent: KnownDivergence {
  /// The sum over the elements.
  public func closedDivergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Independent, other.eventRank == eventRank,
      let elements = base as? any KnownDivergence,
      let value = elements.closedDivergence(to: other.base)
    else { return nil }
    return value.summed(overLast: eventRank)
  }
}
