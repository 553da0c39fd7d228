import Glibc
import Tensor

/// The trajectory that the No-U-Turn sampler grows for one chain: doubled forwards or backwards in
/// time until its ends turn towards each other (Hoffman and Gelman 2014), with multinomial draws by
/// weight (Betancourt 2017).
///
/// It requests one point at a time: the caller takes a leapfrog step from `end` in the `direction`,
/// and passes the result to `add`. Checking a subtree for turns needs only log₂ of its size stored
/// momenta, and no recursion (Phan, Pradhan and Jankowiak 2019, NumPyro).
struct TrajectoryTree {
  /// A point of the trajectory, shared by the properties that store it.
  final class Point: Sendable {
    let position, momentum, gradient: [Double]
    let logDensity, energy: Double

    init(_ phase: PhasePoints, row: Int, dimensions d: Int, energy: Double) {
      let range = row * d..<(row + 1) * d
      position = Array(phase.positions[range])
      momentum = Array(phase.momenta[range])
      gradient = Array(phase.gradients[range])
      (logDensity, self.energy) = (phase.logDensities[row], energy)
    }
  }

  /// The point of the trajectory that becomes the chain's next state.
  private(set) var proposal: Point
  private(set) var depth = 0
  private(set) var isDivergent = false
  private(set) var isFinished = false
  /// The sum of the points' acceptance probabilities, and the number of points.
  private(set) var acceptance = 0.0
  private(set) var count = 0
  /// Whether it ended because it reached the maximum depth.
  var isCut: Bool { isFinished && !isDivergent && !hasTurned && depth == depthLimit }
  /// The point from which to take the next leapfrog step.
  var end: Point { subtree.end }
  /// The direction of that step in time, 1 or −1.
  var direction: Double { subtree.direction }

  private var (first, last): (Point, Point)
  private var momentumSum: [Double]
  /// log Σ exp(H₀ − H) over the points.
  private var logWeight = 0.0
  private var hasTurned = false
  private var subtree: Subtree
  private let firstEnergy: Double
  private let depthLimit: Int
  private let metric: Metric
  private let random: Random

  init(at point: Point, depthLimit: Int, metric: Metric, using random: Random) {
    (first, last, proposal) = (point, point, point)
    momentumSum = point.momentum
    firstEnergy = point.energy
    (self.depthLimit, self.metric, self.random) = (depthLimit, metric, random)
    subtree = Subtree(from: point, direction: random.uniform() < 0.5 ? -1 : 1, depth: 0)
  }

  /// Adds the point that a leapfrog step from `end` led to.
  mutating func add(_ point: Point) {
    let change = point.energy - firstEnergy
    count += 1
    acceptance += exp(min(0, -change))
    guard change <= greatestEnergyError else {
      (isDivergent, isFinished) = (true, true)
      return
    }
    subtree.add(point, logWeight: -change, metric, random)
    if subtree.hasTurned {
      (hasTurned, isFinished) = (true, true)
    } else if subtree.isComplete {
      merge()
    }
  }

  /// Merges the complete subtree into the trajectory, and begins the next.
  private mutating func merge() {
    // The draw favours the new half, which is farther from the start.
    if log(random.uniform()) < subtree.logWeight - logWeight { proposal = subtree.proposal }
    logWeight = logSum(logWeight, subtree.logWeight)
    for place in momentumSum.indices { momentumSum[place] += subtree.momentumSum[place] }
    if subtree.direction > 0 { last = subtree.end } else { first = subtree.end }
    depth += 1
    hasTurned = isTurning(first.momentum, last.momentum, metric) { momentumSum[$0] }
    isFinished = hasTurned || depth == depthLimit
    if isFinished { return }
    let direction = random.uniform() < 0.5 ? -1.0 : 1
    subtree = Subtree(from: direction > 0 ? last : first, direction: direction, depth: depth)
  }
}

/// The growing half of a trajectory: 2^depth points in one direction.
private struct Subtree {
  private(set) var end: TrajectoryTree.Point
  private(set) var proposal: TrajectoryTree.Point
  private(set) var momentumSum: [Double]
  private(set) var logWeight = -Double.infinity
  private(set) var hasTurned = false
  let direction: Double
  private let size: Int
  private var count = 0
  /// The first momentum of each smaller subtree that is still incomplete, and the sum up to it.
  private var checkpoints: [(momentum: [Double], sum: [Double])] = []

  var isComplete: Bool { count == size }

  init(from point: TrajectoryTree.Point, direction: Double, depth: Int) {
    (end, proposal, self.direction, size) = (point, point, direction, 1 << depth)
    momentumSum = [Double](repeating: 0, count: point.momentum.count)
  }

  mutating func add(
    _ point: TrajectoryTree.Point, logWeight weight: Double, _ metric: Metric, _ random: Random
  ) {
    end = point
    logWeight = logSum(logWeight, weight)
    if log(random.uniform()) < weight - logWeight { proposal = point }
    for place in momentumSum.indices { momentumSum[place] += point.momentum[place] }
    let index = count
    count += 1
    // Point n begins subtrees if n is even, and ends as many as n has trailing ones in binary.
    let top = (index >> 1).nonzeroBitCount
    if index & 1 == 0 {
      checkpoints.removeLast(Swift.max(0, checkpoints.count - top))
      checkpoints.append((point.momentum, momentumSum))
      return
    }
    let ended = (~index).trailingZeroBitCount
    for place in stride(from: top, to: top - ended, by: -1) {
      let (momentum, sum) = checkpoints[place]
      let turns = isTurning(momentum, point.momentum, metric) {
        momentumSum[$0] - sum[$0] + momentum[$0]
      }
      if turns {
        hasTurned = true
        return
      }
    }
  }
}

/// Whether the ends of a trajectory move towards each other: pᵀΣρ ≤ 0 at either end, with ρ the sum
/// of the momenta, those at the ends counted half (Betancourt 2017, appendix A.4.2).
@inline(__always)
private func isTurning(
  _ first: [Double], _ last: [Double], _ metric: Metric, sum: (Int) -> Double
) -> Bool {
  func rho(_ place: Int) -> Double { sum(place) - 0.5 * (first[place] + last[place]) }
  if case .diagonal(let variances) = metric {
    var (atFirst, atLast) = (0.0, 0.0)
    for place in first.indices {
      let direction = rho(place) * variances[place]
      atFirst += first[place] * direction
      atLast += last[place] * direction
    }
    return atFirst <= 0 || atLast <= 0
  }
  let direction = metric.scaled(first.indices.map(rho), first.count)
  return innerProduct(first, direction) <= 0 || innerProduct(last, direction) <= 0
}

/// log(eᵃ + eᵇ).
private func logSum(_ a: Double, _ b: Double) -> Double {
  let (low, high) = (min(a, b), max(a, b))
  return high == -.infinity ? high : high + log1p(exp(low - high))
}
