import Glibc
import Tensor

/// A collapsed Gibbs sampler for a Dirichlet process mixture of normal distributions: the means and
/// covariances of the clusters are integrated out, and each observation's cluster is drawn given
/// those of all others (MacEachern 1994; Neal 2000, algorithm 3).
///
/// ```swift
/// let sampler = try CollapsedGibbs(of: x, base: base, concentration: 1)
/// var state = sampler.start()
/// for _ in 0..<1000 { state = sampler.step(state, using: random).state }
/// ```
public struct CollapsedGibbs: Sendable {
  /// The state of the chain.
  public struct State: Sendable {
    /// The cluster of each observation, numbered from 0 in the order of first appearance.
    public let assignments: [Int]
    /// The sizes of the clusters.
    public let clusterSizes: [Int]
    /// The concentration α.
    public let concentration: Double
    /// The number of clusters.
    public var clusterCount: Int { clusterSizes.count }
  }

  /// The report of a step.
  public struct Info: Sendable {
    /// The number of observations that moved to another cluster.
    public let moves: Int
  }

  /// A Gamma(shape, rate) prior of the concentration, with which it is drawn too (Escobar and West
  /// 1995).
  public struct ConcentrationPrior: Sendable {
    /// The shape, above 0.
    public let shape: Double
    /// The rate, above 0.
    public let rate: Double

    /// Creates a prior with the mean `shape` / `rate`.
    public init(shape: Double, rate: Double) {
      precondition(
        shape > 0 && rate > 0,
        "ConcentrationPrior: expected a shape and a rate above 0, found \(shape) and \(rate)")
      (self.shape, self.rate) = (shape, rate)
    }
  }

  /// The observations, float64 `[n, d]`.
  public let observations: Tensor
  /// The prior of each cluster's normal distribution.
  public let base: NormalInverseWishart
  /// The initial concentration of a chain, which stays constant without a prior.
  public let concentration: Double
  /// The prior of the concentration.
  public let concentrationPrior: ConcentrationPrior?

  private let values: [Double]
  private let constants: PredictiveConstants
  private var count: Int { observations.shape[0] }
  private var width: Int { observations.shape[1] }

  /// Creates a sampler.
  ///
  /// - Parameters:
  ///   - x: Observations, `[n, d]`.
  ///   - base: The prior of each cluster, in d dimensions.
  ///   - concentration: α, above 0.
  ///   - concentrationPrior: The prior with which α is drawn; without it, α stays constant.
  /// - Throws: ``DirichletMixtureError`` if there are no observations, or if some are not finite.
  public init(
    of x: Tensor, base: NormalInverseWishart, concentration: Double,
    concentrationPrior: ConcentrationPrior? = nil
  ) throws {
    precondition(
      x.rank == 2 && x.shape[1] == base.dimensions && concentration > 0,
      "CollapsedGibbs: expected observations [n, \(base.dimensions)] and a concentration above 0,"
        + " found \(x.shape) and \(concentration)")
    observations = stopGradient(x).converted(to: .float64)
    values = observations.doubles
    try DirichletMixtureError.check(values, rows: x.shape[0], width: base.dimensions)
    (self.base, self.concentration) = (base, concentration)
    self.concentrationPrior = concentrationPrior
    constants = PredictiveConstants(base, upTo: x.shape[0])
  }

  /// The initial state of a chain.
  ///
  /// - Parameter assignments: The cluster of each observation, as arbitrary numbers; by default,
  ///   all observations share one cluster.
  public func start(at assignments: [Int]? = nil) -> State {
    let assignments = assignments ?? [Int](repeating: 0, count: count)
    precondition(
      assignments.count == count,
      "CollapsedGibbs: expected \(count) assignments, found \(assignments.count)")
    return state(assignments, concentration)
  }

  /// Draws the cluster of each observation once, in order, and then α if it has a prior.
  ///
  /// It takes n K d² operations for K clusters.
  public func step(_ state: State, using random: Random) -> (state: State, info: Info) {
    var sweep = Sweep(self, state)
    let moves = sweep.run(using: random)
    let clusters = Set(sweep.assignments).count
    let concentration =
      concentrationPrior.map {
        resampled(state.concentration, clusters: clusters, $0, using: random)
      } ?? state.concentration
    return (self.state(sweep.assignments, concentration), Info(moves: moves))
  }

  /// A state from arbitrary cluster numbers.
  private func state(_ assignments: [Int], _ concentration: Double) -> State {
    var numbers: [Int: Int] = [:]
    var sizes: [Int] = []
    let canonical = assignments.map { label in
      let number = numbers[label] ?? numbers.count
      if number == sizes.count {
        numbers[label] = number
        sizes.append(0)
      }
      sizes[number] += 1
      return number
    }
    return State(assignments: canonical, clusterSizes: sizes, concentration: concentration)
  }

  /// The joint log-density of the observations and a state's partition given α, in nats.
  public func logJoint(of state: State) -> Double {
    var members = [[Int]](repeating: [], count: state.clusterCount)
    for (row, cluster) in state.assignments.enumerated() { members[cluster].append(row) }
    let prior = ChineseRestaurant(concentration: state.concentration)
      .logProbability(ofClusterSizes: state.clusterSizes)
    // Observations only add to Ψ, so each posterior has a factor.
    return members.reduce(prior) { sum, rows in
      let density = try? base.logMarginalLikelihood(of: observations.gatheredRows(at: rows))
      return sum + (density ?? -.infinity)
    }
  }

  /// Draws α given the number of clusters, with an auxiliary η ~ Beta(α + 1, N): a mixture of two
  /// gamma distributions (Escobar and West 1995, equation 13).
  private func resampled(
    _ concentration: Double, clusters: Int, _ prior: ConcentrationPrior, using random: Random
  ) -> Double {
    let eta = random.beta([1], concentration + 1, Double(count), dtype: .float64).scalar
    let rate = prior.rate - Glibc.log(eta)
    let shape = prior.shape + Double(clusters)
    let odds = (shape - 1) / (Double(count) * rate)
    let isLarger = random.uniform() * (1 + odds) < odds
    let draw = random.gamma(
      [1], concentration: isLarger ? shape : shape - 1, rate: rate, dtype: .float64
    ).scalar
    return max(draw, .leastNormalMagnitude)
  }

  /// One sweep over the observations.
  private struct Sweep {
    private let sampler: CollapsedGibbs
    private let logConcentration: Double
    private let logCounts: [Double]
    private(set) var assignments: [Int]
    private var clusters: [CollapsedCluster] = []
    private let empty: CollapsedCluster
    private let width: Int

    init(_ sampler: CollapsedGibbs, _ state: State) {
      (self.sampler, assignments, width) = (sampler, state.assignments, sampler.width)
      logConcentration = Glibc.log(state.concentration)
      logCounts = (0...sampler.count).map { Glibc.log(Double($0)) }
      empty = CollapsedCluster(sampler.base)
      clusters = (0..<state.clusterCount).map { made($0) }
    }

    /// Builds a cluster from its observations.
    private func made(_ number: Int, without left: Int? = nil) -> CollapsedCluster {
      var cluster = empty
      Self.withScratch(sampler) { x, scratch in
        for (row, own) in assignments.enumerated() where own == number && row != left {
          cluster.add(x + row * width, sampler.constants, scratch)
        }
      }
      return cluster
    }

    /// Calls `body` with the observations and with room for one more.
    private static func withScratch<Result>(
      _ sampler: CollapsedGibbs,
      _ body: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Result
    ) -> Result {
      withUnsafeTemporaryAllocation(of: Double.self, capacity: sampler.width) { scratch in
        sampler.values.withUnsafeBufferPointer { x in
          guard let x = x.baseAddress, let scratch = scratch.baseAddress else {
            preconditionFailure("CollapsedGibbs: expected observations, found none")
          }
          return body(x, scratch)
        }
      }
    }

    /// Draws all clusters; returns the number of observations that moved.
    mutating func run(using random: Random) -> Int {
      var moves = 0
      var logits: [Double] = []
      for row in assignments.indices {
        let before = assignments[row]
        let wasAlone = clusters[before].count == 1
        takeOut(row)
        weigh(row, into: &logits)
        let after = Self.draw(&logits, random.uniform())
        // An observation that was alone and starts a new cluster has not moved.
        moves += after == before || (wasAlone && after == clusters.count) ? 0 : 1
        put(row, in: after)
      }
      return moves
    }

    private mutating func takeOut(_ row: Int) {
      let (number, sampler, width) = (assignments[row], sampler, width)
      let isSound = Self.withScratch(sampler) { x, scratch in
        clusters[number].remove(x + row * width, sampler.constants, scratch)
      }
      if !isSound { clusters[number] = made(number, without: row) }
      if clusters[number].count > 0 { return }
      // The last cluster takes the place of the empty one.
      let last = clusters.count - 1
      clusters.swapAt(number, last)
      clusters.removeLast()
      assignments[row] = -1
      if number == last { return }
      for other in assignments.indices where assignments[other] == last {
        assignments[other] = number
      }
    }

    /// The log-probabilities of each cluster and of a new one, up to a constant.
    private func weigh(_ row: Int, into logits: inout [Double]) {
      logits.removeAll(keepingCapacity: true)
      Self.withScratch(sampler) { x, scratch in
        for cluster in clusters {
          let density = cluster.logPredictiveDensity(
            of: x + row * width, sampler.constants, scratch)
          logits.append(logCounts[cluster.count] + density)
        }
        logits.append(
          logConcentration
            + empty.logPredictiveDensity(of: x + row * width, sampler.constants, scratch))
      }
    }

    /// Draws an index with probability proportional to the exponential of its logit, using a number
    /// in 0 ..< 1.
    private static func draw(_ logits: inout [Double], _ uniform: Double) -> Int {
      let largest = logits.max() ?? 0
      var total = 0.0
      for index in logits.indices {
        total += Glibc.exp(logits[index] - largest)
        logits[index] = total
      }
      return logits.firstIndex { uniform * total < $0 } ?? logits.count - 1
    }

    private mutating func put(_ row: Int, in number: Int) {
      assignments[row] = number
      if number == clusters.count { clusters.append(empty) }
      let (sampler, width) = (sampler, width)
      Self.withScratch(sampler) { x, scratch in
        clusters[number].add(x + row * width, sampler.constants, scratch)
      }
    }
  }
}
