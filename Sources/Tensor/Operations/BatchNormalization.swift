import CKernels

/// Normalises each channel over all other axes, then scales and shifts it:
/// y = γ (x − μ) / √(σ² + ε) + β, with the channel's mean μ and biased variance σ² (Ioffe and Szegedy
/// 2015, algorithm 1).
///
/// Two passes compute μ and σ², in double precision, like
/// ``Tensor/variance(along:keepingDimensions:correction:)-([Int],_,_)``; one computes y; the
/// backward pass takes two more. A composition of operations would take about twenty.
///
/// - Parameters:
///   - x: `[…, channels]`, with at least one value for each channel.
///   - scale: γ, `[channels]`.
///   - shift: β, `[channels]`.
///   - epsilon: ε.
/// - Returns: y, of x's shape; and μ and σ², `[channels]`, for reporting and running averages: no
///   gradient flows through these.
public func batchNormalized(
  _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Double
) -> (y: Tensor, mean: Tensor, variance: Tensor) {
  batchNormalized(x, scale: scale, shift: shift, epsilon: epsilon, rectifier: .none)
}

/// The normalisation and a rectifier, in one pass.
package func batchNormalized(
  _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Double, rectifier: Rectifier
) -> (y: Tensor, mean: Tensor, variance: Tensor) {
  let channels = x.shape.last ?? 0
  precondition(
    x.rank > 1 && x.count > 0
      && [scale, shift].allSatisfy {
        $0.shape == [channels] && $0.dtype == x.dtype
      },
    "batchNormalized: expected […, channels] and a scale and a shift [channels] of one type, found"
      + " \(x.dtype)\(x.shape), \(scale.dtype)\(scale.shape) and \(shift.dtype)\(shift.shape)")
  let moments = ChannelMoments(of: stopGradient(x), epsilon: epsilon)
  let factor = stopGradient(scale) * moments.inverseDeviation
  let value = x.channelScaled(
    about: moments.mean, factor, stopGradient(shift) - factor * moments.rest, rectifier: rectifier)
  let y = value.tracked(
    from: [
      TrackedInput(x) { _, dy in moments.inputGradient(x, scale, dy) },
      TrackedInput(scale) { _, dy in moments.scaleGradient(x, dy) },
      TrackedInput(shift) { _, dy in dy.sum(along: Array(0..<dy.rank - 1)) },
    ], rectifiedBy: rectifier)
  return (y, moments.mean, moments.variance)
}

/// The normalisation by a given, constant mean and variance, `[channels]`, followed by a rectifier.
package func batchNormalized(
  _ x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, epsilon: Double,
  rectifier: Rectifier
) -> Tensor {
  let axes = Array(0..<x.rank - 1)
  let factor = scale / sqrt(variance + epsilon)
  let value = x.channelScaled(
    about: mean, stopGradient(factor), stopGradient(shift), rectifier: rectifier)
  return value.tracked(
    from: [
      TrackedInput(x) { _, dy in dy * factor },
      TrackedInput(factor) { _, dy in (dy * (x - mean)).sum(along: axes) },
      TrackedInput(shift) { _, dy in dy.sum(along: axes) },
    ], rectifiedBy: rectifier)
}

/// The mean and the variance of each channel, and the backward pass of the normalisation.
///
/// The gradients with respect to x and γ share the sums Σ dy and Σ dy x̂, which are cached.
private final class ChannelMoments {
  let mean: Tensor
  /// The rounding error of the mean.
  let rest: Tensor
  let variance: Tensor
  let inverseDeviation: Tensor
  private let epsilon: Double
  /// The number of values in each channel.
  private let count: Double
  private var kept: (dy: Storage, sums: (Tensor, Tensor))?

  init(of x: Tensor, epsilon: Double) {
    let channels = x.shape[x.rank - 1]
    let axes = Array(0..<x.rank - 1)
    let moments = Moments(of: x, along: axes, squares: true, "batchNormalized").ofWholeBatch()
    count = moments.count
    let (near, rest) = moments.mean(of: x.dtype, "batchNormalized")
    mean = near.reshaped(to: [channels])
    self.rest = rest.reshaped(to: [channels])
    let spread = moments.squares.reshaped(to: [channels]) / moments.count
    variance = spread.converted(to: x.dtype)
    // In double precision, where the squares of all single-precision numbers are finite.
    inverseDeviation = (1 / sqrt(spread + epsilon)).converted(to: x.dtype)
    self.epsilon = epsilon
  }

  /// Σ dy and Σ dy x̂ over each channel.
  private func sums(_ x: Tensor, _ dy: Tensor) -> (Tensor, Tensor) {
    if let kept, kept.dy === dy.storage { return kept.sums }
    let (sums, products) = dy.channelSums(stopGradient(x), about: mean)
    let scaled = (products - sums * rest) * inverseDeviation
    kept = (dy.storage, (sums, scaled))
    return (sums, scaled)
  }

  /// The same sums over all parts of the batch.
  private func wholeBatchSums(_ x: Tensor, _ dy: Tensor) -> (Tensor, Tensor) {
    let own = sums(x, dy)
    if BatchPart.current?.gather == nil { return own }
    let whole = BatchPart.sums(Tensor.concatenated([own.0, own.1])).split(count: 2, along: 0)
    return (whole[0], whole[1])
  }

  /// dx = γ/σ (dy − (Σ dy + x̂ Σ dy x̂) / n).
  func inputGradient(_ x: Tensor, _ scale: Tensor, _ dy: Tensor) -> Tensor {
    let n = count
    // Through mean and variance, an example's gradient depends on all parts of the batch.
    let (shiftGradient, scaleGradient) = wholeBatchSums(x, stopGradient(dy))
    let p = stopGradient(scale) * inverseDeviation
    let q = -p * scaleGradient / n
    let value = dy.channelCombined(
      p, x, about: mean, q, inverseDeviation,
      -p * shiftGradient / n - q * (inverseDeviation * rest))
    return value.tracked(asCompositionOf: [x, scale, dy]) { [epsilon] inputs in
      let axes = Array(0..<x.rank - 1)
      let (normalized, inverse) = normalization(of: inputs[0], along: axes, epsilon: epsilon)
      let dy = inputs[2]
      let slope = (dy * normalized).mean(along: axes, keepingDimensions: true)
      let rest = dy - dy.mean(along: axes, keepingDimensions: true) - normalized * slope
      return inputs[1] * inverse * rest
    }
  }

  /// dγ = Σ dy x̂.
  func scaleGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    let (_, value) = sums(x, stopGradient(dy))
    return value.tracked(asCompositionOf: [x, dy]) { [epsilon] inputs in
      let axes = Array(0..<x.rank - 1)
      let normalized = normalized(inputs[0], along: axes, epsilon: epsilon)
      return (inputs[1] * normalized).sum(along: axes)
    }
  }
}

extension Tensor {
  /// Σ u and Σ u (v − b) over each channel, where u is this tensor.
  fileprivate func channelSums(_ v: Tensor, about b: Tensor) -> (Tensor, Tensor) {
    let channels = b.count
    let rows = count / channels
    let length = Swift.max(64, elementwiseGrain / channels)
    let blocks = (rows + length - 1) / length
    let kernel = dtype.kernels.pointee.channel_sums
    let partial = Tensor.uninitialized([blocks, 2 * channels], dtype, reading: 2 * count) {
      result, _ in
      parallel(count: blocks, of: dtype) { block in
        kernel(
          pointer, v.pointer, b.pointer, result + block * 2 * channels * dtype.byteCount, channels,
          block * length, Swift.min(rows, (block + 1) * length))
      }
    }
    let sums = partial.sum(along: 0).split(count: 2, along: 0)
    return (sums[0], sums[1])
  }

  /// q (v − b) + r, rectified, with one number per channel in b, q and r; v is this tensor.
  fileprivate func channelScaled(
    about b: Tensor, _ q: Tensor, _ r: Tensor, rectifier: Rectifier
  ) -> Tensor {
    let channels = b.count
    let kernel = dtype.kernels.pointee.channel_scale
    return Tensor.uninitialized(shape, dtype, reading: count) { result, count in
      let step = Swift.max(1, elementwiseGrain / channels)
      parallel(over: count / channels, step: step, of: dtype) {
        kernel(pointer, b.pointer, q.pointer, r.pointer, rectifier.slope, result, channels, $0, $1)
      }
    }
  }

  /// p u + q t (v − b) + r with one number per channel in p, b, q, t and r; u is this tensor.
  fileprivate func channelCombined(
    _ p: Tensor, _ v: Tensor, about b: Tensor, _ q: Tensor, _ t: Tensor, _ r: Tensor
  ) -> Tensor {
    let channels = b.count
    let kernel = dtype.kernels.pointee.channel_combine
    return Tensor.uninitialized(shape, dtype, reading: 2 * count) { result, count in
      let step = Swift.max(1, elementwiseGrain / channels)
      parallel(over: count / channels, step: step, of: dtype) {
        kernel(
          pointer, v.pointer, b.pointer, p.pointer, q.pointer, t.pointer, r.pointer, result,
          channels, $0, $1)
      }
    }
  }
}
