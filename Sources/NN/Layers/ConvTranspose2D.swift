import Tensor

/// A transposed convolution of images, the adjoint of a convolution (see `convTranspose2D`), plus a
/// bias: with a stride it enlarges images.
///
/// - Input: `[batch, height, width, inputs]`. Output: `[batch, rows, columns, outputs]`, where a side
///   is stride · (input − 1) − 2 · padding + kernel + outputPadding.
/// - Parameters: kernel² · inputs · outputs + outputs; the last term is omitted without a bias.
public final class ConvTranspose2D: RectifyingLayer {
  /// The kernel, `[kernel, kernel, outputs, inputs]`: that of the convolution in the opposite
  /// direction.
  @Parameter public var weight: Tensor
  /// The bias, `[outputs]`, or `nil` for none.
  @OptionalParameter public var bias: Tensor?
  package let stride: Int
  package let padding: Int
  package let outputPadding: Int

  /// The weight and the bias.
  public var members: Members { ["weight": $weight, "bias": $bias] }

  /// Creates a layer whose bias starts at zero.
  ///
  /// - Parameters:
  ///   - inputs: The channels of the images.
  ///   - outputs: The channels of the result.
  ///   - kernel: The side of the kernel.
  ///   - stride: The distance at which pixels are spread.
  ///   - padding: The number of pixels of the result that are cut off at each side.
  ///   - outputPadding: The number of pixels added at the bottom and the right, fewer than
  ///     `stride`.
  ///   - bias: Whether there is a bias; a batch norm that follows makes it redundant.
  ///   - random: Draws the initial weights.
  ///   - initializer: The rule for the initial weights.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    outputPadding: Int = 0, bias: Bool = true, initializer: Initializer = .glorotUniform,
    using random: Random
  ) {
    let sizes = [inputs, outputs, kernel, stride]
    precondition(
      sizes.allSatisfy { $0 > 0 } && padding >= 0 && (0..<stride).contains(outputPadding),
      "ConvTranspose2D: expected channels, kernel and stride above 0, no negative padding and an"
        + " output padding below the stride, found \(sizes), \(padding) and \(outputPadding)")
    // Each output depends on kernel² / stride² inputs, through a part of the kernel each.
    weight = initializer(
      [kernel, kernel, outputs, inputs],
      fanIn: max(1, kernel * kernel / (stride * stride)) * inputs,
      fanOut: kernel * kernel * outputs, using: random)
    _bias = OptionalParameter(wrappedValue: bias ? Initializer.zeros([outputs]) : nil)
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor { callAsFunction(x, rectifier: .none) }

  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor {
    precondition(
      x.rank == 4 && x.shape[3] == weight.shape[3],
      "\(call): expected images of shape [batch, height, width, \(weight.shape[3])], found"
        + " \(x.shape)")
    return convTranspose2D(
      x, weight, bias: bias, stride: stride, padding: padding,
      outputPadding: outputPadding, rectifier: rectifier)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String {
    let shape = weight.shape
    return "ConvTranspose2D(\(shape[3]), \(shape[2]), kernel: \(shape[0])"
      + (stride > 1 ? ", stride: \(stride)" : "") + (padding > 0 ? ", padding: \(padding)" : "")
      + (outputPadding > 0 ? ", outputPadding: \(outputPadding)" : "")
      + (bias == nil ? ", bias: false)" : ")")
  }
}
