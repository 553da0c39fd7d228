import Tensor

/// The state of several chains.
public protocol ChainState: Sendable {
  /// The position of each chain, float64 `[chains, d]`.
  var positions: Tensor { get }
  /// The log-density at each position, `[chains]`; `nil` for a sampler that does not evaluate it.
  var logDensities: Tensor? { get }
}

/// A report of a step, for each chain.
public struct StepInfo: Sendable {
  /// The acceptance probability of the proposal, or its mean over a trajectory.
  public var acceptance: [Double]
  /// Whether the step's energy diverged: proposals nearby are not to be trusted.
  public var isDivergent: [Bool]
  /// Whether a trajectory ended at the maximum length before it turned back.
  public var isCut: [Bool]
  /// The energy −log p(x) + ½ pᵀM⁻¹p of a Hamiltonian sampler's new state, in nats; empty for others.
  public var energies: [Double]
  /// The number of evaluated log-densities or gradients for all chains together.
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

/// A Markov chain Monte Carlo method: a start for several chains, and a step that leaves their law
/// invariant.
///
/// A sampler is a value without mutable state, so a step is a function:
///
/// ```swift
/// var state = try sampler.start(at: Tensor([[0, 0]], dtype: .float64))
/// for _ in 0..<1000 { state = try sampler.step(state, using: random).state }
/// ```
///
/// ``sample(from:warmUp:draws:thinning:using:)`` runs chains with warm-up and diagnostics.
public protocol Sampler {
  /// The state of the chains.
  associatedtype State: ChainState

  /// The chains at their starts, float64 `[chains, d]`.
  ///
  /// - Throws: ``SamplerError`` if a start is not finite or lies outside the support.
  func start(at positions: Tensor) throws -> State

  /// Takes a step of every chain.
  ///
  /// - Throws: ``SamplerError`` if the log-density has an invalid value.
  func step(_ state: State, using random: Random) throws -> (state: State, info: StepInfo)

  /// Takes steps that are not kept, during which the sampler may tune itself; afterwards it no
  /// longer changes.
  ///
  /// - Returns: The tuned sampler, and the state that the chains have reached.
  func warmedUp(
    _ state: State, steps: Int, using random: Random
  ) throws -> (sampler: Self, state: State)
}

extension Sampler {
  /// Takes steps that are not kept, without tuning: a burn-in.
  public func warmedUp(
    _ state: State, steps: Int, using random: Random
  ) throws -> (sampler: Self, state: State) {
    var state = state
    for _ in 0..<steps { state = try step(state, using: random).state }
    return (self, state)
  }
}
