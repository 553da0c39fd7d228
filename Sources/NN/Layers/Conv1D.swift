import Tensor

/// A convolution of series, y = x ∗ W + b (see `conv1D`).
///
/// - Input: `[batch, length, inputs]`. Output: `[batch, outputLength, outputs]`, with the length
///   ⌊(length + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1, or ⌊(length − 1) /
///   stride⌋ + 1 if causal.
/// - Parameters: kernel · inputs · outputs + outputs; the last term is omitted without a bias.
public final class Conv1D: RectifyingLayer {
  /// The kernel W, `[kernel, inputs, outputs]`.
  @Parameter public var weight: Tensor
  /// The bias b, `[outputs]`, or `nil` for none.
  @OptionalParameter public var bias: Tensor?
  private let stride: Int
  private let padding: Int
  private let isCausal: Bool
  private let dilation: Int

  /// The weight and the bias.
  public var members: Members { ["weight": $weight, "bias": $bias] }

  /// Creates a layer whose bias starts at zero.
  ///
  /// - Parameters:
  ///   - inputs: The channels of the series.
  ///   - outputs: The channels of the result.
  ///   - kernel: The length of the kernel.
  ///   - stride: The step of the kernel.
  ///   - padding: The number of zeros added at each end.
  ///   - isCausal: Whether all zeros are added before the series, so that no element of the result
  ///     depends on a later one of the input; no other padding is allowed then.
  ///   - dilation: The distance between the kernel's elements.
  ///   - bias: Whether there is a bias.
  ///   - random: Draws the initial weights.
  ///   - initializer: The rule for the initial weights.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    causal isCausal: Bool = false, dilation: Int = 1, bias: Bool = true,
    initializer: Initializer = .glorotUniform, using random: Random
  ) {
    let sizes = [inputs, outputs, kernel, stride, dilation]
    precondition(
      sizes.allSatisfy { $0 > 0 } && padding >= 0 && !(isCausal && padding > 0),
      "Conv1D: expected channels, kernel, stride and dilation above 0 and no negative padding, or"
        + " none for a causal one, found \(sizes) and \(padding)")
    weight = initializer(
      [kernel, inputs, outputs], fanIn: kernel * inputs, fanOut: kernel * outputs, using: random)
    _bias = OptionalParameter(wrappedValue: bias ? Initializer.zeros([outputs]) : nil)
    self.stride = stride
    self.padding = padding
    self.isCausal = isCausal
    self.dilation = dilation
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor { callAsFunction(x, rectifier: .none) }

  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor {
    let reach = dilation * (weight.shape[0] - 1) + 1
    let least = isCausal ? 1 : max(1, reach - 2 * padding)
    precondition(
      x.rank == 3 && x.shape[2] == weight.shape[1] && x.shape[1] >= least,
      "\(call): expected series of shape [batch, length, \(weight.shape[1])] with a length of at"
        + " least \(least), found \(x.shape)")
    return conv1D(
      x, weight, bias: bias, stride: stride, padding: padding, causal: isCausal,
      dilation: dilation, rectifier: rectifier)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String {
    let shape = weight.shape
    return "Conv1D(\(shape[1]), \(shape[2]), kernel: \(shape[0])"
      + (stride > 1 ? ", stride: \(stride)" : "") + (padding > 0 ? ", padding: \(padding)" : "")
      + (isCausal ? ", causal: true" : "") + (dilation > 1 ? ", dilation: \(dilation)" : "")
      + (bias == nil ? ", bias: false)" : ")")
  }
}
