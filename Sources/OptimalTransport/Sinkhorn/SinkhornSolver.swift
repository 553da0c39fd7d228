import Tensor

/// Sinkhorn's algorithm (Sinkhorn 1964; Cuturi 2013) for π = a ⊗ b · exp((f ⊕ g − c)/ε): it updates
/// f and g in turn, so that the rows sum to a and the columns to b.
struct SinkhornSolver {
  let costs: CostRows
  private lazy var transposed = costs.transposed
  /// a, `[n]`, and b, `[m]`, float64, and their logarithms, which are −∞ where a weight is 0.
  let source: Tensor
  let target: Tensor
  private let logSource: Tensor
  private let logTarget: Tensor
  private let mass: Double
  private let options: SinkhornOptions

  /// The potentials; the column sums are exact.
  private(set) var f: Tensor
  private(set) var g: Tensor
  /// The number of sweeps so far.
  private(set) var sweeps = 0
  /// Σ |row sums − a| / mass at the last check.
  private var rowError = Double.infinity

  init(_ costs: CostRows, _ source: Tensor, _ target: Tensor, _ options: SinkhornOptions) {
    self.costs = costs
    (self.source, self.target, self.options) = (source, target, options)
    (logSource, logTarget) = (log(source), log(target))
    mass = source.sum().scalar
    f = Tensor.zeros([costs.rowCount], dtype: .float64)
    g = Tensor.zeros([costs.columnCount], dtype: .float64)
  }

  /// Runs until the marginals match, and returns whether they do.
  ///
  /// - Parameter range: The size of the costs, from which ε descends.
  mutating func solve(epsilon: Double, range: Double) -> Bool {
    if options.scalesEpsilon {
      var larger = range
      while larger > 4 * epsilon {
        run(larger, tolerance: 0.01, limit: min(sweeps + 100, options.sweepLimit))
        larger /= 4
      }
    }
    run(epsilon, tolerance: options.tolerance, limit: options.sweepLimit)
    return rowError <= options.tolerance
  }

  private mutating func run(_ epsilon: Double, tolerance: Double, limit: Int) {
    switch options.form {
    case .logarithms: runLogarithms(epsilon, tolerance, limit)
    case .scalings: runScalings(epsilon, tolerance, limit)
    }
  }

  /// The f that makes the row sums exact: −ε log Σⱼ bⱼ exp((gⱼ − cᵢⱼ)/ε).
  private func softTransform(_ epsilon: Double) -> Tensor {
    -epsilon * costs.logSums(heights: g / epsilon + logTarget, scale: 1 / epsilon)
  }

  private mutating func softTransformOfSource(_ epsilon: Double) -> Tensor {
    -epsilon * transposed.logSums(heights: f / epsilon + logSource, scale: 1 / epsilon)
  }

  // MARK: From a measure to itself

  /// Runs for symmetric costs between equal weights, where f = g, and returns whether the marginals
  /// match.
  ///
  /// It averages f and its transform, which at least halves the error each time (Feydy et al. 2019,
  /// section 3.1), whereas alternating sweeps converge slowly.
  mutating func solveSymmetric(epsilon: Double) -> Bool {
    while sweeps < options.sweepLimit {
      g = f
      let next = softTransform(epsilon)
      rowError = (source * abs(exp((f - next) / epsilon) - 1)).sum().scalar / mass
      if rowError <= options.tolerance { break }
      f = 0.5 * (f + next)
      sweeps += 1
    }
    g = f
    return rowError <= options.tolerance
  }

  // MARK: In logarithms

  private mutating func runLogarithms(_ epsilon: Double, _ tolerance: Double, _ limit: Int) {
    rowError = .infinity
    while sweeps < limit {
      logarithmicSweep(epsilon)
      if rowError <= tolerance { return }
    }
  }

  /// Below this number, a column sum may have lost terms to underflow.
  private static let leastColumnSum = 1e-280

  private mutating func logarithmicSweep(_ epsilon: Double) {
    let (rows, columns) = costs.logSweep(
      heights: g / epsilon + logTarget, scale: 1 / epsilon, weights: source)
    let next = -epsilon * rows
    // The row sums of the old f are a · exp((f − next)/ε).
    rowError = (source * abs(exp((f - next) / epsilon) - 1)).sum().scalar / mass
    f = next
    let isTarget = target .> 0
    let one = Tensor(1, dtype: .float64)
    let sums = select(isTarget, columns, one)
    if sums.min().scalar > Self.leastColumnSum {
      g = g + epsilon * log(select(isTarget, target, one) / sums)
    } else {
      g = softTransformOfSource(epsilon)
    }
    sweeps += 1
  }

  // MARK: By scalings

  /// The number of sweeps between checks of the scalings, each of which costs a fraction of a
  /// sweep.
  private static let interval = 10
  /// Scalings beyond exp(±this) are absorbed.
  private static let largestLogarithm = 50.0

  private mutating func runScalings(_ epsilon: Double, _ tolerance: Double, _ limit: Int) {
    rowError = .infinity
    while sweeps < limit {
      // In logarithms nothing underflows: afterwards no row or column of the kernel is empty.
      logarithmicSweep(epsilon)
      let kernel = costs.kernel(
        f / epsilon + logSource, g / epsilon + logTarget, scale: 1 / epsilon)
      if scale(kernel, epsilon, tolerance, limit) { return }
    }
  }

  /// Sweeps with one kernel; returns whether the algorithm has finished, rather than only needing a
  /// new kernel.
  private mutating func scale(
    _ kernel: Tensor, _ epsilon: Double, _ tolerance: Double, _ limit: Int
  ) -> Bool {
    let isSource = source .> 0
    let isTarget = target .> 0
    var u = Tensor.ones(source.shape, dtype: .float64)
    var v = Tensor.ones(target.shape, dtype: .float64)
    while true {
      let (next, sums) = scaledRows(of: kernel, weights: source, v)
      let isLast = sweeps >= limit
      let isLooked = isLast || sweeps % Self.interval == 0
      if isLooked {
        // The row sums of the old u are a · u / next.
        let ratios = select(isSource, u / next, Tensor(1, dtype: .float64))
        rowError = (source * abs(ratios - 1)).sum().scalar / mass
        if rowError <= tolerance || isLast { return absorb(u, v, epsilon) || isLast }
      }
      let nextColumns = select(isTarget, target / sums, Tensor(0, dtype: .float64))
      if isLooked {
        let largest = max(largestLogarithm(next, isSource), largestLogarithm(nextColumns, isTarget))
        if !(largest < Self.largestLogarithm) {
          // Values that are not finite are discarded: the potentials are those of the last
          // absorption.
          if largest.isFinite { _ = absorb(next, nextColumns, epsilon) }
          sweeps += 1
          return false
        }
      }
      (u, v) = (next, nextColumns)
      sweeps += 1
    }
  }

  private func largestLogarithm(_ scalings: Tensor, _ isPositive: Tensor) -> Double {
    let logarithms = abs(log(select(isPositive, scalings, Tensor(1, dtype: .float64))))
    return logarithms.isFinite ? logarithms.max().scalar : .infinity
  }

  /// Absorbs finite scalings into the potentials; points of weight 0 have no scaling.
  private mutating func absorb(_ u: Tensor, _ v: Tensor, _ epsilon: Double) -> Bool {
    let one = Tensor(1, dtype: .float64)
    let (rows, columns) = (
      log(select(source .> 0, u, one)), log(select(target .> 0, v, one))
    )
    guard rows.isFinite && columns.isFinite else { return false }
    f = f + epsilon * rows
    g = g + epsilon * columns
    return true
  }

  // MARK: The end

  /// Gives points of weight 0 the potentials that they would have with a small weight.
  mutating func completePotentials(_ epsilon: Double) {
    if !(source .> 0).all() { f = select(source .> 0, f, softTransform(epsilon)) }
    if !(target .> 0).all() { g = select(target .> 0, g, softTransformOfSource(epsilon)) }
  }

  /// exp((f ⊕ g − c)/ε) · a ⊗ b, `[n, m]`.
  func plan(_ epsilon: Double) -> Tensor {
    costs.kernel(f / epsilon + logSource, g / epsilon + logTarget, scale: 1 / epsilon)
  }
}
