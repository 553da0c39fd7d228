import Tensor

/// The log-normal distribution: the distribution of eˣ for X from N(μ, σ²).
public struct LogNormal: KnownMoments, KnownEntropy, KnownQuantile, Reparameterized, Sendable {
  /// The distribution N(μ, σ²) of the logarithm.
  public let logarithm: Normal

  /// Creates a distribution from the mean and the standard deviation > 0 of the logarithm.
  public init(logMean: Tensor, logStandardDeviation: Tensor) {
    logarithm = Normal(mean: logMean, standardDeviation: logStandardDeviation)
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { logarithm.mean.shape }
  /// The parameters' element type.
  public var dtype: DType { logarithm.mean.dtype }
  /// The numbers above 0.
  public var support: Support { .halfLine(dtype) }
  /// exp(μ + ½ σ²).
  public var mean: Tensor { exp(logarithm.mean + 0.5 * logarithm.variance) }
  /// (exp(σ²) − 1) exp(2μ + σ²).
  public var variance: Tensor { expm1(logarithm.variance) * square(mean) }
  /// The entropy of the logarithm plus μ.
  public var entropy: Tensor { logarithm.entropy + logarithm.mean }

  /// exp(μ + σ ε).
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    exp(logarithm.sample(shape, using: random))
  }

  /// log N(log x; μ, σ²) − log x.
  public func logDensity(of x: Tensor) -> Tensor {
    density(of: x, where: isFiniteNonnegative(x) * (1 - (x .<= 0)), anchor: 1) {
      let logarithms = log($0)
      return logarithm.logDensity(of: logarithms) - logarithms
    }
  }

  /// Φ((log x − μ)/σ).
  public func cumulative(at x: Tensor) -> Tensor { logarithm.cumulative(at: log(relu(x))) }
  /// Φ((μ − log x)/σ).
  public func survival(at x: Tensor) -> Tensor { logarithm.survival(at: log(relu(x))) }
  /// exp(μ + σ Φ⁻¹(p)).
  public func quantile(at p: Tensor) -> Tensor { exp(logarithm.quantile(at: p)) }
  /// exp(μ − σ Φ⁻¹(q)).
  public func quantile(atUpper q: Tensor) -> Tensor { exp(logarithm.quantile(atUpper: q)) }
}
