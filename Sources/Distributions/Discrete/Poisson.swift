import Tensor

/// The Poisson distribution on k = 0, 1, 2, …, with probabilities λᵏ e^−λ/k!.
public struct Poisson: KnownMoments, KnownEntropy, KnownQuantile, Sendable {
  /// The rate λ, which is the mean.
  public let rate: Tensor

  /// Creates a distribution from λ ≥ 0.
  public init(rate: Tensor) {
    self.rate = Parameters("Poisson", ("rate", rate, .nonnegative, 0))[0]
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { rate.shape }
  /// The parameters' element type.
  public var dtype: DType { rate.dtype }
  /// The integers of 0 or more.
  public var support: Support { .integers(0, .infinity, dtype) }
  /// λ.
  public var mean: Tensor { rate }
  /// λ.
  public var variance: Tensor { rate }

  /// The sum of −p log p; from a rate of 10⁴ on, ½ log 2πeλ − 1/(12λ) − 1/(24λ²) − 19/(360λ³) (Evans and
  /// Boersma 1988).
  public var entropy: Tensor {
    let isLarge = rate .> 1e4
    let some = select(isLarge, rate, Tensor(1e4, dtype: dtype))
    let w = 1 / some
    let corrections = w * (1.0 / 12 + w * (1.0 / 24 + w * (19.0 / 360)))
    let expansion = 0.5 * log(some) + (0.5 + logRootTwoPi) - corrections
    let few = Poisson(rate: select(isLarge, Tensor(1, dtype: dtype), rate))
    return select(isLarge, expansion, entropyBySum(of: few, mean: few.rate, variance: few.rate))
  }

  /// Samples of integers; no gradient flows through them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.poisson(shape + batchShape, rate: stopGradient(rate))
  }

  /// k log λ − λ − log k!.
  public func logDensity(of k: Tensor) -> Tensor {
    density(of: k, where: isFiniteNonnegative(k) * isInteger(k), anchor: 0) {
      gammaLogDensity($0 + 1, rate)
    }
  }

  /// Q(⌊k⌋ + 1, λ).
  public func cumulative(at k: Tensor) -> Tensor {
    integerProbability(k, below: 0) { regularizedGammaQ($0 + 1, rate) }
  }
  /// P(⌊k⌋ + 1, λ).
  public func survival(at k: Tensor) -> Tensor {
    integerProbability(k, below: 1) { regularizedGammaP($0 + 1, rate) }
  }
  /// The smallest k whose distribution function is at least p.
  public func quantile(at p: Tensor) -> Tensor { integerQuantile(of: self, at: p) }
}
