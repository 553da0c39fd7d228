import Tensor

/// Independent zeros and ones for each example, given by their logits log(p / (1 − p)).
///
/// By default the first axis of the logits is the batch, and the remaining axes form one draw, so
/// that log-densities and entropies are sums over them.
public struct Bernoulli: KnownMoments, KnownEntropy, Sendable {
  /// The logits, `batchShape + eventShape`.
  public let logits: Tensor
  private let eventRank: Int

  /// Creates a distribution from its logits.
  ///
  /// - Parameters:
  ///   - logits: log(p / (1 − p)) of each element, `batchShape + eventShape`.
  ///   - eventRank: The number of last axes that belong to one draw, whose elements are
  ///     independent; by default all but the first. 0 for single zeros and ones.
  public init(logits: Tensor, eventRank: Int? = nil) {
    self.logits = logits
    self.eventRank = eventRank ?? max(0, logits.rank - 1)
    precondition(
      (0...logits.rank).contains(self.eventRank),
      "Bernoulli: expected an event of 0 to \(logits.rank) of the axes of logits \(logits.shape), found"
        + " \(self.eventRank)")
  }

  /// Creates a distribution from the probabilities of a one.
  public init(probabilities: Tensor, eventRank: Int? = nil) {
    _ = Parameters("Bernoulli", ("probabilities", probabilities, .probability, 0))
    self.init(logits: logit(probabilities), eventRank: eventRank)
  }

  /// The leading axes of the logits.
  public var batchShape: [Int] { Array(logits.shape.dropLast(eventRank)) }
  /// The other axes of the logits.
  public var eventShape: [Int] { logits.shape.suffix(eventRank) }
  /// The logits' element type.
  public var dtype: DType { logits.dtype }
  /// Zeros and ones.
  public var support: Support {
    eventRank == 0
      ? .integers(0, 1, dtype) : .independent(.integers(0, 1, dtype), eventRank: eventRank)
  }
  /// The probabilities p of a one.
  public var mean: Tensor { sigmoid(logits) }
  /// p (1 − p) of each element.
  public var variance: Tensor { sigmoid(logits) * sigmoid(-logits) }

  /// Samples of zeros and ones; no gradient flows through them.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    random.bernoulli(
      probability: stopGradient(mean).broadcast(to: shape + logits.shape))
  }

  /// Σ x·l − softplus(l), in nats.
  ///
  /// `x` may contain grey values in [0, 1], for which this is the negative cross-entropy. Single
  /// numbers outside [0, 1] have the log-density −∞; larger events are not checked.
  public func logDensity(of x: Tensor) -> Tensor {
    if x.shape == logits.shape && eventRank > 0 {
      return bernoulliLogDensity(
        of: x.flattened(from: x.rank - eventRank),
        logits: logits.flattened(from: x.rank - eventRank))
    }
    guard let shape = Broadcast.shape(x.shape, logits.shape) else {
      preconditionFailure(
        "Bernoulli: expected values of shape […] + \(logits.shape), found \(x.shape)")
    }
    let logits = logits.broadcast(to: shape)
    if eventRank > 0 {
      return bernoulliLogDensity(
        of: x.broadcast(to: shape).flattened(from: shape.count - eventRank),
        logits: logits.flattened(from: shape.count - eventRank))
    }
    return density(of: x.broadcast(to: shape), where: isWithin(x, 0, 1), anchor: 0) {
      bernoulliLogDensity(of: $0.expanded(at: -1), logits: logits.expanded(at: -1))
    }
  }

  /// Σ softplus(l) − p·l, in nats.
  public var entropy: Tensor { bernoulliEntropy(logits: logits).summed(overLast: eventRank) }

  /// KL(self ‖ other) = Σ p₁ (l₁ − l₂) + softplus(l₂) − softplus(l₁), in nats.
  ///
  /// Accurate to the last digits in float32, even if the two are nearly equal. The other
  /// distribution's shape may broadcast.
  public func klDivergence(to other: Bernoulli) -> Tensor {
    bernoulliDivergence(logits, other.logits).summed(overLast: max(eventRank, other.eventRank))
  }
}

extension Tensor {
  /// The sum over the last axes.
  func summed(overLast axes: Int) -> Tensor { sum(along: Array(rank - axes..<rank)) }
}
