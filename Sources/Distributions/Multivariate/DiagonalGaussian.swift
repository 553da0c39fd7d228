import Tensor

/// A Gaussian with independent components, N(μ, diag σ²), for each example.
///
/// The first axis is the batch, and the remaining axes form one draw, so that log-densities and
/// entropies are sums over them.
public struct DiagonalGaussian: KnownMoments, KnownEntropy, Reparameterized, Sendable {
  /// The mean μ, `[batch, …]`.
  public let mean: Tensor
  /// log σ², of the mean's shape.
  public let logVariance: Tensor
  /// Whether it was created as N(0, 1), for which the divergence has a shorter form.
  private let isStandard: Bool

  /// Creates a distribution from μ and log σ², of one shape.
  public init(mean: Tensor, logVariance: Tensor) {
    self.init(mean: mean, logVariance: logVariance, isStandard: false)
  }

  private init(mean: Tensor, logVariance: Tensor, isStandard: Bool) {
    precondition(
      mean.shape == logVariance.shape,
      "DiagonalGaussian: expected a mean and a log-variance of one shape, found \(mean.shape) and"
        + " \(logVariance.shape)")
    self.mean = mean
    self.logVariance = logVariance
    self.isStandard = isStandard
  }

  /// Creates a distribution from μ and σ, of one shape.
  public init(mean: Tensor, standardDeviation: Tensor) {
    self.init(mean: mean, logVariance: 2 * log(standardDeviation))
  }

  /// The standard Gaussian N(0, 1) of this shape.
  public static func standard(_ shape: [Int], dtype: DType = .float32) -> DiagonalGaussian {
    let zeros = Tensor.zeros(shape, dtype: dtype)
    return DiagonalGaussian(mean: zeros, logVariance: zeros, isStandard: true)
  }

  /// The first axis of the mean.
  public var batchShape: [Int] { Array(mean.shape.prefix(1)) }
  /// The other axes of the mean.
  public var eventShape: [Int] { Array(mean.shape.dropFirst()) }
  /// The mean's element type.
  public var dtype: DType { mean.dtype }
  /// All vectors.
  public var support: Support { .independent(.line(dtype), eventRank: eventShape.count) }
  /// The standard deviation σ.
  public var standardDeviation: Tensor { exp(0.5 * logVariance) }
  /// The variance σ².
  public var variance: Tensor { exp(logVariance) }

  /// μ + σ ε with ε drawn from N(0, 1), which propagates gradients to μ and σ (Kingma and Welling
  /// 2014, section 2.4).
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let (mean, logVariance) = (mean, logVariance)
    if !shape.isEmpty {
      return mean + standardDeviation * random.normal(shape + mean.shape, dtype: dtype)
    }
    let noise = random.normal(mean.shape, dtype: mean.dtype)
    let sample = stopGradient(mean) + exp(0.5 * stopGradient(logVariance)) * noise
    // In one piece, because every step uses it: ∂z/∂log σ² = ½ σ ε.
    return sample.tracked(
      from: (mean, { _, dz in dz }),
      (logVariance, { _, dz in 0.5 * dz * (exp(0.5 * logVariance) * noise) }))
  }

  /// −½ Σ (log 2π + log σ² + (x − μ)² / σ²), in nats.
  public func logDensity(of x: Tensor) -> Tensor {
    let terms = square(x - mean) * exp(-logVariance) + (logVariance + 2 * logRootTwoPi)
    return -0.5 * terms.summed(overLast: eventShape.count)
  }

  /// ½ Σ (1 + log 2π + log σ²), `[batch]`, in nats.
  public var entropy: Tensor {
    0.5 * (logVariance + (1 + 2 * logRootTwoPi)).summed(overLast: eventShape.count)
  }

  /// KL(self ‖ other) = ½ Σ (log σ₂² − log σ₁² + (σ₁² + (μ₁ − μ₂)²) / σ₂² − 1), `[batch]`, in nats.
  ///
  /// It is accurate if the two are nearly equal, like a posterior and the prior. The other
  /// distribution's shape may broadcast, like a prior's.
  public func klDivergence(to other: DiagonalGaussian) -> Tensor {
    if other.isStandard && covers(other.mean.shape) {
      return standardGaussianDivergence(
        mean: mean.flattened(), logVariance: logVariance.flattened())
    }
    let spread = exponentialRemainder(logVariance, less: other.logVariance)
    let distance = square(mean - other.mean) * exp(-other.logVariance)
    return 0.5 * (spread + distance).summed(overLast: eventShape.count)
  }

  /// Whether broadcasting with a tensor of this shape preserves this distribution's shape.
  private func covers(_ shape: [Int]) -> Bool {
    mean.rank > 0 && shape.count == mean.rank
      && zip(shape, mean.shape).allSatisfy { $0 == $1 || $0 == 1 }
  }
}
