import Tensor

/// The Metropolis-adjusted Langevin algorithm, MALA (Roberts and Tweedie 1996).
///
/// A proposal is x + ½ ε² Σ ∇log p(x) + ε L z: a Hamiltonian trajectory with a single leapfrog
/// step, accepted with the Hastings probability of this proposal. The warm-up finds ε and Σ.
public struct Langevin: Sampler {
  private var hamiltonian: HamiltonianMonteCarlo

  /// The step size ε.
  public var stepSize: Double {
    get { hamiltonian.stepSize }
    set { hamiltonian.stepSize = newValue }
  }

  /// The covariance Σ.
  public var metric: Metric {
    get { hamiltonian.metric }
    set { hamiltonian.metric = newValue }
  }

  /// Creates a sampler for d coordinates; by default, the warm-up tunes it to accept 0.574 of its
  /// proposals (Roberts and Rosenthal 1998).
  public init(
    dimensions: Int, stepSize: Double = 0.1, metric: Metric = .unit,
    learning: MetricKind = .diagonal, targetAcceptance: Double = 0.574,
    logDensity: @escaping LogDensity
  ) {
    hamiltonian = HamiltonianMonteCarlo(
      dimensions: dimensions, stepSize: stepSize, stepLimit: 1, jitter: 0, metric: metric,
      learning: learning, targetAcceptance: targetAcceptance, logDensity: logDensity)
  }

  /// The chains at their starts.
  public func start(at positions: Tensor) throws -> GradientState {
    try hamiltonian.start(at: positions)
  }

  /// Draws a proposal for each chain and accepts or rejects it.
  public func step(
    _ state: GradientState, using random: Random
  ) throws -> (state: GradientState, info: StepInfo) {
    try hamiltonian.step(state, using: random)
  }

  /// Tunes the step size and the metric.
  public func warmedUp(
    _ state: GradientState, steps: Int, using random: Random
  ) throws -> (sampler: Langevin, state: GradientState) {
    let (tuned, state) = try hamiltonian.warmedUp(state, steps: steps, using: random)
    var sampler = self
    sampler.hamiltonian = tuned
    return (sampler, state)
  }
}
