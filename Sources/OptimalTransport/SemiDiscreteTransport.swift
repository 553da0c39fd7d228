import Tensor

/// Transport from a density that can be sampled to weighted points, by averaged stochastic
/// gradients of the semi-dual (Genevay, Cuturi, Peyré and Bach 2016).
///
/// The semi-dual is the maximum over v of E_x[minⱼ (c(x, yⱼ) − vⱼ)] + Σⱼ bⱼ vⱼ: a draw x lowers the
/// potential of the point in whose cell it lies (a Laguerre cell, which compares power distances).
/// The error of the averaged potentials falls like 1/√draws.
public struct SemiDiscreteTransport: Sendable {
  /// The averaged potentials v, `[m]`, float64, with a weighted mean of 0.
  public let potential: Tensor
  /// An estimate of the semi-dual from fresh draws; the semi-dual itself is never above the cost.
  public let cost: Double
  /// The standard error of the estimate.
  public let standardError: Double
  /// The share of the fresh draws in each point's cell, `[m]`; equal to the weights if the
  /// potentials are exact.
  public let cellMasses: Tensor
  private let target: DiscreteMeasure
  private let groundCost: GroundCost

  /// Estimates the potentials.
  ///
  /// - Parameters:
  ///   - target: The points, with weights that sum to 1.
  ///   - cost: The cost of moving a unit of mass.
  ///   - steps: The number of gradient steps.
  ///   - batch: The number of draws per step.
  ///   - rate: The length of the first step, in the unit of costs; step k has the length rate / √k.
  ///     The default is the mean cost.
  ///   - random: The source of the draws.
  ///   - sample: The function that draws points from the density, `[count, d]`.
  /// - Throws: ``TransportError``.
  public init(
    to target: DiscreteMeasure, cost: GroundCost = .squaredEuclidean, steps: Int = 2_000,
    batch: Int = 64, rate: Double? = nil, using random: Random,
    sample: (_ count: Int, _ random: Random) -> Tensor
  ) throws {
    precondition(
      steps > 0 && batch > 0,
      "SemiDiscreteTransport: expected steps and a batch of 1 or more, found \(steps), \(batch)")
    try cost.check()
    try target.check(.target)
    let mass = target.weights.converted(to: .float64).sum().scalar
    let y = target.points.converted(to: .float64)
    let b = target.weights.converted(to: .float64) / mass
    if Swift.abs(mass - 1) > (target.weights.dtype == .float32 ? 1e-5 : 1e-9) {
      throw TransportError.unequalSums(source: 1, target: mass)
    }
    func draw(_ count: Int) throws -> Tensor {
      let x = sample(count, random).converted(to: .float64)
      if x.rank != 2 || x.shape[1] != y.shape[1] {
        throw TransportError.differentDimensions(
          source: x.rank == 2 ? x.shape[1] : x.rank, target: y.shape[1])
      }
      return x
    }
    let first = try cost.matrix(draw(batch), y)
    let length = rate ?? max(first.mean().scalar, .leastNormalMagnitude)
    var v = Tensor.zeros([target.count], dtype: .float64)
    var average = v
    for step in 1...steps {
      let (cells, _) = assignment(try draw(batch), y, v, cost)
      let slope = b - cellShares(cells, target.count)
      v = v + (length / Double(step).squareRoot()) * slope
      average = average + (v - average) / Double(step)
    }
    potential = average - (b * average).sum()
    let (cells, values) = assignment(
      try draw(max(1_000, 16 * batch)), y, potential, cost)
    self.cost = values.mean().scalar
    standardError = (values.variance(correction: 1).scalar / Double(values.count)).squareRoot()
    cellMasses = cellShares(cells, target.count)
    (self.target, groundCost) = (target, cost)
  }

  /// The index of the point to which each place of `x`, `[n, d]`, is sent: its cell.
  public func cells(of x: Tensor) -> [Int] {
    assignment(
      x.converted(to: .float64), target.points.converted(to: .float64), potential, groundCost
    ).cells
  }
}

/// The least c(x, yⱼ) − vⱼ for each x, and the j that attains it.
private func assignment(
  _ x: Tensor, _ y: Tensor, _ v: Tensor, _ cost: GroundCost
) -> (cells: [Int], values: Tensor) {
  let reduced = cost.matrix(x, y) - v
  return (reduced.argmin(along: 1), reduced.min(along: 1))
}

private func cellShares(_ cells: [Int], _ count: Int) -> Tensor {
  let counts = binCounts(cells, minimumCount: count).map { Double($0) / Double(cells.count) }
  return Tensor(counts, shape: [count], dtype: .float64)
}
