import Tensor

/// The geometric distribution, (1 − p)ᵏ⁻¹ p for k = 1, 2, …: the number of trials up to the first
/// success.
public struct Geometric: KnownMoments, KnownEntropy, KnownQuantile, Sendable {
  /// The probability p of a success.
  public let probability: Tensor

  /// Creates a distribution from p in (0, 1].
  public init(probability: Tensor) {
    let parameters = Parameters("Geometric", ("probability", probability, .probability, 0))
    precondition(
      !(probability .<= 0).any(),
      "Geometric: expected probabilities above 0, found 0 in \(probability)")
    self.probability = parameters[0]
  }

  /// The parameters' common shape.
  public var batchShape: [Int] { probability.shape }
  /// The parameters' element type.
  public var dtype: DType { probability.dtype }
  /// The integers of 1 or more.
  public var support: Support { .integers(1, .infinity, dtype) }
  /// 1/p.
  public var mean: Tensor { 1 / probability }
  /// (1 − p)/p².
  public var variance: Tensor { (1 - probability) / square(probability) }
  /// −(p log p + (1 − p) log(1 − p))/p.
  public var entropy: Tensor {
    let isSure = probability .>= 1
    let p = select(isSure, 0.5 * probability, probability)
    return select(isSure, 0 * probability, -log(p) - (1 - p) / p * log1p(-p))
  }

  /// Samples of integers, by inversion; no gradient flows through them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let exponential = random.exponential(shape + batchShape, dtype: .float64)
    let rate = -log1p(-stopGradient(probability).converted(to: .float64))
    return (floored(exponential / rate) + 1).converted(to: dtype)
  }

  /// (k − 1) log(1 − p) + log p.
  public func logDensity(of k: Tensor) -> Tensor {
    density(of: k, where: isFiniteNonnegative(k - 1) * isInteger(k), anchor: 1) {
      let isSure = probability .>= 1
      let inner = log1p(-select(isSure, 0.5 * probability, probability))
      let failures = $0 - 1
      return select(
        isSure, select(failures .> 0, failures * 0 - .infinity, failures * 0),
        failures * inner) + log(probability)
    }
  }

  /// 1 − (1 − p)^⌊k⌋.
  public func cumulative(at k: Tensor) -> Tensor {
    -expm1(floored(relu(k)) * logFailure)
  }
  /// (1 − p)^⌊k⌋.
  public func survival(at k: Tensor) -> Tensor { exp(floored(relu(k)) * logFailure) }
  /// The smallest k whose distribution function is at least p.
  public func quantile(at p: Tensor) -> Tensor {
    let p = stopGradient(p)
    let exact = log1p(-p) / stopGradient(logFailure)
    // Rounding may raise an integer above itself.
    let up = floored(relu(exact * (1 - 4 * (dtype == .float32 ? 6e-8 : 1.2e-16)))) + 1
    return select(p .>= 1, exact, up) + 0 * select(p .>= 1, p * 0, level(p))
  }

  /// log(1 − p), with a very low number in place of −∞.
  private var logFailure: Tensor {
    let isSure = probability .>= 1
    return select(
      isSure, Tensor(-1e30, dtype: dtype), log1p(-select(isSure, 0.5 * probability, probability)))
  }
}
