import Tensor

/// The normal distribution N(μ, σ²) of numbers.
public struct Normal: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The mean μ, of the batch shape.
  public let mean: Tensor
  /// The standard deviation σ, of the batch shape.
  public let standardDeviation: Tensor

  /// Creates a distribution from μ and σ > 0, whose shapes broadcast to the batch shape.
  public init(mean: Tensor, standardDeviation: Tensor) {
    let parameters = Parameters(
      "Normal", ("mean", mean, .real, 0), ("standardDeviation", standardDeviation, .positive, 0))
    (self.mean, self.standardDeviation) = (parameters[0], parameters[1])
  }

  /// Creates a single distribution from two numbers.
  public init(mean: Double, standardDeviation: Double, dtype: DType = .float64) {
    self.init(
      mean: Tensor(mean, dtype: dtype), standardDeviation: Tensor(standardDeviation, dtype: dtype))
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { mean.shape }
  /// The parameters' element type.
  public var dtype: DType { mean.dtype }
  /// All numbers.
  public var support: Support { .line(dtype) }
  /// σ².
  public var variance: Tensor { square(standardDeviation) }

  /// μ + σ ε with ε drawn from N(0, 1).
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    mean + standardDeviation * random.normal(shape + batchShape, dtype: dtype)
  }

  /// −(x − μ)²/(2σ²) − log σ − ½ log 2π.
  public func logDensity(of x: Tensor) -> Tensor {
    let z = (x - mean) / standardDeviation
    return -0.5 * square(z) - (log(standardDeviation) + logRootTwoPi)
  }

  /// ½ + ½ log 2π + log σ.
  public var entropy: Tensor { log(standardDeviation) + (0.5 + logRootTwoPi) }

  /// Φ((x − μ)/σ).
  public func cumulative(at x: Tensor) -> Tensor {
    normalCumulative(score(x))
  }

  /// Φ((μ − x)/σ).
  public func survival(at x: Tensor) -> Tensor {
    normalCumulative(-score(x))
  }

  /// (x − μ)/σ; ±∞ is replaced by a number so far out that no mass lies beyond it, which has a
  /// gradient.
  private func score(_ x: Tensor) -> Tensor {
    limited(x, first: -1e5, last: 1e5) { ($0 - mean) / standardDeviation }
  }

  /// μ + σ Φ⁻¹(p).
  public func quantile(at p: Tensor) -> Tensor { mean + standardDeviation * normalQuantile(p) }
  /// μ − σ Φ⁻¹(q).
  public func quantile(atUpper q: Tensor) -> Tensor { mean - standardDeviation * normalQuantile(q) }

  /// Computed in logarithms, and by symmetry on the lower side of the mean, so that no tail is too
  /// far.
  public func logProbability(above lower: Tensor, to upper: Tensor) -> Tensor {
    let (a, b) = (score(lower), score(upper))
    let isAbove = a .> 0
    let low = normalLogCumulative(select(isAbove, -b, a))
    let high = normalLogCumulative(select(isAbove, -a, b))
    // If the further end is infinite, nothing is subtracted.
    let isOpen = abs(stopGradient(select(isAbove, upper, lower))) .>= .infinity
    let difference = select(isOpen, Tensor(-1, dtype: dtype), low - high)
    return high
      + select(
        isOpen, Tensor(0, dtype: dtype), log1mexp(minimum(difference, 0 * high)))
  }
}
