import Tensor

/// A convolution of images, y = x ∗ W + b (see `conv2D`).
///
/// - Input: `[batch, height, width, inputs]`. Output: `[batch, rows, columns, outputs]`, where a side
///   is ⌊(input + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1.
/// - Parameters: kernel² · inputs · outputs + outputs; the last term is omitted without a bias.
public final class Conv2D: RectifyingLayer {
  /// The kernel W, `[kernel, kernel, inputs, outputs]`.
  @Parameter public var weight: Tensor
  /// The bias b, `[outputs]`, or `nil` for none.
  @OptionalParameter public var bias: Tensor?
  private let stride: Int
  private let padding: Int
  private let dilation: Int
  private let spectralNorm: SpectralNorm?

  /// The weight, the bias, and the state of a spectral norm.
  public var members: Members {
    ["weight": $weight, "bias": $bias, "spectralNorm": spectralNorm]
  }

  /// Creates a layer whose bias starts at zero.
  ///
  /// - Parameters:
  ///   - inputs: The channels of the images.
  ///   - outputs: The channels of the result.
  ///   - kernel: The side of the kernel.
  ///   - stride: The step of the kernel.
  ///   - padding: The number of zeros added at each side.
  ///   - dilation: The distance between the kernel's elements.
  ///   - bias: Whether there is a bias; a batch norm that follows makes it redundant.
  ///   - hasSpectralNorm: Whether the layer computes with W / σ(W) (``SpectralNorm``).
  ///   - random: Draws the initial weights.
  ///   - initializer: The rule for the initial weights.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, bias: Bool = true, hasSpectralNorm: Bool = false,
    initializer: Initializer = .glorotUniform,
    using random: Random
  ) {
    let sizes = [inputs, outputs, kernel, stride, dilation]
    precondition(
      sizes.allSatisfy { $0 > 0 } && padding >= 0,
      "Conv2D: expected channels, kernel, stride and dilation above 0 and no negative padding,"
        + " found \(sizes) and \(padding)")
    weight = initializer(
      [kernel, kernel, inputs, outputs], fanIn: kernel * kernel * inputs,
      fanOut: kernel * kernel * outputs, using: random)
    _bias = OptionalParameter(wrappedValue: bias ? Initializer.zeros([outputs]) : nil)
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    spectralNorm = hasSpectralNorm ? SpectralNorm(outputs, using: random) : nil
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor { callAsFunction(x, rectifier: .none) }

  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor {
    let reach = dilation * (weight.shape[0] - 1) + 1
    precondition(
      x.rank == 4 && x.shape[3] == weight.shape[2] && x.shape[1] + 2 * padding >= reach
        && x.shape[2] + 2 * padding >= reach,
      "\(call): expected images of shape [batch, height, width, \(weight.shape[2])] with sides of"
        + " at least \(max(1, reach - 2 * padding)), found \(x.shape)")
    return conv2D(
      x, spectralNorm?(weight) ?? weight, bias: bias, stride: stride, padding: padding,
      dilation: dilation, rectifier: rectifier)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String {
    let shape = weight.shape
    return "Conv2D(\(shape[2]), \(shape[3]), kernel: \(shape[0])"
      + (stride > 1 ? ", stride: \(stride)" : "") + (padding > 0 ? ", padding: \(padding)" : "")
      + (dilation > 1 ? ", dilation: \(dilation)" : "") + (bias == nil ? ", bias: false" : "")
      + (spectralNorm == nil ? ")" : ", hasSpectralNorm: true)")
  }
}
