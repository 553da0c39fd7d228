import Tensor

/// What can be sampled and has a density.
///
/// The first axis is the batch: each example is one draw of all that lies behind it, so densities
/// and entropies are sums over the other axes, one number an example, in nats.
public protocol Distribution {
  /// The expected value, of a sample's shape.
  var mean: Tensor { get }

  /// Draws once from each example's distribution.
  func sample(using random: Random) -> Tensor

  /// The logarithm of the density, or of the probability, of `x`, `[batch]`, in nats.
  func logDensity(of x: Tensor) -> Tensor

  /// The entropy of each example's distribution, `[batch]`, in nats.
  var entropy: Tensor { get }
}

extension Tensor {
  /// The sum over all axes but the first.
  func summedOverFeatures() -> Tensor { sum(along: Array(1..<Swift.max(1, rank))) }
}
