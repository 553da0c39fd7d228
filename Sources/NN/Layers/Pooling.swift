import Tensor

// Layers that change the size of images [batch, height, width, channels], without parameters.

/// A layer that reduces each window and channel to one number.
///
/// A side of the result is ⌊(input − size) / stride⌋ + 1.
public class Pooling2D: Layer {
  private let size: Int
  private let stride: Int
  private let pool: (_ x: Tensor, _ size: Int, _ stride: Int?) -> Tensor

  /// No members.
  public var members: Members { [:] }

  fileprivate init(
    _ size: Int, _ stride: Int?, _ pool: @escaping (Tensor, _ size: Int, _ stride: Int?) -> Tensor
  ) {
    self.size = size
    self.stride = stride ?? size
    self.pool = pool
    precondition(
      size > 0 && self.stride > 0,
      "\(Self.self): expected a size and a stride of 1 or more, found \(size) and \(self.stride)")
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    checkImages(x, atLeast: size, description)
    return pool(x, size, stride)
  }

  /// The code that creates the layer.
  public var description: String {
    "\(Self.self)(\(size)\(stride == size ? "" : ", stride: \(stride)"))"
  }
}

/// The largest element of each window and channel.
public final class MaxPool2D: Pooling2D {
  /// Creates the layer; the window, `size` pixels square, moves by `stride`, by default its side.
  public init(_ size: Int, stride: Int? = nil) { super.init(size, stride, maxPool2D) }
}

/// The mean of each window and channel.
public final class AveragePool2D: Pooling2D {
  /// Creates the layer; the window, `size` pixels square, moves by `stride`, by default its side.
  public init(_ size: Int, stride: Int? = nil) { super.init(size, stride, averagePool2D) }
}

/// Repeats each pixel in a square of `factor` × `factor`.
public final class Upsample2D: Layer {
  private let factor: Int

  /// No members.
  public var members: Members { [:] }

  /// Creates the layer.
  public init(_ factor: Int) {
    precondition(factor > 0, "Upsample2D: expected a factor of 1 or more, found \(factor)")
    self.factor = factor
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    checkImages(x, atLeast: 0, description)
    return upsample2D(x, factor: factor)
  }

  /// The code that creates the layer.
  public var description: String { "Upsample2D(\(factor))" }
}

private func checkImages(_ x: Tensor, atLeast side: Int, _ layer: String) {
  precondition(
    x.rank == 4 && x.shape[1] >= side && x.shape[2] >= side,
    "\(layer): expected images [batch, height, width, channels] of at least \(side) × \(side)"
      + " pixels, found shape \(x.shape)")
}
