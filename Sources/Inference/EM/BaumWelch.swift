import Tensor

/// Expectation–maximisation for hidden Markov models of one or more sequences (Baum, Petrie, Soules
/// and Weiss 1970).
///
/// ```swift
/// let fit = try BaumWelch<GaussianEmissions>([x]).fit(from: start)
/// fit.parameters.transition
/// ```
public struct BaumWelch<Emission: Emissions>: LatentVariableModel {
  /// The expected states and transitions over all sequences.
  public struct Posterior: Sendable {
    /// The probability of each state in each step, for all sequences one after another, `[steps,
    /// k]`.
    public let states: Tensor
    /// The expected number of sequences that start in each state, `[k]`.
    public let beginnings: Tensor
    /// The expected number of each transition, `[k, k]`.
    public let transitions: Tensor
    /// Σ log p(x), in nats.
    public let logLikelihood: Double
    fileprivate let iteration: Int
  }

  private let sequences: [Tensor]

  /// Creates the algorithm for one or more sequences of observations, whose first axis is the
  /// steps.
  public init(_ sequences: [Tensor]) {
    precondition(
      !sequences.isEmpty && sequences.allSatisfy { $0.rank > 0 && $0.shape[0] > 0 },
      "BaumWelch: expected at least one sequence, none empty, found \(sequences.map(\.shape))")
    self.sequences = sequences.map { stopGradient($0).converted(to: .float64) }
  }

  /// Finds a model of large likelihood, starting from a given one.
  ///
  /// - Throws: The errors that the emissions throw.
  public func fit(
    from start: HiddenMarkovModel<Emission>, driver: ExpectationMaximization = .init()
  ) throws -> ExpectationMaximization.Fit<BaumWelch> {
    try driver.fit(self, from: start)
  }

  /// The forward and backward recursions.
  public func posterior(
    at model: HiddenMarkovModel<Emission>, from previous: Posterior?
  ) -> Posterior {
    let parts = sequences.map { model.posterior(of: $0) }
    let zero = Tensor.zeros([model.stateCount], dtype: .float64)
    let square = Tensor.zeros([model.stateCount, model.stateCount], dtype: .float64)
    return Posterior(
      states: Tensor.concatenated(parts.map(\.states)),
      beginnings: parts.reduce(zero) { $0 + $1.states.sliced(0..<1).squeezed(at: 0) },
      transitions: parts.reduce(square) { $0 + $1.transitions },
      logLikelihood: parts.reduce(0) { $0 + $1.logLikelihood },
      iteration: previous.map { $0.iteration + 1 } ?? 0)
  }

  /// The log-likelihood.
  public func bound(
    of posterior: Posterior, at model: HiddenMarkovModel<Emission>
  ) -> EvidenceBound {
    EvidenceBound(logEvidence: posterior.logLikelihood)
  }

  /// The parameters from the expected frequencies; a state that is never left keeps its
  /// transitions.
  public func parameters(
    maximizing posterior: Posterior, from model: HiddenMarkovModel<Emission>
  ) throws -> HiddenMarkovModel<Emission> {
    let counts = posterior.transitions
    let isLeft = counts.sum(along: 1, keepingDimensions: true) .> 0
    let emissions = try model.emissions.fitted(
      to: Tensor.concatenated(sequences), weights: posterior.states,
      iteration: posterior.iteration + 1)
    return HiddenMarkovModel(
      initial: posterior.beginnings,
      transition: select(isLeft.broadcast(to: counts.shape), counts, model.transition),
      emissions: emissions)
  }
}
