import Tensor

/// Where several chains stand.
public protocol ChainState: Sendable {
  /// Each chain's place, float64 `[chains, d]`.
  var positions: Tensor { get }
  /// The log-density at each place, `[chains]`; `nil` for a sampler that does not evaluate it.
  var logDensities: Tensor? { get }
}

/// What happened in a step, for each chain.
public struct StepInfo: Sendable {
  /// The probability with which the proposal was accepted, or its mean over a trajectory.
  public var acceptance: [Double]
  /// Whether the step's energy went astray: the proposals are not to be trusted nearby.
  public var isDivergent: [Bool]
  /// Whether a trajectory was ended by its greatest length, before it turned back.
  public var isCut: [Bool]
  /// The energy −log p(x) + ½ pᵀM⁻¹p of a Hamiltonian sampler's new state, in nats; empty for others.
  public var energies: [Double]
  /// How many log-densities, or gradients, were evaluated for all chains together.
  public var evaluations: Int

  /// Creates the report of a step.
  public init(
    acceptance: [Double], isDivergent: [Bool]? = nil, isCut: [Bool]? = nil, energies: [Double] = [],
    evaluations: Int
  ) {
    self.acceptance = acceptance
    self.isDivergent = isDivergent ?? acceptance.map { _ in false }
    self.isCut = isCut ?? acceptance.map { _ in false }
    self.energies = energies
    self.evaluations = evaluations
  }
}

/// A Markov chain Monte Carlo method: a way to start several chains, and a step that leaves their law as it
/// is.
///
/// A sampler is a value without a state of its own, so that a step is a function:
///
/// ```swift
/// var state = try sampler.start(at: Tensor([[0, 0]], dtype: .float64))
/// for _ in 0..<1000 { state = try sampler.step(state, using: random).state }
/// ```
///
/// ``sample(from:warmUp:draws:thinning:using:)`` runs chains with warm-up and diagnostics.
public protocol Sampler {
  /// Where the chains stand.
  associatedtype State: ChainState

  /// The chains at their starts, float64 `[chains, d]`.
  ///
  /// - Throws: ``SamplerError`` where a start is not finite or outside of the support.
  func start(at positions: Tensor) throws -> State

  /// A step of every chain.
  ///
  /// - Throws: ``SamplerError`` where the log-density is not one.
  func step(_ state: State, using random: Random) throws -> (state: State, info: StepInfo)

  /// Steps that are not kept, during which the sampler may tune itself; then it has to stand still.
  ///
  /// - Returns: The tuned sampler, and where the chains have come to.
  func warmedUp(
    _ state: State, steps: Int, using random: Random
  ) throws -> (sampler: Self, state: State)
}

extension Sampler {
  /// Steps that are not kept, without tuning: a burn-in.
  public func warmedUp(
    _ state: State, steps: Int, using random: Random
  ) throws -> (sampler: Self, state: State) {
    var state = state
    for _ in 0..<steps { state = try step(state, using: random).state }
    return (self, state)
  }
}
