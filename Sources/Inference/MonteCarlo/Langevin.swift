import Tensor

/// The Metropolis-adjusted Langevin algorithm, MALA (Roberts and Tweedie 1996).
///
/// A proposal is x + ½ ε² Σ ∇log p(x) + ε L z: a Hamiltonian trajectory of a single leapfrog step, whose
/// acceptance is that of Hastings for this proposal. Warm-up finds ε and Σ.
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

  /// Creates a sampler of d coordinates, which warm-up makes accept 0.574 of its proposals unless told
  /// otherwise (Roberts and Rosenthal 1998).
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

  /// Proposes for each chain and accepts or stays.
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
