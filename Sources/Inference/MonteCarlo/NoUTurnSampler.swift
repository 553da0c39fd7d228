import Tensor

/// The No-U-Turn sampler: Hamiltonian Monte Carlo that chooses the length of each trajectory
/// automatically (Hoffman and Gelman 2014), with multinomial draws from the trajectory and the
/// generalised criterion (Betancourt 2017).
///
/// All chains advance together: a leapfrog step of all chains whose trajectories still grow takes
/// one evaluation of the gradient. Warm-up finds the step size and the metric, which all chains
/// share.
///
/// ```swift
/// let sampler = NoUTurnSampler(dimensions: 2) { x in -0.5 * square(x).sum(along: 1) }
/// let start = Random(seed: 1).normal([4, 2], dtype: .float64)
/// let chains = try sampler.sample(from: start, using: Random(seed: 2))
/// print(chains.summaries())
/// ```
public struct NoUTurnSampler: Sampler, TunedSampler {
  /// The size of a leapfrog step.
  public var stepSize: Double
  /// The assumed covariance of the target: the inverse mass matrix.
  public var metric: Metric
  /// The maximum number of doublings of a trajectory.
  public var depthLimit: Int
  let learnt: MetricKind
  let targetAcceptance: Double
  private let density: CheckedDensity

  /// Creates a sampler for d coordinates.
  public init(
    dimensions: Int, stepSize: Double = 0.1, depthLimit: Int = 10, metric: Metric = .unit,
    learning: MetricKind = .diagonal, targetAcceptance: Double = 0.8,
    logDensity: @escaping LogDensity
  ) {
    precondition(
      dimensions > 0 && stepSize > 0 && (1...30).contains(depthLimit) && targetAcceptance > 0
        && targetAcceptance < 1,
      "NoUTurnSampler: expected a dimension and a step size above 0, a depth in 1 ... 30 and a target in"
        + " (0, 1), found \(dimensions), \(stepSize), \(depthLimit) and \(targetAcceptance)")
    density = CheckedDensity(logDensity: logDensity, dimensions: dimensions)
    (self.stepSize, self.depthLimit, self.metric) = (stepSize, depthLimit, metric)
    (learnt, self.targetAcceptance) = (learning, targetAcceptance)
  }

  /// The chains at their starting points.
  public func start(at positions: Tensor) throws -> GradientState {
    try GradientState(at: positions, density, "NoUTurnSampler")
  }

  /// Simulates a trajectory of each chain and draws from it.
  public func step(
    _ state: GradientState, using random: Random
  ) throws -> (state: GradientState, info: StepInfo) {
    let leapfrog = Leapfrog(density: density, metric: metric)
    let start = state.phasePoints(metric, using: random)
    var trees = points(start, leapfrog).map { point in
      TrajectoryTree(at: point, depthLimit: depthLimit, metric: metric, using: random.split())
    }
    var growing = Array(trees.indices)
    while !growing.isEmpty {
      let next = try leapfrog.step(
        PhasePoints(
          positions: growing.flatMap { trees[$0].end.position },
          momenta: growing.flatMap { trees[$0].end.momentum },
          gradients: growing.flatMap { trees[$0].end.gradient },
          logDensities: growing.map { trees[$0].end.logDensity }),
        by: growing.map { stepSize * trees[$0].direction })
      for (chain, point) in zip(growing, points(next, leapfrog)) { trees[chain].add(point) }
      growing.removeAll { trees[$0].isFinished }
    }
    return (
      GradientState(
        trees.flatMap(\.proposal.position), trees.map(\.proposal.logDensity),
        trees.flatMap(\.proposal.gradient), state.positions.shape),
      StepInfo(
        acceptance: trees.map { $0.acceptance / Double($0.count) },
        isDivergent: trees.map(\.isDivergent), isCut: trees.map(\.isCut),
        energies: trees.map(\.proposal.energy),
        evaluations: trees.reduce(0) { $0 + $1.count })
    )
  }

  private func points(_ phase: PhasePoints, _ leapfrog: Leapfrog) -> [TrajectoryTree.Point] {
    let (d, energies) = (density.dimensions, leapfrog.energies(phase))
    return energies.indices.map { row in
      TrajectoryTree.Point(phase, row: row, dimensions: d, energy: energies[row])
    }
  }

  /// Tunes the step size and the metric.
  public func warmedUp(
    _ state: GradientState, steps: Int, using random: Random
  ) throws -> (sampler: NoUTurnSampler, state: GradientState) {
    try tuned(state, steps: steps, using: random)
  }

  func reasonableStepSize(at state: GradientState, using random: Random) throws -> Double {
    try Leapfrog(density: density, metric: metric).reasonableStepSize(
      at: state, from: stepSize, using: random)
  }
}
