import Tensor

/// A distribution over larger events: the last axes of a batch become independent elements of one
/// event.
public struct Independent<Base: Distribution>: Distribution {
  /// The distribution of the elements.
  public let base: Base
  /// The number of last batch axes that belong to an event.
  public let eventRank: Int

  /// Moves the last `axes` axes of the base's batch into the event.
  public init(_ base: Base, axes: Int) {
    precondition(
      (0...base.batchShape.count).contains(axes),
      "Independent: expected 0 to \(base.batchShape.count) axes of batch \(base.batchShape), found"
        + " \(axes)")
    (self.base, eventRank) = (base, axes)
  }

  /// The other axes of the base's batch.
  public var batchShape: [Int] { Array(base.batchShape.dropLast(eventRank)) }
  /// The moved axes, followed by the base's event shape.
  public var eventShape: [Int] { base.batchShape.suffix(eventRank) + base.eventShape }
  /// The base's element type.
  public var dtype: DType { base.dtype }
  /// Events whose elements lie in the base's support.
  public var support: Support { .independent(base.support, eventRank: eventRank) }

  /// Samples of the base.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    base.sample(shape, using: random)
  }

  /// The sum of the elements' log-densities.
  public func logDensity(of x: Tensor) -> Tensor {
    base.logDensity(of: x).summed(overLast: eventRank)
  }
}

extension Independent: Sendable where Base: Sendable {}
extension Independent: Reparameterized where Base: Reparameterized {}

extension Independent: KnownMoments where Base: KnownMoments {
  /// The elements' means.
  public var mean: Tensor { base.mean }
  /// The elements' variances.
  public var variance: Tensor { base.variance }
}

extension Independent: KnownEntropy where Base: KnownEntropy {
  /// The sum of the elements' entropies.
  public var entropy: Tensor { base.entropy.summed(overLast: eventRank) }
}

extension Distribution where Self == Independent<Normal> {
  /// N(0, I) over events of any shape.
  public static func standardNormal(
    _ eventShape: [Int], dtype: DType = .float32
  ) -> Independent<Normal> {
    Independent(
      Normal(
        mean: .zeros(eventShape, dtype: dtype), standardDeviation: .ones(eventShape, dtype: dtype)),
      axes: eventShape.count)
  }
}
