import Tensor

/// The multinomial distribution: the number of n trials with each of k outcomes.
public struct Multinomial: Distribution, KnownMoments, Sendable {
  /// The number n of trials, of the batch shape.
  public let count: Tensor
  /// The distribution of one trial's outcome.
  public let outcomes: Categorical

  /// Creates a distribution from n, integers whose shape broadcasts to the outcomes' batch shape,
  /// and the distribution of a single trial.
  public init(count: Tensor, outcomes: Categorical) {
    let checked = Parameters("Multinomial", ("count", count, .count, 0))[0]
    precondition(
      Broadcast.shape(checked.shape, outcomes.batchShape) == outcomes.batchShape
        && checked.dtype == outcomes.dtype,
      "Multinomial: expected counts that broadcast to \(outcomes.batchShape), found \(checked.shape)"
    )
    self.count = checked.broadcast(to: outcomes.batchShape)
    self.outcomes = outcomes
  }

  /// The outcomes' batch shape.
  public var batchShape: [Int] { outcomes.batchShape }
  /// `[k]`.
  public var eventShape: [Int] { [outcomes.count] }
  /// The outcomes' element type.
  public var dtype: DType { outcomes.dtype }
  /// Counts that sum to n.
  public var support: Support { .counts(total: count) }
  /// n pᵢ.
  public var mean: Tensor { count.expanded(at: -1) * outcomes.probabilities }
  /// n pᵢ (1 − pᵢ).
  public var variance: Tensor { mean * (1 - outcomes.probabilities) }

  /// Samples of counts; no gradient flows through them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.multinomial(
      shape + batchShape, count: count, probabilities: stopGradient(outcomes.probabilities))
  }

  /// log n! − Σ log kᵢ! + Σ kᵢ log pᵢ.
  public func logDensity(of k: Tensor) -> Tensor {
    let isCount = (isFiniteNonnegative(k) * isInteger(k)).all(along: -1)
    let inside = isCount * (k.sum(along: -1) .== count) * (1 - isNaN(k).any(along: -1))
    let safe = select(inside.expanded(at: -1), k, Tensor(0, dtype: dtype))
    let logProbabilities = outcomes.logProbabilities
    let isImpossible = (logProbabilities .<= -.infinity) * (safe .> 0)
    let terms = safe * finiteLogarithms(logProbabilities) - logGamma(safe + 1)
    let value = terms.sum(along: -1) + logGamma(count + 1)
    return select(
      inside * (1 - isImpossible.any(along: -1)), value, outsideLogDensity(of: k, eventRank: 1))
  }
}
