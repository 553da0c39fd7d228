import Glibc
import Tensor

/// The Metropolis–Hastings algorithm with any proposal (Hastings 1970).
///
/// A proposal x′ is accepted with probability min(1, p(x′) q(x | x′) / (p(x) q(x′ | x))). By
/// detailed balance, the law p is then stationary; for the chain to converge to it, the proposal
/// must also be able to reach every place.
public struct MetropolisHastings: Sampler {
  /// The state of the chains.
  public struct State: ChainState {
    /// The position of each chain, `[chains, d]`.
    public let positions: Tensor
    /// The log-density at each position, `[chains]`.
    public let logDensities: Tensor?
  }

  /// Draws a proposal for each row of `[chains, d]`.
  ///
  /// It returns the proposals, `[chains, d]`, and log q(x | x′) − log q(x′ | x), `[chains]`, which
  /// is zero for a symmetric proposal.
  public typealias Proposal = (
    _ positions: Tensor, _ random: Random
  ) throws -> (proposals: Tensor, logRatio: Tensor)

  private let density: CheckedDensity
  private let proposal: Proposal

  /// Creates a sampler for d coordinates.
  public init(dimensions: Int, logDensity: @escaping LogDensity, proposal: @escaping Proposal) {
    density = CheckedDensity(logDensity: logDensity, dimensions: dimensions)
    self.proposal = proposal
  }

  /// The chains at their starts.
  public func start(at positions: Tensor) throws -> State {
    let points = try CheckedDensity.checkStart(positions, "MetropolisHastings")
    let values = try density.values(at: points)
    try density.checkSupport(values, points)
    return State(
      positions: stopGradient(positions), logDensities: Tensor(values, dtype: .float64))
  }

  /// Draws a proposal for each chain and accepts or rejects it.
  public func step(
    _ state: State, using random: Random
  ) throws -> (state: State, info: StepInfo) {
    let (proposals, logRatio) = try proposal(state.positions, random)
    let chains = state.positions.shape[0]
    precondition(
      proposals.shape == state.positions.shape && logRatio.shape == [chains],
      "MetropolisHastings: expected proposals \(state.positions.shape) and ratios [\(chains)], found"
        + " \(proposals.shape) and \(logRatio.shape)")
    let old = state.logDensities ?? logRatio * 0
    let new = Tensor(try density.values(at: proposals.doubles), dtype: .float64)
    let ratios = (new - old + logRatio).doubles
    let isAccepted = ratios.map { log(random.uniform()) < $0 ? 1.0 : 0 }
    let mask = Tensor(isAccepted, dtype: .float64)
    let positions = select(
      mask.expanded(at: 1).broadcast(to: proposals.shape), proposals, state.positions)
    return (
      State(positions: positions, logDensities: select(mask, new, old)),
      StepInfo(acceptance: ratios.map { exp(min(0, $0)) }, evaluations: chains)
    )
  }
}
