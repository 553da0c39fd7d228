import Tensor

/// The Sinkhorn divergence of two measures, a loss that is 0 only where they are equal (Feydy and others 2019).
///
/// S(μ, ν) = T(μ, ν) − ½ T(μ, μ) − ½ T(ν, ν), with the entropic cost T at the same ε. It removes
/// the bias of T, for T(μ, μ) is not 0. It lies between the Wasserstein cost (ε → 0) and an energy
/// distance (ε → ∞). Gradients of any order flow to points and weights, and they stay finite where
/// points coincide, even for the distance itself.
///
/// ```swift
/// let loss = try sinkhornDivergence(
///   from: DiscreteMeasure(points: generated), to: DiscreteMeasure(points: data), epsilon: 0.05)
/// ```
///
/// - Parameters:
///   - source: μ.
///   - target: ν, with the same type, dimension and mass.
///   - cost: The cost of moving a unit of mass from one point to another.
///   - epsilon: ε, in the unit of the costs.
///   - options: The options of Sinkhorn's algorithm.
/// - Returns: A scalar in the points' type.
/// - Throws: ``TransportError``.
public func sinkhornDivergence(
  from source: DiscreteMeasure, to target: DiscreteMeasure,
  cost: GroundCost = .squaredEuclidean, epsilon: Double,
  options: SinkhornOptions = SinkhornOptions()
) throws -> Tensor {
  let between = try entropicTransportCost(
    from: source, to: target, cost: cost, epsilon: epsilon, options: options)
  let within = try [source, target].map { measure in
    try entropicTransportCost(
      cost.matrix(measure.points, measure.points), measure.weights, measure.weights, epsilon,
      options, isSymmetric: true)
  }
  return between - 0.5 * (within[0] + within[1])
}

/// The entropic transport cost between discrete measures, as a loss; see
/// ``entropicTransportCost(costs:source:target:epsilon:options:)``.
///
/// - Throws: ``TransportError``.
public func entropicTransportCost(
  from source: DiscreteMeasure, to target: DiscreteMeasure,
  cost: GroundCost = .squaredEuclidean, epsilon: Double,
  options: SinkhornOptions = SinkhornOptions()
) throws -> Tensor {
  try cost.check()
  try check(source, target)
  return try entropicTransportCost(
    costs: cost.matrix(source.points, target.points), source: source.weights,
    target: target.weights, epsilon: epsilon, options: options)
}
