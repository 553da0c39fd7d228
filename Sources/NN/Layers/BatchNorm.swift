import Tensor

/// Normalises each channel over the batch, and over an image's pixels, to mean 0 and variance 1,
/// then scales and shifts it: y = γ (x − μ) / √(σ² + ε) + β (Ioffe and Szegedy 2015, algorithm 1).
///
/// In training, μ and σ² are the mean and the biased variance of the batch, which divides by the
/// number n of values. Running averages are kept of the mean and of the unbiased variance, which
/// divides by n − 1 (algorithm 2); in inference they replace the batch's statistics, and an
/// example's output no longer depends on the others.
///
/// - Input and output: `[…, channels]`, such as `[batch, features]` or `[batch, height, width,
///   channels]`; in training with at least two values for each channel.
/// - Parameters: 2 · channels.
public final class BatchNorm: RectifyingLayer {
  /// The scale γ, `[channels]`.
  @Parameter public var scale: Tensor
  /// The shift β, `[channels]`.
  @Parameter public var shift: Tensor
  /// The running mean, `[channels]`.
  @Buffer public var runningMean: Tensor
  /// The running unbiased variance, `[channels]`.
  @Buffer public var runningVariance: Tensor
  /// The weight of a new batch in the running averages.
  public let momentum: Double
  /// Whether the batch's own mean and variance are used, and the running averages updated.
  public var mode: Mode = .training
  package let epsilon: Double

  /// The scale, the shift and the running averages.
  public var members: Members {
    [
      "scale": $scale, "shift": $shift, "runningMean": $runningMean,
      "runningVariance": $runningVariance,
    ]
  }

  /// Creates a layer with scale 1 and shift 0.
  ///
  /// - Parameters:
  ///   - channels: The size of the last axis.
  ///   - momentum: The weight of a new batch in the running averages: running ← (1 − momentum) ·
  ///     running + momentum · batch.
  ///   - epsilon: ε, which prevents division by 0 for a channel of equal values.
  public convenience init(_ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
    Self.checkSize(channels)
    self.init(channels, scale: Initializer.ones([channels]), momentum, epsilon)
  }

  /// Creates a layer whose scales are drawn, as in a DCGAN from N(1, 0.02²) (Radford, Metz and
  /// Chintala 2016), and whose shift is 0.
  public convenience init(
    _ channels: Int, initializer: Initializer, momentum: Double = 0.1, epsilon: Double = 1e-5,
    using random: Random
  ) {
    Self.checkSize(channels)
    let scale = initializer([channels], fanIn: 1, fanOut: 1, using: random)
    self.init(channels, scale: scale, momentum, epsilon)
  }

  private init(_ channels: Int, scale: Tensor, _ momentum: Double, _ epsilon: Double) {
    precondition(
      momentum >= 0 && momentum <= 1,
      "BatchNorm: expected a momentum in 0 ... 1, found \(momentum)")
    self.scale = scale
    // When a model's size is measured, the scale is empty, but the shift still counts.
    shift = Initializer.zeros([channels])
    runningMean = Initializer.zeros(scale.shape)
    runningVariance = Initializer.ones(scale.shape)
    self.momentum = momentum
    self.epsilon = epsilon
  }

  private static func checkSize(_ channels: Int) {
    precondition(channels > 0, "BatchNorm: expected a size above 0, found \(channels)")
  }

  /// The normalised input.
  public func callAsFunction(_ x: Tensor) -> Tensor { callAsFunction(x, rectifier: .none) }

  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor {
    precondition(
      x.rank > 1 && x.shape.last == scale.count,
      "\(call): expected an input of shape […, \(scale.count)], found \(x.shape)")
    switch mode {
    case .training: return normalizedByBatch(x, rectifier)
    case .inference:
      return batchNormalized(
        x, mean: runningMean, variance: runningVariance, scale: scale, shift: shift,
        epsilon: epsilon, rectifier: rectifier)
    }
  }

  private func normalizedByBatch(_ x: Tensor, _ rectifier: Rectifier) -> Tensor {
    let n = BatchPart.wholeCount(of: x.count / scale.count)
    precondition(
      n > 1,
      "\(call): expected two values or more for each channel in training, found \(n) in an input of"
        + " shape \(x.shape)")
    let (y, mean, variance) = batchNormalized(
      x, scale: scale, shift: shift, epsilon: epsilon, rectifier: rectifier)
    runningMean.interpolate(towards: mean, weight: momentum)
    runningVariance.interpolate(towards: variance * (Double(n) / Double(n - 1)), weight: momentum)
    return y
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String { "BatchNorm(\(scale.count))" }
}
