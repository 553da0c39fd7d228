import CKernels

/// Normalises each channel over all other axes, then scales and shifts it:
/// y = γ (x − μ) / √(σ² + ε) + β, with the channel's mean μ and biased variance σ² (Ioffe and Szegedy
/// 2015, algorithm 1).
///
/// One pass finds μ and σ², one makes y; two more go back. As a composition of operations it would
/// take about twenty.
///
/// - Parameters:
///   - x: `[…, channels]`, with one value at least for each channel.
///   - scale: γ, `[channels]`.
///   - shift: β, `[channels]`.
///   - epsilon: ε.
/// - Returns: y, of x's shape; and μ and σ², `[channels]`, as figures to keep: no gradient flows
///   through these.
public func batchNormalized(
  _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Double
) -> (y: Tensor, mean: Tensor, variance: Tensor) {
  batchNormalized(x, scale: scale, shift: shift, epsilon: epsilon, slope: 1)
}

/// The normalisation with what is below zero multiplied by `slope`: with a rectifier, leaky above 0.
package func batchNormalized(
  _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Double, slope: Double
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
  let value = x.channelCombined(
    factor, x, factor * 0, stopGradient(shift) - moments.mean * factor, slope: slope)
  let y = value.tracked(
    from: [
      TrackedInput(x) { _, dy in moments.inputGradient(x, scale, dy) },
      TrackedInput(scale) { _, dy in moments.scaleGradient(x, dy) },
      TrackedInput(shift) { _, dy in dy.sum(along: Array(0..<dy.rank - 1)) },
    ], rectifiedBy: slope)
  return (y, moments.mean, moments.variance)
}

/// The mean and the variance of each channel, and what goes back through the normalisation.
///
/// The gradients with respect to x and γ have sums in common, Σ dy and Σ dy x̂; they are kept from
/// the one to the other.
private final class ChannelMoments {
  let mean: Tensor
  let variance: Tensor
  let inverseDeviation: Tensor
  private let epsilon: Double
  private var kept: (dy: Storage, sums: (Tensor, Tensor))?

  init(of x: Tensor, epsilon: Double) {
    // About the first row, because Σx² − (Σx)²/n loses all digits where the mean is large.
    let origin = x.reshaped(to: [-1, x.shape[x.rank - 1]]).sliced(0..<1).squeezed(at: 0)
    let n = Double(x.count / origin.count)
    let (sums, products) = x.channelSums(x, origin, origin)
    mean = origin + sums / n
    variance = maximum(products / n - square(sums / n), Tensor(0, dtype: x.dtype))
    inverseDeviation = 1 / sqrt(variance + epsilon)
    self.epsilon = epsilon
  }

  /// Σ dy and Σ dy x̂ over each channel.
  private func sums(_ x: Tensor, _ dy: Tensor) -> (Tensor, Tensor) {
    if let kept, kept.dy === dy.storage { return kept.sums }
    let (sums, products) = dy.channelSums(stopGradient(x), mean * 0, mean)
    kept = (dy.storage, (sums, products * inverseDeviation))
    return (sums, products * inverseDeviation)
  }

  /// dx = γ/σ (dy − (Σ dy + x̂ Σ dy x̂) / n).
  func inputGradient(_ x: Tensor, _ scale: Tensor, _ dy: Tensor) -> Tensor {
    let n = Double(x.count / mean.count)
    let (shiftGradient, scaleGradient) = sums(x, stopGradient(dy))
    let p = stopGradient(scale) * inverseDeviation
    let q = -p * inverseDeviation * scaleGradient / n
    let value = dy.channelCombined(p, x, q, -p * shiftGradient / n - q * mean)
    return value.tracked(asCompositionOf: [x, scale, dy]) { [epsilon] inputs in
      let (normalized, inverseDeviation) = normalization(of: inputs[0], epsilon)
      let axes = Array(0..<x.rank - 1)
      let dy = inputs[2]
      let rest = dy - dy.mean(along: axes) - normalized * (dy * normalized).mean(along: axes)
      return inputs[1] * inverseDeviation * rest
    }
  }

  /// dγ = Σ dy x̂.
  func scaleGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    let (_, value) = sums(x, stopGradient(dy))
    return value.tracked(asCompositionOf: [x, dy]) { [epsilon] inputs in
      let (normalized, _) = normalization(of: inputs[0], epsilon)
      return (inputs[1] * normalized).sum(along: Array(0..<x.rank - 1))
    }
  }
}

/// x̂ = (x − μ) / √(σ² + ε) and 1 / √(σ² + ε), as a composition of operations.
private func normalization(of x: Tensor, _ epsilon: Double) -> (Tensor, Tensor) {
  let axes = Array(0..<x.rank - 1)
  let deviation = x - x.mean(along: axes)
  let inverse = 1 / sqrt(square(deviation).mean(along: axes) + epsilon)
  return (deviation * inverse, inverse)
}

extension Tensor {
  /// Σ (u − a) and Σ (u − a)(v − b) over each channel of u, which this is, and v.
  fileprivate func channelSums(_ v: Tensor, _ a: Tensor, _ b: Tensor) -> (Tensor, Tensor) {
    let channels = a.count
    let rows = count / channels
    let length = Swift.max(64, elementwiseGrain / channels)
    let blocks = (rows + length - 1) / length
    let kernel = dtype.kernels.pointee.channel_sums
    let partial = Tensor.uninitialized([blocks, 2 * channels], dtype, reading: 2 * count) {
      result, _ in
      parallel(count: blocks) { block in
        kernel(
          pointer, v.pointer, a.pointer, b.pointer, result + block * 2 * channels * dtype.byteCount,
          channels, block * length, Swift.min(rows, (block + 1) * length))
      }
    }
    let sums = partial.sum(along: 0).split(count: 2, along: 0)
    return (sums[0], sums[1])
  }

  /// p u + q v + r with a number for each channel in p, q and r; u is this tensor.
  ///
  /// What is below
  /// zero then is multiplied by `slope`.
  fileprivate func channelCombined(
    _ p: Tensor, _ v: Tensor, _ q: Tensor, _ r: Tensor, slope: Double = 1
  ) -> Tensor {
    let channels = p.count
    let kernel = dtype.kernels.pointee.channel_combine
    return Tensor.uninitialized(shape, dtype, reading: 2 * count) { result, count in
      parallel(over: count / channels, step: Swift.max(1, elementwiseGrain / channels)) {
        kernel(
          pointer, v.pointer, p.pointer, q.pointer, r.pointer, slope, result, channels, $0, $1)
      }
    }
  }
}
