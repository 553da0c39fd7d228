import Tensor

/// The distribution of f(X) for a bijector f, by the change of variables:
/// log p(y) = log p_X(f⁻¹(y)) + log |det ∂f⁻¹/∂y|.
///
/// ```swift
/// Transformed(.standardNormal([2]), by: flow)                    // a normalising flow
/// Transformed(Normal(mean: 0, standardDeviation: 1), by: ExponentialMap())  // a log-normal
/// ```
public struct Transformed<Base: Distribution, Map: Bijector>: Distribution {
  /// The distribution of X.
  public let base: Base
  /// The map f.
  public let map: Map

  /// Creates the distribution of f(X); an event of the base must have at least as many axes as f
  /// maps together.
  public init(_ base: Base, by map: Map) {
    precondition(
      base.eventShape.count >= map.inputRank,
      "Transformed: expected events of \(map.inputRank) or more axes, found \(base.eventShape)")
    (self.base, self.map) = (base, map)
  }

  /// The base's batch shape.
  public var batchShape: [Int] { base.batchShape }
  /// The base's event shape after the map.
  public var eventShape: [Int] { map.outputShape(of: base.eventShape) }
  /// The base's element type.
  public var dtype: DType { base.dtype }
  /// The image of the base's support.
  public var support: Support { .other }

  /// f applied to samples of the base.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    map.forward(base.sample(shape, using: random))
  }

  /// The log-density of the preimage plus the inverse's log-determinant.
  public func logDensity(of y: Tensor) -> Tensor {
    let extraAxes = base.eventShape.count - map.inputRank
    func value(_ y: Tensor) -> Tensor {
      let (x, logDeterminant) = map.inverseWithLogDeterminant(y)
      return base.logDensity(of: x) + logDeterminant.summed(overLast: extraAxes)
    }
    guard let inside = map.isInImage(y) else { return value(y) }
    let axes = Array(inside.rank - extraAxes..<inside.rank)
    let mask = axes.isEmpty ? inside : inside.all(along: axes)
    if mask.all() { return value(y) }
    let anchor = map.forward(.zeros(base.eventShape, dtype: dtype))
    let wide = mask.reshaped(to: mask.shape + eventShape.map { _ in 1 })
    let logDensity = value(select(wide, y, anchor))
    return select(mask, logDensity, Tensor(-Double.infinity, dtype: dtype))
  }

  /// Draws samples with their log-densities, which requires no inverse.
  ///
  /// - Returns: Samples of `shape + batchShape + eventShape`, log-densities of `shape + batchShape`.
  public func sampleWithLogDensity(
    _ shape: [Int], using random: Random
  ) -> (samples: Tensor, logDensities: Tensor) {
    let x = base.sample(shape, using: random)
    let (y, logDeterminant) = map.forwardWithLogDeterminant(x)
    let extraAxes = base.eventShape.count - map.inputRank
    return (y, base.logDensity(of: x) - logDeterminant.summed(overLast: extraAxes))
  }
}

extension Transformed: Reparameterized where Base: Reparameterized {}
extension Transformed: Sendable where Base: Sendable, Map: Sendable {}
extension Transformed: ScalarDistribution where Base: ScalarDistribution, Map: MonotoneBijector {
  /// `[]`, the shape of a number.
  public var eventShape: [Int] { [] }
}

extension Transformed: KnownCumulative where Base: KnownCumulative, Map: MonotoneBijector {
  /// P(X ≤ f⁻¹(y)) if f is increasing, P(X ≥ f⁻¹(y)) if it is decreasing, assuming that X has no
  /// atoms.
  public func cumulative(at y: Tensor) -> Tensor { probability(at: y, isBelow: true) }

  /// P(X > f⁻¹(y)) if f is increasing, P(X ≤ f⁻¹(y)) if it is decreasing.
  public func survival(at y: Tensor) -> Tensor { probability(at: y, isBelow: false) }

  private func probability(at y: Tensor, isBelow: Bool) -> Tensor {
    let (lower, upper) = map.image
    let bounded = lower == -.infinity && upper == .infinity ? y : clamp(y, to: lower...upper)
    let x = map.inverse(bounded)
    func probability(_ isBelow: Bool) -> Tensor {
      isBelow ? base.cumulative(at: x) : base.survival(at: x)
    }
    guard let direction = map.direction, (direction .< 0).any() else { return probability(isBelow) }
    return select(
      (direction .> 0).broadcast(to: x.shape), probability(isBelow), probability(!isBelow))
  }
}

extension Transformed: KnownQuantile where Base: KnownQuantile, Map: MonotoneBijector {
  /// f of the base's quantile, at 1 − p if f is decreasing.
  public func quantile(at p: Tensor) -> Tensor {
    guard let direction = map.direction, (direction .< 0).any() else {
      return map.forward(base.quantile(at: p))
    }
    return map.forward(base.quantile(at: select(direction .> 0, p, 1 - p)))
  }
}
