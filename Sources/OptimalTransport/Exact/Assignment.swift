import Tensor

/// The cheapest pairing of n sources with n targets: the permutation σ that minimises Σᵢ c(i,
/// σ(i)).
///
/// It is exact transport between uniform weights, whose extreme plans are permutations (Birkhoff
/// 1946). Pairing noise with data in this way, batch by batch, straightens the paths of flow
/// matching (Tong et al. 2024).
///
/// ```swift
/// let pairing = try Assignment(costs: Tensor([[4, 1], [2, 3]]))
/// pairing.targets   // [1, 0]
/// pairing.cost      // 3
/// ```
public struct Assignment: Sendable {
  /// σ: the target of each source.
  public let targets: [Int]
  /// Σᵢ c(i, σ(i)): a sum, not a mean.
  public let cost: Double
  /// The potential u of the sources, `[n]`, float64.
  public let sourcePotential: Tensor
  /// The potential v of the targets, `[n]`, float64: cᵢⱼ − uᵢ − vⱼ is at least 0 everywhere and 0
  /// on the permutation.
  public let targetPotential: Tensor

  /// The cost minus Σ uᵢ + Σ vⱼ, which is 0 up to rounding.
  public var dualityGap: Double {
    cost - exactSum(sourcePotential.doubles + targetPotential.doubles)
  }

  /// Finds the cheapest pairing for a matrix of costs.
  ///
  /// - Parameter costs: `[n, n]`; +∞ for a forbidden pair.
  /// - Throws: ``TransportError``.
  public init(costs: Tensor) throws {
    precondition(costs.rank == 2, "Assignment: expected costs [n, n], found \(costs.shape)")
    try Self.requireEqualCounts(costs.shape[0], costs.shape[1])
    self.init(try ExactTransport(costs: costs))
  }

  /// Pairs points with points, `[n, d]` each, by a cost that depends on their distance.
  ///
  /// - Throws: ``TransportError``.
  public init(from x: Tensor, to y: Tensor, cost: GroundCost = .squaredEuclidean) throws {
    let (source, target) = (DiscreteMeasure(points: x), DiscreteMeasure(points: y))
    try Self.requireEqualCounts(source.count, target.count)
    self.init(try ExactTransport(from: source, to: target, cost: cost))
  }

  private init(_ transport: ExactTransport) {
    targets = transport.plan.entries.map(\.column)
    cost = transport.cost * Double(targets.count)
    (sourcePotential, targetPotential) = (
      transport.sourcePotential, transport.targetPotential
    )
  }

  private static func requireEqualCounts(_ n: Int, _ m: Int) throws {
    if n != m { throw TransportError.differentCounts(source: n, target: m) }
  }
}
