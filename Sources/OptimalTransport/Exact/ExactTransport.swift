import Tensor

/// The cheapest way to move one discrete measure to another: Kantorovich's problem, solved exactly.
///
/// min Σᵢⱼ cᵢⱼ πᵢⱼ over π ≥ 0 with Σⱼ πᵢⱼ = aᵢ and Σᵢ πᵢⱼ = bⱼ, by the network simplex, and its dual
/// max Σᵢ aᵢ uᵢ + Σⱼ bⱼ vⱼ with uᵢ + vⱼ ≤ cᵢⱼ (Kantorovich 1942).
///
/// ```swift
/// let costs = Tensor([[1, 2], [3, 5]], dtype: .float64)
/// let transport = try ExactTransport(
///   costs: costs, source: Tensor([0.6, 0.4], dtype: .float64),
///   target: Tensor([0.3, 0.7], dtype: .float64))
/// transport.cost                   // 2.6
/// transport.plan.dense().doubles   // [0, 0.6, 0.3, 0.1]
/// ```
///
/// Points of weight 0 take no part. A cost of +∞ forbids an entry. The sums of the weights need not
/// be one, but they must be equal: the plan moves that mass.
public struct ExactTransport: Sendable {
  /// The plan, with at most n + m − 1 entries.
  public let plan: TransportPlan
  /// Σ cᵢⱼ πᵢⱼ.
  public let cost: Double
  /// Σ aᵢ uᵢ + Σ bⱼ vⱼ, a lower bound of every plan's cost.
  public let dual: Double
  /// The potential u of the sources, `[n]`, float64.
  public let sourcePotential: Tensor
  /// The potential v of the targets, `[m]`, float64.
  ///
  /// With u, no reduced cost cᵢⱼ − uᵢ − vⱼ is below 0, not even at points of weight 0.
  public let targetPotential: Tensor
  /// The distance of the plan's marginals from the weights.
  public let marginalErrors: MarginalErrors
  /// Whether the plan is optimal; if not, the pivots were used up, and the result is still a plan.
  public let hasConverged: Bool
  /// The number of pivots.
  public let pivots: Int

  /// The cost minus the dual: 0 up to rounding for an optimal plan, and an upper bound of the
  /// excess cost of any other plan.
  public var dualityGap: Double { cost - dual }

  /// Solves the problem for a matrix of costs.
  ///
  /// - Parameters:
  ///   - costs: `[n, m]`; +∞ for a pair between which nothing may be moved.
  ///   - source: The weights a, `[n]`; 1/n each by default.
  ///   - target: The weights b, `[m]`; 1/m each by default.
  ///   - iterationLimit: The largest number of pivots; the default is practically no limit.
  /// - Throws: ``TransportError``.
  public init(
    costs: Tensor, source: Tensor? = nil, target: Tensor? = nil, iterationLimit: Int = .max
  ) throws {
    precondition(
      costs.rank == 2, "ExactTransport: expected costs [n, m], found \(costs.shape)")
    let (n, m) = (costs.shape[0], costs.shape[1])
    let a = source ?? Tensor(filledWith: 1 / Double(max(n, 1)), [n], dtype: .float64)
    let b = target ?? Tensor(filledWith: 1 / Double(max(m, 1)), [m], dtype: .float64)
    precondition(
      a.shape == [n] && b.shape == [m],
      "ExactTransport: expected weights [\(n)] and [\(m)], found \(a.shape) and \(b.shape)")
    try checkSums(a, b)
    let costs = stopGradient(costs).converted(to: .float64)
    let penalty = try InfiniteCosts.penalty(for: costs)
    try self.init(a, b, iterationLimit, all: CostRows(costs)) { rows, columns in
      var part = costs
      if rows.count < n { part = part.gatheredRows(at: rows) }
      if columns.count < m { part = part.gathered(at: columns, along: 1) }
      guard let penalty else { return CostRows(part) }
      return CostRows(minimum(part, Tensor(penalty, dtype: .float64)))
    }
    if penalty != nil && !cost.isFinite { throw TransportError.noFinitePlan }
  }

  /// Solves the problem for a cost that depends on the distance between points.
  ///
  /// Costs that can be computed from few coordinates are not stored as a matrix.
  ///
  /// - Parameters:
  ///   - source: The measure whose mass is moved.
  ///   - target: The measure to which the mass is moved.
  ///   - cost: The cost of moving a unit of mass from one point to another.
  ///   - iterationLimit: The largest number of pivots.
  /// - Throws: ``TransportError``.
  public init(
    from source: DiscreteMeasure, to target: DiscreteMeasure,
    cost: GroundCost = .squaredEuclidean, iterationLimit: Int = .max
  ) throws {
    try cost.check()
    try check(source, target)
    let (x, y) = (source.points, target.points)
    let all = cost.rows(x, y)
    try self.init(source.weights, target.weights, iterationLimit, all: all) { rows, columns in
      if rows.count == source.count && columns.count == target.count { return all }
      return cost.rows(x.gatheredRows(at: rows), y.gatheredRows(at: columns))
    }
  }

  private init(
    _ a: Tensor, _ b: Tensor, _ limit: Int, all: CostRows,
    part: @escaping (_ rows: [Int], _ columns: [Int]) -> CostRows
  ) throws {
    let (a, b) = (a.doubles, b.doubles)
    let rows = a.indices.filter { a[$0] > 0 }
    let columns = b.indices.filter { b[$0] > 0 }
    let (weights, others) = (rows.map { a[$0] }, columns.map { b[$0] })
    let solved = CoarseToFine(costs: part, limit: limit).solution(
      rows, columns, source: weights, target: others)
    let entries = basisEntries(solved.tree, weights, others).map { entry in
      TransportPlan.Entry(
        row: rows[entry.row], column: columns[entry.column], mass: entry.mass)
    }
    plan = TransportPlan(entries: entries, rowCount: a.count, columnCount: b.count)
    var potentials = [Double](repeating: -.infinity, count: b.count)
    for (place, column) in columns.enumerated() {
      potentials[column] = solved.tree.potentials[rows.count + place]
    }
    (sourcePotential, targetPotential) = dualPotentials(all, potentials)
    let source = Tensor(a, shape: [a.count], dtype: .float64)
    let target = Tensor(b, shape: [b.count], dtype: .float64)
    dual = exactSum(
      (source * sourcePotential).doubles + (target * targetPotential).doubles)
    cost = all.reading { reader in
      exactSum(entries.map { $0.mass * reader.cost($0.row, $0.column) })
    }
    marginalErrors = MarginalErrors(
      rowSums: plan.rowSums, columnSums: plan.columnSums, source: source, target: target)
    (hasConverged, pivots) = (solved.hasConverged, solved.pivots)
  }
}

/// The stand-in for costs of +∞ while the simplex runs.
private enum InfiniteCosts {
  /// A cost so large that no optimal plan pays it if another choice exists; nil if all costs are
  /// finite.
  ///
  /// To avoid such an entry, a plan exchanges others along a cycle of fewer than n + m entries.
  static func penalty(for costs: Tensor) throws -> Double? {
    if costs.isFinite { return nil }
    let (values, m) = (costs.doubles, costs.shape[1])
    if let place = values.firstIndex(where: { $0.isNaN || $0 == -.infinity }) {
      throw TransportError.badCost(row: place / m, column: place % m, value: values[place])
    }
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max() else {
      throw TransportError.noFinitePlan
    }
    let largest = max(Swift.abs(least), Swift.abs(most))
    return most + Double(costs.shape[0] + m) * max(most - least, largest, 1)
  }
}

/// The entries of a basis that carry mass, computed from the weights themselves rather than from
/// their rounded values.
private func basisEntries(
  _ tree: BasisTree, _ source: [Double], _ target: [Double]
) -> [TransportPlan.Entry] {
  let n = source.count
  let scale = exactSum(source) / exactSum(target)
  var excess = source + target.map { -scale * $0 }
  var entries: [TransportPlan.Entry] = []
  for node in tree.nodesFromRoot().reversed() where node != tree.root {
    let parent = Int(tree.parents[node])
    let mass = node < n ? excess[node] : -excess[node]
    excess[parent] += excess[node]
    // Weights that cancel leave rounding errors, which only whole numbers can tell from mass.
    if tree.masses[node].units == 0 || !(mass > 0) { continue }
    entries.append(
      node < n
        ? .init(row: node, column: parent - n, mass: mass)
        : .init(row: parent, column: node - n, mass: mass))
  }
  return entries
}

/// Potentials without negative reduced costs, from those of the targets that take part (−∞ for the
/// others).
///
/// u is the c-transform of v, and v that of u (Villani 2003, section 2.1).
private func dualPotentials(_ costs: CostRows, _ targets: [Double]) -> (u: Tensor, v: Tensor) {
  func finite(_ x: Tensor) -> Tensor { select(isFinite(x), x, Tensor(0, dtype: .float64)) }
  let v = Tensor(targets, shape: [targets.count], dtype: .float64)
  let u = finite(costs.leastOfRows(less: v))
  return (u, finite(costs.transposed.leastOfRows(less: u)))
}
