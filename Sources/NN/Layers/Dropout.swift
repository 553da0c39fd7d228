import Tensor

/// Sets elements to zero at random in training, and scales the others so that the mean is preserved
/// (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014); the identity in inference.
public final class Dropout: Layer {
  /// The probability that an element is set to zero.
  public let rate: Double
  /// Whether elements are dropped.
  public var mode: Mode = .training
  /// The layer's own random stream; its state can be saved and restored, so that a resumed run uses
  /// the same masks.
  public let random: Random

  /// The stream.
  public var members: Members { ["random": random] }

  /// Creates a layer with its own stream of random numbers, split off `random`.
  public init(_ rate: Double, using random: Random) {
    precondition(rate >= 0 && rate < 1, "Dropout: expected a rate in 0 ..< 1, found \(rate)")
    self.rate = rate
    self.random = random.split()
  }

  /// The input with elements dropped.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard mode == .training && rate > 0 else { return x }
    let keep = 1 - rate
    return x * (random.bernoulli(x.shape, probability: keep, dtype: x.dtype) / keep)
  }

  /// The code that creates the layer.
  public var description: String { "Dropout(\(rate))" }
}
