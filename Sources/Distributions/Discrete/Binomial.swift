import Tensor

/// The binomial distribution, C(n, k) pᵏ (1 − p)ⁿ⁻ᵏ for k = 0, …, n: the number of successes in n
/// trials.
public struct Binomial: KnownMoments, KnownEntropy, KnownQuantile, Sendable {
  /// The number n of trials.
  public let count: Tensor
  /// The probability p of a success.
  public let probability: Tensor

  /// Creates a distribution from n, integers, and p in [0, 1], whose shapes broadcast.
  public init(count: Tensor, probability: Tensor) {
    let parameters = Parameters(
      "Binomial", ("count", count, .count, 0), ("probability", probability, .probability, 0))
    (self.count, self.probability) = (parameters[0], parameters[1])
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { probability.shape }
  /// The parameters' element type.
  public var dtype: DType { probability.dtype }
  /// 0, …, n.
  public var support: Support { .integers(lower: Tensor(0, dtype: dtype), upper: count) }
  /// n p.
  public var mean: Tensor { count * probability }
  /// n p (1 − p).
  public var variance: Tensor { count * probability * (1 - probability) }
  /// The sum of −p log p over the counts of positive probability.
  public var entropy: Tensor { entropyBySum(of: self, mean: mean, variance: variance) }

  /// Samples of integers; no gradient flows through them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.binomial(shape + batchShape, count: count, probability: stopGradient(probability))
  }

  /// log C(n, k) + k log p + (n − k) log(1 − p).
  public func logDensity(of k: Tensor) -> Tensor {
    let isCount = isWithin(k, Tensor(0, dtype: dtype), count) * isInteger(k)
    return density(of: k, where: isCount, anchor: 0) {
      betaLogDensity($0 + 1, count - $0 + 1, probability) - log(count + 1)
    }
  }

  /// I(n − ⌊k⌋, ⌊k⌋ + 1) at 1 − p.
  public func cumulative(at k: Tensor) -> Tensor { sum(to: k, isBelow: true) }
  /// I(⌊k⌋ + 1, n − ⌊k⌋) at p.
  public func survival(at k: Tensor) -> Tensor { sum(to: k, isBelow: false) }
  /// The smallest k whose distribution function is at least p.
  public func quantile(at p: Tensor) -> Tensor { integerQuantile(of: self, at: p) }

  private func sum(to k: Tensor, isBelow: Bool) -> Tensor {
    integerProbability(k, below: isBelow ? 0 : 1) { k in
      let isEnd = k .>= count
      let inner = select(isEnd, Tensor(0, dtype: dtype), k) + 0 * count
      let rest = select(count .> 0, count, count * 0 + 1) - inner
      let p = probability + 0 * inner
      let value =
        isBelow ? regularizedBeta(1 - p, rest, inner + 1) : regularizedBeta(p, inner + 1, rest)
      return select(isEnd, value * 0 + (isBelow ? 1 : 0), value)
    }
  }
}
