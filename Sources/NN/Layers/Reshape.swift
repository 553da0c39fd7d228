import Tensor

/// Reshapes each example, for example between a fully connected layer and convolutions.
///
/// - Input: `[batch, …]`. Output: `[batch] + shape`, each example in row-major order.
public final class Reshape: Layer {
  /// The shape of an example, without the batch axis.
  public let shape: [Int]

  /// No members.
  public var members: Members { [:] }

  /// Creates a layer with the shape of one example: `Reshape([7, 7, 64])`.
  public init(_ shape: [Int]) {
    precondition(
      shape.allSatisfy { $0 > 0 }, "Reshape: expected sizes above 0, found \(shape)")
    self.shape = shape
  }

  /// The same elements in the new shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let size = shape.reduce(1, *)
    precondition(
      x.rank > 0 && x.shape.dropFirst().reduce(1, *) == size,
      "\(self): expected an input of shape [batch, …] with \(size) elements for each example, found"
        + " \(x.shape)")
    return x.reshaped(to: x.shape.prefix(1) + shape)
  }

  /// The code that creates the layer.
  public var description: String { "Reshape(\(shape))" }
}
