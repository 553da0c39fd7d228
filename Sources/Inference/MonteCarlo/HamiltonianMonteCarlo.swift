import Glibc
import Tensor

/// Hamiltonian Monte Carlo with trajectories of a fixed length (Duane, Kennedy, Pendleton and Roweth 1987; Neal
/// 2011).
///
/// Warm-up finds the step size and the metric. A trajectory whose energy error exceeds 1000 nats is
/// reported as divergent.
public struct HamiltonianMonteCarlo: Sampler, TunedSampler {
  /// The size of a leapfrog step.
  public var stepSize: Double
  /// The assumed covariance of the target: the inverse mass matrix.
  public var metric: Metric
  /// The length of a trajectory in units of time; its number of leapfrog steps is this over the
  /// step size.
  public var trajectoryLength: Double
  /// The maximum number of leapfrog steps of a trajectory.
  public var stepLimit: Int
  /// The maximum fraction by which the step size varies from trajectory to trajectory, so that
  /// trajectories do not stay in phase with a period of the target.
  public var jitter: Double
  let learnt: MetricKind
  let targetAcceptance: Double
  private let density: CheckedDensity

  /// Creates a sampler for d coordinates.
  public init(
    dimensions: Int, stepSize: Double = 0.1, trajectoryLength: Double = .pi / 2,
    stepLimit: Int = 1024, jitter: Double = 0.1, metric: Metric = .unit,
    learning: MetricKind = .diagonal, targetAcceptance: Double = 0.8,
    logDensity: @escaping LogDensity
  ) {
    precondition(
      dimensions > 0 && stepSize > 0 && trajectoryLength > 0 && stepLimit > 0
        && (0..<1).contains(jitter),
      "HamiltonianMonteCarlo: expected a dimension, step size, length and limit above 0 and a jitter in"
        + " [0, 1), found \(dimensions), \(stepSize), \(trajectoryLength), \(stepLimit) and \(jitter)"
    )
    density = CheckedDensity(logDensity: logDensity, dimensions: dimensions)
    (self.stepSize, self.trajectoryLength, self.stepLimit) =
      (stepSize, trajectoryLength, stepLimit)
    (self.jitter, self.metric, learnt, self.targetAcceptance) =
      (jitter, metric, learning, targetAcceptance)
  }

  /// The chains at their starting points.
  public func start(at positions: Tensor) throws -> GradientState {
    try GradientState(at: positions, density, "HamiltonianMonteCarlo")
  }

  /// Simulates a trajectory of each chain and accepts it with probability min(1, exp(H − H′)).
  public func step(
    _ state: GradientState, using random: Random
  ) throws -> (state: GradientState, info: StepInfo) {
    let varied = stepSize * (1 + jitter * (2 * random.uniform() - 1))
    let count = max(1, (min(trajectoryLength / stepSize, Double(stepLimit))).rounded())
    return try trajectory(state, stepSize: varied, count: Int(count), using: random)
  }

  private func trajectory(
    _ state: GradientState, stepSize: Double, count: Int, using random: Random
  ) throws -> (state: GradientState, info: StepInfo) {
    let d = density.dimensions
    let leapfrog = Leapfrog(density: density, metric: metric)
    let start = state.phasePoints(metric, using: random)
    let before = leapfrog.energies(start)
    let steps = before.map { _ in stepSize }
    var end = start
    for _ in 0..<count { end = try leapfrog.step(end, by: steps) }
    let after = leapfrog.energies(end)
    var (kept, energies) = (start, before)
    for chain in before.indices where log(random.uniform()) < before[chain] - after[chain] {
      let range = chain * d..<(chain + 1) * d
      for place in range {
        kept.positions[place] = end.positions[place]
        kept.gradients[place] = end.gradients[place]
      }
      (kept.logDensities[chain], energies[chain]) = (end.logDensities[chain], after[chain])
    }
    let changes = zip(after, before).map { $0 - $1 }
    return (
      GradientState(kept.positions, kept.logDensities, kept.gradients, state.positions.shape),
      StepInfo(
        acceptance: changes.map { exp(min(0, -$0)) },
        isDivergent: changes.map { !($0 <= greatestEnergyError) }, energies: energies,
        evaluations: count * before.count)
    )
  }

  /// Tunes the step size and the metric.
  public func warmedUp(
    _ state: GradientState, steps: Int, using random: Random
  ) throws -> (sampler: HamiltonianMonteCarlo, state: GradientState) {
    try tuned(state, steps: steps, using: random)
  }

  func reasonableStepSize(at state: GradientState, using random: Random) throws -> Double {
    try Leapfrog(density: density, metric: metric).reasonableStepSize(
      at: state, from: stepSize, using: random)
  }
}

/// The number of nats by which the energy may rise along a trajectory before it counts as divergent
/// (Betancourt 2017).
let greatestEnergyError = 1000.0

/// e to the power of x.
func exponential(_ x: Double) -> Double { exp(x) }
