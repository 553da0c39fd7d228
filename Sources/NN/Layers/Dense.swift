import Tensor

/// A fully connected layer, y = x·W + b.
///
/// - Input: `[batch, …, inputs]`, with any number of leading axes. Output: `[batch, …, outputs]`.
/// - Parameters: inputs · outputs + outputs.
public final class Dense: RectifyingLayer {
  /// The weight W, `[inputs, outputs]`.
  @Parameter public var weight: Tensor
  /// The bias b, `[outputs]`.
  @Parameter public var bias: Tensor
  private let spectralNorm: SpectralNorm?

  /// The weight, the bias, and the state of a spectral norm.
  public var members: Members {
    ["weight": $weight, "bias": $bias, "spectralNorm": spectralNorm]
  }

  /// Creates a layer whose bias starts at zero.
  ///
  /// - Parameters:
  ///   - inputs: The size of the input's last axis.
  ///   - outputs: The size of the output's last axis.
  ///   - hasSpectralNorm: Whether the layer computes with W / σ(W) (``SpectralNorm``).
  ///   - initializer: The rule for the initial weights.
  ///   - random: Draws the initial weights.
  public init(
    _ inputs: Int, _ outputs: Int, hasSpectralNorm: Bool = false,
    initializer: Initializer = .glorotUniform, using random: Random
  ) {
    precondition(
      inputs > 0 && outputs > 0, "Dense: expected sizes above 0, found \(inputs) and \(outputs)")
    weight = initializer([inputs, outputs], fanIn: inputs, fanOut: outputs, using: random)
    bias = Initializer.zeros([outputs])
    spectralNorm = hasSpectralNorm ? SpectralNorm(outputs, using: random) : nil
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor { callAsFunction(x, rectifier: .none) }

  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor {
    precondition(
      x.rank >= 2 && x.shape.last == weight.shape[0],
      "\(call): expected an input of shape [batch, …, \(weight.shape[0])], found \(x.shape)")
    return affine(x, spectralNorm?(weight) ?? weight, bias, rectifier: rectifier)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String {
    "Dense(\(weight.shape[0]), \(weight.shape[1])"
      + (spectralNorm == nil ? ")" : ", hasSpectralNorm: true)")
  }
}
