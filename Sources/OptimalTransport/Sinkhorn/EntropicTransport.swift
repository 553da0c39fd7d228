import Tensor

/// Optimal transport with entropic regularisation, by Sinkhorn's algorithm (Cuturi 2013).
///
/// It minimises ⟨c, π⟩ + ε KL(π ‖ a ⊗ b) over plans π with the marginals a and b. The plan is πᵢⱼ =
/// aᵢ bⱼ exp((fᵢ + gⱼ − cᵢⱼ)/ε), blurred at the scale of ε. Replacing the divergence by −H(π) gives
/// the same plan.
///
/// ```swift
/// let costs = Tensor([[0, 1], [1, 0]], dtype: .float64)
/// try EntropicTransport(costs: costs, epsilon: 1).transportCost   // 1 / (1 + e) = 0.2689…
/// ```
///
/// If Sinkhorn's algorithm stops early, the row sums of its plan do not match the source, and its
/// cost may be below the optimum: check ``hasConverged`` and ``marginalErrors``, or use
/// ``roundedPlan()``.
public struct EntropicTransport: Sendable {
  /// ε, in the unit of the costs; often written 1/λ.
  public let epsilon: Double
  /// f, `[n]`, float64.
  public let sourcePotential: Tensor
  /// g, `[m]`, float64.
  public let targetPotential: Tensor
  /// The plan π, `[n, m]`, float64.
  public let plan: Tensor
  /// ⟨c, π⟩, without the divergence.
  public let transportCost: Double
  /// The regularised cost by its dual, Σ aᵢ fᵢ + Σ bⱼ gⱼ − ε (Σ π − Σ a), which is never above the
  /// optimum.
  public let regularizedCost: Double
  /// The distance of the plan's marginals from the weights.
  public let marginalErrors: MarginalErrors
  /// Whether both marginals match within the tolerance.
  public let hasConverged: Bool
  /// The number of sweeps, each of which covers rows and columns.
  public let sweeps: Int
  private let source: Tensor
  private let target: Tensor

  /// Solves the problem for a matrix of costs.
  ///
  /// - Parameters:
  ///   - costs: `[n, m]`; +∞ for a pair between which nothing may be moved.
  ///   - source: The weights a, `[n]`; 1/n each by default.
  ///   - target: The weights b, `[m]`, with the same sum; 1/m each by default.
  ///   - epsilon: ε, in the unit of the costs; by default a twentieth of the mean cost Σ aᵢ bⱼ cᵢⱼ.
  ///   - options: The options of Sinkhorn's algorithm.
  /// - Throws: ``TransportError``.
  public init(
    costs: Tensor, source: Tensor? = nil, target: Tensor? = nil, epsilon: Double? = nil,
    options: SinkhornOptions = SinkhornOptions()
  ) throws {
    precondition(
      costs.rank == 2, "EntropicTransport: expected costs [n, m], found \(costs.shape)")
    let (n, m) = (costs.shape[0], costs.shape[1])
    let a = source ?? Tensor(filledWith: 1 / Double(max(n, 1)), [n], dtype: .float64)
    let b = target ?? Tensor(filledWith: 1 / Double(max(m, 1)), [m], dtype: .float64)
    precondition(
      a.shape == [n] && b.shape == [m],
      "EntropicTransport: expected weights [\(n)] and [\(m)], found \(a.shape) and \(b.shape)")
    try self.init(CostRows(costs), a, b, epsilon, options)
  }

  /// Solves the problem for a cost that depends on the distance between points.
  ///
  /// - Throws: ``TransportError``.
  public init(
    from source: DiscreteMeasure, to target: DiscreteMeasure,
    cost: GroundCost = .squaredEuclidean, epsilon: Double? = nil,
    options: SinkhornOptions = SinkhornOptions()
  ) throws {
    try cost.check()
    try check(source, target)
    try self.init(
      cost.rows(source.points, target.points), source.weights, target.weights, epsilon, options)
  }

  init(
    _ costs: CostRows, _ a: Tensor, _ b: Tensor, _ epsilon: Double?, _ options: SinkhornOptions,
    isSymmetric: Bool = false
  ) throws {
    try checkSums(a, b)
    if let epsilon, !(epsilon > 0 && epsilon.isFinite) { throw TransportError.badEpsilon(epsilon) }
    let a = stopGradient(a).converted(to: .float64)
    let b = stopGradient(b).converted(to: .float64)
    // The same mass to the last digit, so that both marginals can match.
    let target = b * (exactSum(a.doubles) / exactSum(b.doubles))
    let size = try CostSize(costs, a, target)
    self.epsilon = epsilon ?? (size.mean > 0 ? size.mean / 20 : 1)
    var solver = SinkhornSolver(costs, a, target, options)
    hasConverged =
      isSymmetric
      ? solver.solveSymmetric(epsilon: self.epsilon)
      : solver.solve(epsilon: self.epsilon, range: size.range)
    solver.completePotentials(self.epsilon)
    (sourcePotential, targetPotential, sweeps) = (solver.f, solver.g, solver.sweeps)
    plan = solver.plan(self.epsilon)
    let sums = PlanSums(plan, costs)
    transportCost = sums.cost
    let gain = exactSum((a * solver.f).doubles + (target * solver.g).doubles)
    regularizedCost = gain - self.epsilon * (sums.mass - exactSum(a.doubles))
    marginalErrors = MarginalErrors(
      rowSums: sums.rows, columnSums: sums.columns, source: a, target: target)
    (self.source, self.target) = (a, target)
  }

  /// A plan close to this one whose marginals are exact, `[n, m]` (Altschuler, Weed and Rigollet
  /// 2017, algorithm 2); its cost is never below the optimum.
  public func roundedPlan() -> Tensor {
    let one = Tensor(1, dtype: .float64)
    func parts(_ weights: Tensor, _ sums: Tensor) -> Tensor {
      minimum(one, select(sums .> 0, weights / sums, one))
    }
    var rounded = plan * parts(source, plan.sum(along: 1)).expanded(at: 1)
    rounded = rounded * parts(target, rounded.sum(along: 0))
    let rest = source - rounded.sum(along: 1)
    let room = target - rounded.sum(along: 0)
    let missing = rest.sum().scalar
    return missing > 0 ? rounded + rest.outer(room) / missing : rounded
  }
}

/// The mean cost between independent points, and the largest difference of two finite costs.
private struct CostSize {
  let mean: Double
  let range: Double

  init(_ costs: CostRows, _ a: Tensor, _ b: Tensor) throws {
    let (a, b, m) = (a.doubles, b.doubles, costs.columnCount)
    var row = [Double](repeating: 0, count: m)
    var (least, most, sum) = (Double.infinity, -Double.infinity, 0.0)
    try costs.reading { reader in
      for i in a.indices {
        row.withUnsafeMutableBufferPointer { buffer in
          if let start = buffer.baseAddress { reader.copyRow(i, to: start) }
        }
        var isReachable = a[i] == 0
        for j in 0..<m {
          let cost = row[j]
          if cost == .infinity { continue }
          if !cost.isFinite { throw TransportError.badCost(row: i, column: j, value: cost) }
          least = min(least, cost)
          most = max(most, cost)
          if b[j] > 0 { isReachable = true }
          sum += a[i] * b[j] * cost
        }
        if !isReachable { throw TransportError.noFinitePlan }
      }
    }
    let mass = exactSum(a)
    mean = sum / (mass * mass)
    range = max(0, most - least)
  }
}

/// The sums of a plan over rows, columns and all entries, and ⟨c, π⟩.
private struct PlanSums {
  let rows: Tensor
  let columns: Tensor
  let mass: Double
  let cost: Double

  init(_ plan: Tensor, _ costs: CostRows) {
    (rows, columns) = (plan.sum(along: 1), plan.sum(along: 0))
    mass = exactSum(rows.doubles)
    let m = costs.columnCount
    var row = [Double](repeating: 0, count: m)
    cost = plan.withDoubleBuffer { plan in
      costs.reading { reader in
        exactSum(
          (0..<costs.rowCount).map { i in
            row.withUnsafeMutableBufferPointer { buffer in
              if let start = buffer.baseAddress { reader.copyRow(i, to: start) }
              var sum = 0.0
              for j in 0..<m where plan[i * m + j] > 0 { sum += plan[i * m + j] * buffer[j] }
              return sum
            }
          })
      }
    }
  }
}
