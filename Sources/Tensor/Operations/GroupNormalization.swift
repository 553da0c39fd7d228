import CKernels

/// Normalises each group of channels of each example over the group's channels and all places, then
/// scales and shifts each channel, y = γ (x − μ) / √(σ² + ε) + β, with the biased variance (Wu and He
/// 2018); and optionally applies ``silu(_:)``.
///
/// Two passes compute μ and σ², in double precision, and one computes y. The backward pass takes
/// three; it computes what goes into the activation again, so that only x is kept. Equal elements of a
/// group are normalised to 0 exactly, whatever their value.
///
/// - Parameters:
///   - x: `[batch, …, channels]`, with at least one value in each group.
///   - groups: The number of groups, which divides the channels.
///   - scale: γ, `[channels]`.
///   - shift: β, `[channels]`.
///   - epsilon: ε.
///   - isActivated: Whether ``silu(_:)`` follows.
/// - Returns: y, of x's shape.
package func groupNormalized(
  _ x: Tensor, groups: Int, scale: Tensor, shift: Tensor, epsilon: Double, isActivated: Bool = false
) -> Tensor {
  let channels = x.shape.last ?? 0
  precondition(
    x.rank > 1 && x.count > 0 && groups > 0 && channels % groups == 0
      && [scale, shift].allSatisfy { $0.shape == [channels] && $0.dtype == x.dtype },
    "groupNormalized: expected [batch, …, channels], groups of channels, and a scale and a shift"
      + " [channels] of one type, found \(x.dtype)\(x.shape), \(groups) groups,"
      + " \(scale.dtype)\(scale.shape) and \(shift.dtype)\(shift.shape)")
  let norm = GroupNormalization(
    of: stopGradient(x), groups: groups, scale: stopGradient(scale), shift: stopGradient(shift),
    epsilon: epsilon, isActivated: isActivated)
  return norm.value.tracked(from: [
    TrackedInput(x) { _, dy in norm.inputGradient(x, scale, shift, dy) },
    TrackedInput(scale) { _, dy in norm.scaleGradient(x, scale, shift, dy) },
    TrackedInput(shift) { _, dy in norm.shiftGradient(x, scale, shift, dy) },
  ])
}

/// A normalisation by groups at one point, and its backward pass.
///
/// The gradients with respect to x, γ and β share sums over the gradient, which are cached.
private final class GroupNormalization {
  private let x, scale: Tensor
  private let groups: Int
  private let epsilon: Double
  private let isActivated: Bool
  /// The numbers of each example and channel, `[batch, channels]`: the mean μ, its rounding error, and
  /// 1 / √(σ² + ε), all of the channel's group; and what (x − μ) is multiplied by, and what is added.
  private let mean, rest, inverse, factor, term: Tensor
  private var kept: (dy: Storage, back: Back)?

  /// The gradient at the normalisation's end, before an activation; and by example and channel, its
  /// sums and those of its products with the normalised values, `[batch, channels]`.
  private struct Back {
    let dz, sums, products: Tensor
  }

  private var places: Int { x.count / mean.count }

  init(
    of x: Tensor, groups: Int, scale: Tensor, shift: Tensor, epsilon: Double, isActivated: Bool
  ) {
    (self.x, self.scale, self.groups) = (x, scale, groups)
    (self.epsilon, self.isActivated) = (epsilon, isActivated)
    let (batch, channels) = (x.shape[0], scale.count)
    let places = x.count / (batch * channels)
    let columns = x.reshaped(to: [batch, places, channels])
    let moments = Moments(of: columns, along: [1], squares: true, "groupNormalized")
    // A group's moments from those of its channels (Chan, Golub and LeVeque 1983).
    let parts = [batch, groups, channels / groups]
    let means = moments.mean.reshaped(to: parts)
    let groupMean = means.mean(along: 2, keepingDimensions: true)
    let squares =
      moments.squares.reshaped(to: parts).mean(along: 2, keepingDimensions: true) / moments.count
      + square(means - groupMean).mean(along: 2, keepingDimensions: true)
    let exact = 1 / sqrt(squares + epsilon)
    func byChannel(_ values: Tensor) -> Tensor {
      values.broadcast(to: parts).reshaped(to: [batch, channels])
    }
    mean = byChannel(groupMean).rounded(to: x.dtype, "groupNormalized")
    rest = (byChannel(groupMean) - mean.rounded(to: .float64, "groupNormalized"))
      .rounded(to: x.dtype, "groupNormalized")
    inverse = byChannel(exact).rounded(to: x.dtype, "groupNormalized")
    factor = inverse * scale
    term = shift - factor * rest
  }

  /// The result.
  var value: Tensor {
    let (channels, kernels) = (scale.count, x.dtype.kernels.pointee)
    return Tensor.uninitialized(x.shape, x.dtype, "groupNormalized", reading: x.count) { y, _ in
      eachBlock { example, x, offset, rows in
        let b = mean.pointer(at: example)
        let (q, r) = (factor.pointer(at: example), term.pointer(at: example))
        if isActivated {
          kernels.channel_silu(x, b, q, r, y + offset, channels, 0, rows)
        } else {
          kernels.channel_scale(x, b, q, r, 1, y + offset, channels, 0, rows)
        }
      }
    }
  }

  /// Calls `body` for blocks of rows, in parallel: with the place of the example's numbers, the rows of
  /// x, their distance in bytes from the first of all, and their number.
  private func eachBlock(
    _ body: (_ example: Int, _ x: UnsafeMutableRawPointer, _ offset: Int, _ rows: Int) -> Void
  ) {
    let (channels, places) = (scale.count, self.places)
    let length = max(1, elementwiseGrain / channels)
    let blocks = (places + length - 1) / length
    parallel(over: mean.shape[0] * blocks, step: max(1, length / places), of: x.dtype) {
      for index in $0..<$1 {
        let (example, block) = index.quotientAndRemainder(dividingBy: blocks)
        let first = example * places + block * length
        body(
          example * channels, x.pointer(at: first * channels),
          first * channels * x.dtype.byteCount, min(length, places - block * length))
      }
    }
  }

  /// The backward pass up to the normalised values.
  private func back(_ dy: Tensor) -> Back {
    if let kept, kept.dy === dy.storage { return kept.back }
    let (channels, kernels) = (scale.count, x.dtype.kernels.pointee)
    var dz = dy
    if isActivated {
      dz = Tensor.uninitialized(
        x.shape, x.dtype, "groupNormalized", reading: 2 * x.count
      ) { dz, _ in
        eachBlock { example, x, offset, rows in
          kernels.channel_silu_back(
            dy.pointer + offset, x, mean.pointer(at: example), factor.pointer(at: example),
            term.pointer(at: example), dz + offset, channels, 0, rows)
        }
      }
    }
    // Blocks of a few rows, so that single-precision sums are short.
    let (batch, places, length) = (mean.shape[0], self.places, 128)
    let blocks = (places + length - 1) / length
    let partial = Tensor.uninitialized(
      [batch, blocks, 2 * channels], x.dtype, "groupNormalized", reading: 2 * x.count
    ) { sums, _ in
      let step = max(1, elementwiseGrain / (min(length, places) * channels))
      parallel(over: batch * blocks, step: step, of: x.dtype) {
        for index in $0..<$1 {
          let (example, block) = index.quotientAndRemainder(dividingBy: blocks)
          let first = (example * places + block * length) * channels
          kernels.channel_sums(
            dz.pointer(at: first), x.pointer(at: first), mean.pointer(at: example * channels),
            sums + index * 2 * channels * x.dtype.byteCount, channels, 0,
            min(length, places - block * length))
        }
      }
    }
    let both = partial.sum(along: 1).split(count: 2, along: 1)
    let back = Back(dz: dz, sums: both[0], products: (both[1] - both[0] * rest) * inverse)
    kept = (dy.storage, back)
    return back
  }

  /// The sums over a group of numbers of its channels, times γ, for each channel.
  private func groupSums(_ numbers: Tensor) -> Tensor {
    let parts = [mean.shape[0], groups, scale.count / groups]
    return (numbers * scale).reshaped(to: parts).sum(along: 2, keepingDimensions: true)
      .broadcast(to: parts).reshaped(to: mean.shape)
  }

  /// dx = 1/σ (γ dz − (Σ γ dz + x̂ Σ γ dz x̂) / n).
  func inputGradient(_ x: Tensor, _ scale: Tensor, _ shift: Tensor, _ dy: Tensor) -> Tensor {
    let back = back(stopGradient(dy))
    let n = Double(places * self.scale.count / groups)
    let q = groupSums(back.products) * inverse / -n
    let r = groupSums(back.sums) * inverse / -n - q * (inverse * rest)
    let (channels, kernels) = (self.scale.count, x.dtype.kernels.pointee)
    let value = Tensor.uninitialized(
      x.shape, x.dtype, "groupNormalized", reading: 2 * x.count
    ) { dx, _ in
      eachBlock { example, x, offset, rows in
        kernels.channel_combine(
          back.dz.pointer + offset, x, mean.pointer(at: example), factor.pointer(at: example),
          q.pointer(at: example), inverse.pointer(at: example), r.pointer(at: example),
          dx + offset, channels, 0, rows)
      }
    }
    return value.tracked(asCompositionOf: [x, scale, shift, dy]) { [self] inputs in
      let (normalized, inverse, dz) = composed(inputs[0], inputs[1], inputs[2], inputs[3])
      let slope = (dz * inputs[1]).reshaped(to: normalized.shape)
      func mean(_ y: Tensor) -> Tensor { y.mean(along: [1, 3], keepingDimensions: true) }
      let rest = slope - mean(slope) - normalized * mean(slope * normalized)
      return (inverse * rest).reshaped(to: x.shape)
    }
  }

  /// dγ = Σ dz x̂.
  func scaleGradient(_ x: Tensor, _ scale: Tensor, _ shift: Tensor, _ dy: Tensor) -> Tensor {
    let value = back(stopGradient(dy)).products.sum(along: 0)
    return value.tracked(asCompositionOf: [x, scale, shift, dy]) { [self] inputs in
      let (normalized, _, dz) = composed(inputs[0], inputs[1], inputs[2], inputs[3])
      return (dz * normalized.reshaped(to: dz.shape)).sum(along: Array(0..<dz.rank - 1))
    }
  }

  /// dβ = Σ dz.
  func shiftGradient(_ x: Tensor, _ scale: Tensor, _ shift: Tensor, _ dy: Tensor) -> Tensor {
    let value = back(stopGradient(dy)).sums.sum(along: 0)
    return value.tracked(asCompositionOf: [x, scale, shift, dy]) { [self] inputs in
      composed(inputs[0], inputs[1], inputs[2], inputs[3]).dz.sum(along: Array(0..<x.rank - 1))
    }
  }

  /// By separate operations: the normalised values, `[batch, places, groups, channels / groups]`, 1/σ
  /// with sizes of 1, and the gradient before the activation, of x's shape.
  private func composed(
    _ x: Tensor, _ scale: Tensor, _ shift: Tensor, _ dy: Tensor
  ) -> (normalized: Tensor, inverse: Tensor, dz: Tensor) {
    let shape = [x.shape[0], places, groups, scale.count / groups]
    let (normalized, inverse) = normalization(
      of: x.reshaped(to: shape), along: [1, 3], epsilon: epsilon)
    if !isActivated { return (normalized, inverse, dy) }
    let z = normalized.reshaped(to: x.shape) * scale + shift
    return (normalized, inverse, dy.scaledBySiluSlope(at: z))
  }
}
