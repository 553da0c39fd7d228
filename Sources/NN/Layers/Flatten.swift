import Tensor

/// Merges all axes except the batch's, for example between convolutions and a fully connected
/// layer.
///
/// - Input: `[batch, …]`. Output: `[batch, features]`, each example in row-major order.
public final class Flatten: Layer {
  /// No members.
  public var members: Members { [:] }

  /// Creates the layer.
  public init() {}

  /// The same elements as a matrix.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.rank > 1, "\(self): expected an input of shape [batch, …], found \(x.shape)")
    return x.flattened()
  }
}
