import Tensor

/// A mixture Σ πₖ pₖ(x) of components of one kind, given by the last axis of a batch.
public struct MixtureDistribution<Component: Distribution>: Distribution {
  /// The weights πₖ, `batchShape` rows of k.
  public let weights: Categorical
  /// The components, of batch shape `batchShape + [k]`.
  public let components: Component

  /// Creates a mixture from its weights and its components.
  public init(weights: Categorical, components: Component) {
    precondition(
      components.batchShape == weights.batchShape + [weights.count],
      "MixtureDistribution: expected components of batch shape \(weights.batchShape + [weights.count])"
        + ", found \(components.batchShape)")
    (self.weights, self.components) = (weights, components)
  }

  /// The weights' batch shape.
  public var batchShape: [Int] { weights.batchShape }
  /// The components' event shape.
  public var eventShape: [Int] { components.eventShape }
  /// The components' element type.
  public var dtype: DType { components.dtype }
  /// The union of the components' supports.
  public var support: Support {
    switch components.support {
    case .interval(let lower, let upper):
      .interval(lower: least(lower), upper: -least(-upper))
    case .integers(let lower, let upper):
      .integers(lower: least(lower), upper: -least(-upper))
    case .points, .counts, .other: .other
    case let support: support
    }
  }

  private func least(_ end: Tensor) -> Tensor {
    end.broadcast(to: components.batchShape).min(along: -1)
  }

  /// Draws a component by weight, then a sample of it; gradients flow to the components if their
  /// samples carry them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let categories = weights.sample(shape, using: random).doubles.map { Int($0) }
    let all = components.sample(shape, using: random)
    let size = eventShape.reduce(1, *)
    let rows = all.reshaped(to: [categories.count * weights.count, size])
    let chosen = categories.enumerated().map { $0.offset * weights.count + $0.element }
    return rows.gatheredRows(at: chosen).reshaped(to: shape + batchShape + eventShape)
  }

  /// log Σ πₖ pₖ(x).
  public func logDensity(of x: Tensor) -> Tensor {
    jointLogDensity(of: x).logSumExp(along: -1)
  }

  /// log πₖ pₖ(x) of each component, `shape + batchShape + [k]`.
  public func jointLogDensity(of x: Tensor) -> Tensor {
    let expanded = x.expanded(at: x.rank - eventShape.count)
    return components.logDensity(of: expanded) + weights.logProbabilities
  }

  /// The probabilities that x came from each component, `shape + batchShape + [k]`.
  public func responsibilities(of x: Tensor) -> Tensor { softmax(jointLogDensity(of: x)) }
}

extension MixtureDistribution: Sendable where Component: Sendable {}
extension MixtureDistribution: ScalarDistribution where Component: ScalarDistribution {}

extension MixtureDistribution: KnownMoments where Component: KnownMoments {
  /// Σ πₖ μₖ.
  public var mean: Tensor { average(of: components.mean) }

  /// Σ πₖ (σₖ² + (μₖ − mean)²).
  public var variance: Tensor {
    let axis = batchShape.count
    return average(of: components.variance + square(components.mean - mean.expanded(at: axis)))
  }

  private func average(of values: Tensor) -> Tensor {
    let probabilities = weights.probabilities
    let wide = probabilities.reshaped(to: probabilities.shape + eventShape.map { _ in 1 })
    return (wide * values).sum(along: batchShape.count)
  }
}

extension MixtureDistribution: KnownCumulative where Component: KnownCumulative {
  /// Σ πₖ Fₖ(x).
  public func cumulative(at x: Tensor) -> Tensor {
    (weights.probabilities * components.cumulative(at: x.expanded(at: -1))).sum(along: -1)
  }
  /// Σ πₖ (1 − Fₖ(x)).
  public func survival(at x: Tensor) -> Tensor {
    (weights.probabilities * components.survival(at: x.expanded(at: -1))).sum(along: -1)
  }
}

/// A mixture of distributions of any kind over events of one shape, without a batch.
public struct AnyMixture: Distribution {
  /// The weights πₖ.
  public let weights: Categorical
  /// The components.
  public let components: [any Distribution]

  /// Creates a mixture from its weights and the same number of components, each a single
  /// distribution.
  public init(weights: Categorical, components: [any Distribution]) {
    precondition(
      weights.batchShape == [] && weights.count == components.count
        && components.allSatisfy {
          $0.batchShape == [] && $0.eventShape == components[0].eventShape
            && $0.dtype == components[0].dtype
        },
      "AnyMixture: expected \(weights.count) single components of one event shape and type, found"
        + " \(components.map { $0.batchShape + $0.eventShape })")
    (self.weights, self.components) = (weights, components)
  }

  /// `[]`.
  public var batchShape: [Int] { [] }
  /// The components' event shape.
  public var eventShape: [Int] { components[0].eventShape }
  /// The components' element type.
  public var dtype: DType { components[0].dtype }
  /// The union of the components' supports.
  public var support: Support { .other }

  /// Draws a component by weight, then a sample of it.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let categories = weights.sample(shape, using: random).doubles.map { Int($0) }
    let (count, size) = (categories.count, eventShape.reduce(1, *))
    let all = components.map { $0.sample([count], using: random).reshaped(to: [count, size]) }
    let chosen = categories.enumerated().map { $0.element * count + $0.offset }
    return Tensor.concatenated(all).gatheredRows(at: chosen).reshaped(to: shape + eventShape)
  }

  /// log Σ πₖ pₖ(x).
  public func logDensity(of x: Tensor) -> Tensor {
    let parts = components.map { $0.logDensity(of: x) }
    return (Tensor.stacked(parts, along: parts[0].rank) + weights.logProbabilities)
      .logSumExp(along: -1)
  }
}
