import Tensor

/// One of k categories, as a one-hot vector.
public struct OneHotCategorical: KnownMoments, KnownEntropy, Sendable {
  /// The distribution of the category's index.
  public let categorical: Categorical

  /// Creates a distribution from that of the category's index.
  public init(_ categorical: Categorical) { self.categorical = categorical }

  /// Creates a distribution with probabilities ∝ eˡ for logits l, `[…, k]`.
  public init(logits: Tensor) { categorical = Categorical(logits: logits) }

  /// The leading axes of the logits.
  public var batchShape: [Int] { categorical.batchShape }
  /// `[k]`.
  public var eventShape: [Int] { [categorical.count] }
  /// The logits' element type.
  public var dtype: DType { categorical.dtype }
  /// Vectors with a single 1.
  public var support: Support { .oneHot }
  /// The probabilities.
  public var mean: Tensor { categorical.probabilities }
  /// p (1 − p).
  public var variance: Tensor { mean * (1 - mean) }
  /// −Σ pᵢ log pᵢ.
  public var entropy: Tensor { categorical.entropy }

  /// Samples of one-hot vectors; no gradient flows through them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let categories = categorical.sample(shape, using: random)
    return Tensor.oneHot(
      categories.doubles.map { Int($0) }, count: categorical.count, dtype: dtype
    ).reshaped(to: shape + batchShape + eventShape)
  }

  /// The log-probability of the category at the 1.
  public func logDensity(of x: Tensor) -> Tensor {
    let (isOne, isZero) = (
      x .== Tensor(1, dtype: dtype), x .== Tensor(0, dtype: dtype)
    )
    let isOneHot = (isOne + isZero).all(along: -1) * (abs(isOne.sum(along: -1) - 1) .<= 0)
    let chosen = select(isOne, categorical.logProbabilities, Tensor(0, dtype: dtype))
    return select(isOneHot, chosen.sum(along: -1), outsideLogDensity(of: x, eventRank: 1))
  }
}
