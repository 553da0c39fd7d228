import Tensor

/// Independent zeros and ones for each example, given by their logits log(p / (1 − p)).
public struct Bernoulli: Distribution {
  /// The logits, `[batch, …]`.
  public let logits: Tensor

  /// Creates a distribution from its logits.
  public init(logits: Tensor) { self.logits = logits }

  /// The probabilities of a one.
  public var mean: Tensor { sigmoid(logits) }

  /// Zeros and ones; no gradient flows through them.
  public func sample(using random: Random) -> Tensor {
    random.bernoulli(probability: stopGradient(mean))
  }

  /// Σ x·l − softplus(l), `[batch]`, in nats.
  ///
  /// `x` has the logits' shape. It may hold grey values in [0, 1], for which this is the negative
  /// cross-entropy.
  public func logDensity(of x: Tensor) -> Tensor {
    bernoulliLogDensity(of: x.flattened(), logits: logits.flattened())
  }

  /// Σ softplus(l) − p·l, `[batch]`, in nats.
  public var entropy: Tensor { bernoulliEntropy(logits: logits).summedOverFeatures() }

  /// KL(self ‖ other) = Σ p₁ (l₁ − l₂) + softplus(l₂) − softplus(l₁), `[batch]`, in nats.
  ///
  /// Exact to the last digits in float32, however near the two are. The other distribution's shape
  /// may broadcast.
  public func klDivergence(to other: Bernoulli) -> Tensor {
    bernoulliDivergence(logits, other.logits).summedOverFeatures()
  }
}
