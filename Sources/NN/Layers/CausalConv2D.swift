import Tensor

/// A convolution of images whose results depend only on earlier pixels: on the rows above, or on
/// the pixels to the left (van den Oord and others, "Conditional image generation with PixelCNN
/// decoders", 2016, section 2.2).
///
/// Together, the two see every earlier pixel in reading order, without the blind spot of a masked
/// kernel; no part of a kernel is masked.
///
/// - Input: `[batch, height, width, inputs]`. Output: `[batch, height, width, outputs]`.
/// - Parameters: those of the kernel, and a bias for each output.
public final class CausalConv2D: Layer {
  /// The pixels that a result depends on.
  public enum View: Sendable {
    /// The rows above its own, to both sides.
    case rowsAbove
    /// The rows up to and including its own, to both sides.
    case rowsUpToOwn
    /// The pixels to the left in its row.
    case left
    /// The pixels to the left in its row, and its own pixel.
    case leftUpToOwn
  }

  /// The kernel W, `[kernelHeight, kernelWidth, inputs, outputs]`.
  @Parameter public var weight: Tensor
  /// The bias b, `[outputs]`.
  @Parameter public var bias: Tensor
  /// The pixels that a result depends on.
  public let view: View
  private let reach: Int

  /// The weight and the bias.
  public var members: Members { ["weight": $weight, "bias": $bias] }

  /// Creates a layer that sees `reach` pixels, one or more, in each direction of its view.
  public init(
    _ inputs: Int, _ outputs: Int, reach: Int, view: View,
    initializer: Initializer = .glorotUniform, using random: Random
  ) {
    precondition(
      inputs > 0 && outputs > 0 && reach > 0,
      "CausalConv2D: expected channels and reach above 0, found \(inputs), \(outputs) and \(reach)")
    let sides =
      switch view {
      case .rowsAbove: [reach, 2 * reach + 1]
      case .rowsUpToOwn: [reach + 1, 2 * reach + 1]
      case .left: [1, reach]
      case .leftUpToOwn: [1, reach + 1]
      }
    let area = sides[0] * sides[1]
    weight = initializer(
      sides + [inputs, outputs], fanIn: area * inputs, fanOut: area * outputs, using: random)
    bias = Initializer.zeros([outputs])
    self.view = view
    self.reach = reach
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.rank == 4 && x.shape[3] == weight.shape[2],
      "\(call): expected images of shape [batch, height, width, \(weight.shape[2])], found \(x.shape)"
    )
    let isVertical = view == .rowsAbove || view == .rowsUpToOwn
    let axis = isVertical ? 1 : 2
    let seesOwn = view == .rowsUpToOwn || view == .leftUpToOwn
    // Without its own pixel, each result sees what its left or upper neighbour would.
    let seen = seesOwn ? x : x.sliced(0..<x.shape[axis] - 1, along: axis)
    var padded = seen.padded(before: reach, after: 0, along: axis)
    if isVertical { padded = padded.padded(before: reach, after: reach, along: 2) }
    return conv2D(padded, weight, bias: bias)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String {
    "CausalConv2D(\(weight.shape[2]), \(weight.shape[3]), reach: \(reach), view: .\(view))"
  }
}
