import Tensor

/// The distribution of g(X) for any function g: it can be sampled, but its density is not
/// available.
///
/// A generator is an example: noise passed through a network.
public struct Pushforward<Base: ImplicitDistribution>: ImplicitDistribution {
  /// The distribution of X.
  public let base: Base
  /// The shape of g's result for one event.
  public let eventShape: [Int]
  private let function: (Tensor) -> Tensor

  /// Creates the distribution of g(X).
  ///
  /// - Parameters:
  ///   - base: The distribution of X.
  ///   - eventShape: The shape of g's result for one event; by default the base's.
  ///   - function: g, which maps `[…] + base.eventShape` to `[…] + eventShape`.
  public init(
    _ base: Base, eventShape: [Int]? = nil, through function: @escaping (Tensor) -> Tensor
  ) {
    self.base = base
    self.eventShape = eventShape ?? base.eventShape
    self.function = function
  }

  /// The base's batch shape.
  public var batchShape: [Int] { base.batchShape }
  /// The base's element type.
  public var dtype: DType { base.dtype }

  /// g applied to samples of the base.
  public func sample(_ shape: [Int], using random: Random) -> Tensor {
    let y = function(base.sample(shape, using: random))
    precondition(
      y.shape == shape + batchShape + eventShape,
      "Pushforward: expected a function whose result has shape"
        + " \(shape + batchShape + eventShape), found \(y.shape)")
    return y
  }
}

extension Pushforward: Reparameterized where Base: Reparameterized {}
