import Tensor

// Layers that make images smaller or larger, of [batch, height, width, channels], without
// parameters.

/// The largest element of each window and channel.
///
/// A side of the result is ⌊(input − size) / stride⌋ + 1.
public final class MaxPool2D: Layer {
  private let size: Int
  private let stride: Int

  /// None.
  public var members: Members { [:] }

  /// Creates the layer; the window, `size` pixels square, moves by its side by default.
  public init(_ size: Int, stride: Int? = nil) {
    precondition(
      size > 0 && stride ?? size > 0,
      "MaxPool2D: expected a size and a stride of 1 or more, found \(size) and \(stride ?? size)")
    self.size = size
    self.stride = stride ?? size
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    checkImages(x, atLeast: size, description)
    return maxPool2D(x, size: size, stride: stride)
  }

  /// The layer as the code that makes it.
  public var description: String {
    "MaxPool2D(\(size)\(stride == size ? "" : ", stride: \(stride)"))"
  }
}

/// The mean of each window and channel.
///
/// A side of the result is ⌊(input − size) / stride⌋ + 1.
public final class AveragePool2D: Layer {
  private let size: Int
  private let stride: Int

  /// None.
  public var members: Members { [:] }

  /// Creates the layer; the window, `size` pixels square, moves by its side by default.
  public init(_ size: Int, stride: Int? = nil) {
    precondition(
      size > 0 && stride ?? size > 0,
      "AveragePool2D: expected a size and a stride of 1 or more, found \(size) and"
        + " \(stride ?? size)")
    self.size = size
    self.stride = stride ?? size
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    checkImages(x, atLeast: size, description)
    return averagePool2D(x, size: size, stride: stride)
  }

  /// The layer as the code that makes it.
  public var description: String {
    "AveragePool2D(\(size)\(stride == size ? "" : ", stride: \(stride)"))"
  }
}

/// Each pixel repeated in a square of `factor` × `factor`.
public final class Upsample2D: Layer {
  private let factor: Int

  /// None.
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

  /// The layer as the code that makes it.
  public var description: String { "Upsample2D(\(factor))" }
}

private func checkImages(_ x: Tensor, atLeast side: Int, _ layer: String) {
  precondition(
    x.rank == 4 && x.shape[1] >= side && x.shape[2] >= side,
    "\(layer): expected images [batch, height, width, channels] of at least \(side) × \(side)"
      + " pixels, found shape \(x.shape)")
}
