import NN
import Tensor

/// A layer of a gated PixelCNN: tanh(f) ⊙ σ(g) in two stacks (van den Oord and others, "Conditional image
/// generation with PixelCNN decoders", 2016, equation 2 and figure 2).
///
/// The vertical stack sees the rows above a pixel. The horizontal one sees the pixels to its left
/// and the vertical stack's output for the pixel; except in the first layer, its input is added to
/// its output.
///
/// - Input and output: both stacks, `[batch, height, width, width of the layer]`.
public final class GatedPixelLayer: Module {
  private let above: CausalConv2D
  private let left: CausalConv2D
  private let across: Conv2D
  private let output: Conv2D
  private let isFirst: Bool

  /// The convolutions.
  public var members: Members {
    ["above": above, "left": left, "across": across, "output": output]
  }

  /// Creates a layer; the first layer does not see the pixel itself.
  init(_ inputs: Int, _ width: Int, reach: Int, isFirst: Bool, using random: Random) {
    above = CausalConv2D(
      inputs, 2 * width, reach: reach, view: isFirst ? .rowsAbove : .rowsUpToOwn, using: random)
    left = CausalConv2D(
      inputs, 2 * width, reach: reach, view: isFirst ? .left : .leftUpToOwn, using: random)
    across = Conv2D(2 * width, 2 * width, kernel: 1, using: random)
    output = Conv2D(width, width, kernel: 1, using: random)
    self.isFirst = isFirst
  }

  /// The vertical stack's output, and its contribution to the horizontal stack, which has twice the width.
  func vertical(_ x: Tensor) -> (output: Tensor, across: Tensor) {
    let sums = above(x)
    return (gated(sums), across(sums))
  }

  /// The horizontal stack's output.
  func horizontal(_ x: Tensor, across: Tensor) -> Tensor {
    let y = output(gated(left(x) + across))
    return isFirst ? y : x + y
  }

  private func gated(_ sums: Tensor) -> Tensor {
    let parts = sums.split(count: 2, along: 3)
    return tanh(parts[0]) * sigmoid(parts[1])
  }

  /// A description of the convolutions.
  public var description: String {
    let lines = [above, left, across, output].map { "  \($0)" }
    return (["GatedPixelLayer {  // \(parameterCount) parameters"] + lines + ["}"])
      .joined(separator: "\n")
  }
}
