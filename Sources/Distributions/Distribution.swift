import Tensor

/// A distribution that can be sampled but need not have a density: an implicit model, such as a
/// generator.
///
/// A value represents a distribution for each index of `batchShape`, over events of `eventShape`.
/// The distribution determines the kind of its events: numbers have the event shape `[]`, vectors
/// `[n]`.
public protocol ImplicitDistribution {
  /// The shape of the independent distributions in this value; `[]` for a single one.
  var batchShape: [Int] { get }

  /// The shape of a single draw; `[]` for a number.
  var eventShape: [Int] { get }

  /// The element type of the parameters and the samples.
  var dtype: DType { get }

  /// Draws independently, `shape` times from each distribution of the batch.
  ///
  /// - Returns: `shape + batchShape + eventShape`.
  func sample(_ shape: [Int], using random: Random) -> Tensor
}

extension ImplicitDistribution {
  /// Draws once from each distribution of the batch, `batchShape + eventShape`.
  public func sample(using random: Random) -> Tensor { sample([], using: random) }
}

/// A distribution with a density, or with probabilities of its values.
///
/// Outside the support the log-density is −∞, with gradient 0. A parameter outside its domain stops
/// the program with a message; NaN among the parameters or values gives NaN.
public protocol Distribution: ImplicitDistribution {
  /// The set where the density is not 0.
  var support: Support { get }

  /// The logarithm of the density, or of the probability, of `x`, in nats.
  ///
  /// - Parameter x: `shape + batchShape + eventShape`, or a shape that broadcasts to it.
  /// - Returns: `shape + batchShape`.
  func logDensity(of x: Tensor) -> Tensor
}

/// A distribution of numbers.
public protocol ScalarDistribution: Distribution {}

extension ScalarDistribution {
  /// `[]`, the shape of a number.
  public var eventShape: [Int] { [] }
}

// MARK: - Abilities of some distributions

/// A distribution whose samples carry gradients to its parameters (Kingma and Welling 2014, section
/// 2.4; implicitly, Figurnov, Mohamed and Mnih 2018).
///
/// Samples of other distributions are constants for gradients.
public protocol Reparameterized: ImplicitDistribution {}

/// A distribution whose mean and variance are known in closed form.
public protocol KnownMoments: ImplicitDistribution {
  /// The expected value, `batchShape + eventShape`; NaN or infinite if there is none.
  var mean: Tensor { get }

  /// The variance of each element of an event, `batchShape + eventShape`.
  var variance: Tensor { get }
}

extension KnownMoments {
  /// The square root of the variance of each element, `batchShape + eventShape`.
  public var standardDeviation: Tensor { sqrt(variance) }
}

/// A distribution whose entropy is known.
public protocol KnownEntropy: Distribution {
  /// The entropy E[−log p(x)], `batchShape`, in nats; for densities it may be negative.
  var entropy: Tensor { get }
}

/// A distribution of numbers whose distribution function is known.
public protocol KnownCumulative: ScalarDistribution {
  /// The probability P(X ≤ x).
  ///
  /// - Parameter x: `shape + batchShape`, or a shape that broadcasts to it; any number, including
  ///   ±∞.
  /// - Returns: `shape + batchShape`.
  func cumulative(at x: Tensor) -> Tensor

  /// The probability P(X > x), accurate where it is small, of the same shape.
  func survival(at x: Tensor) -> Tensor

  /// log P(lower < X ≤ upper), accurate in the tails.
  func logProbability(above lower: Tensor, to upper: Tensor) -> Tensor
}

extension KnownCumulative {
  /// By default, 1 − P(X ≤ x).
  public func survival(at x: Tensor) -> Tensor { 1 - cumulative(at: x) }

  /// By default, the difference of two distribution or survival functions, whichever are smaller.
  public func logProbability(above lower: Tensor, to upper: Tensor) -> Tensor {
    let below = limited(lower, first: 0, last: 1) { cumulative(at: $0) }
    let all = limited(upper, first: 0, last: 1) { cumulative(at: $0) }
    let above = limited(lower, first: 1, last: 0) { survival(at: $0) }
    let rest = limited(upper, first: 1, last: 0) { survival(at: $0) }
    return log(select(below .> 0.5, above - rest, all - below))
  }
}

/// A distribution of numbers whose quantiles are known.
public protocol KnownQuantile: KnownCumulative {
  /// The smallest x with P(X ≤ x) ≥ p; NaN for a p outside [0, 1].
  ///
  /// - Parameter p: `shape + batchShape`, or a shape that broadcasts to it.
  /// - Returns: `shape + batchShape`.
  func quantile(at p: Tensor) -> Tensor

  /// The quantile at 1 − q, the x with P(X > x) = q, accurate for small q.
  func quantile(atUpper q: Tensor) -> Tensor
}

extension KnownQuantile {
  /// By default, the quantile at the number 1 − q.
  public func quantile(atUpper q: Tensor) -> Tensor { quantile(at: 1 - q) }
}
