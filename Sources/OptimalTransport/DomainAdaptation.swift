import Tensor

/// Domain adaptation by regularised transport: samples with known classes are moved to the place of
/// samples without classes (Courty, Flamary, Tuia and Rakotomamonjy 2017).
///
/// The plan minimises ⟨c, π⟩ + ε KL(π ‖ a ⊗ b) + η Σⱼ Σ_k (δ + Σ_{i in class k} πᵢⱼ)^½, so that
/// each target tends to get its mass from samples of one class. δ, which is 1e-4 of the mass, keeps
/// the slope of the root finite. The concave last term is repeatedly replaced by its tangent, which
/// leaves a problem of entropic transport each time.
public struct DomainAdaptation: Sendable {
  /// The plan, `[n, m]`, float64.
  public let plan: Tensor
  /// The images of the sources, Σⱼ πᵢⱼ yⱼ / Σⱼ πᵢⱼ, `[n, d]`.
  public let mapped: Tensor
  /// The last entropic transport, at the costs that include the tangents.
  public let transport: EntropicTransport
  /// The objective before the first tangent and after each one.
  public let trace: [Double]

  /// Finds the plan.
  ///
  /// - Parameters:
  ///   - source: The samples with known classes.
  ///   - classes: The class of each source sample, 0 or more.
  ///   - target: The samples without classes.
  ///   - epsilon: ε, in the unit of squared distances.
  ///   - classStrength: η; 0 for entropic transport that ignores the classes.
  ///   - iterations: The number of tangents.
  ///   - options: The options of Sinkhorn's algorithm.
  /// - Throws: ``TransportError``.
  public init(
    from source: DiscreteMeasure, classes: [Int], to target: DiscreteMeasure, epsilon: Double,
    classStrength: Double = 1, iterations: Int = 10, options: SinkhornOptions = SinkhornOptions()
  ) throws {
    precondition(
      classes.count == source.count && classes.allSatisfy { $0 >= 0 } && classStrength >= 0,
      "DomainAdaptation: expected \(source.count) classes of 0 or more and a strength of 0 or more,"
        + " found \(classes.count) classes and \(classStrength)")
    try check(source, target)
    let type = source.points.dtype
    let costs = pairwiseSquaredDistances(
      source.points.converted(to: .float64), target.points.converted(to: .float64))
    // Rows are samples, columns are classes.
    let members = Tensor.oneHot(classes, count: (classes.max() ?? 0) + 1, dtype: .float64)
    let (a, b) = (
      source.weights.converted(to: .float64), target.weights.converted(to: .float64)
    )
    let least = 1e-4 * a.sum().scalar
    func solve(_ costs: Tensor) throws -> EntropicTransport {
      try EntropicTransport(
        costs: costs, source: a, target: b, epsilon: epsilon, options: options)
    }
    func shares(_ plan: Tensor) -> Tensor { members.matmul(plan, transposeLeft: true) }
    func objective(_ plan: Tensor) -> Double {
      let independent = a.outer(b)
      let divergence = xlogy(plan, plan) - xlogy(plan, independent)
      let classTerm = sqrt(shares(plan) + least).sum().scalar
      return (costs * plan).sum().scalar + epsilon * divergence.sum().scalar
        + classStrength * classTerm
    }
    var solved = try solve(costs)
    var values = [objective(solved.plan)]
    for _ in 0..<(classStrength > 0 ? iterations : 0) {
      let slopes = 0.5 / sqrt(shares(solved.plan) + least)
      solved = try solve(costs + classStrength * members.matmul(slopes))
      values.append(objective(solved.plan))
    }
    (transport, plan, trace) = (solved, solved.plan, values)
    let sums = plan.sum(along: 1, keepingDimensions: true)
    mapped = (plan.matmul(target.points.converted(to: .float64)) / sums).converted(to: type)
  }
}
