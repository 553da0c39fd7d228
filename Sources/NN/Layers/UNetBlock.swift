import Tensor

/// Two convolutions of a U-Net with a time-dependent term added between them, and a skip connection
/// (Ho, Jain and Abbeel 2020, appendix B).
///
/// y = side(x) + conv(silu(norm(conv(silu(norm(x))) + dense(silu(time))))), where `side` is a 1×1
/// convolution if the channels differ.
///
/// - Input: images `[batch, height, width, inputs]` and time vectors `[batch, time]`. Output:
///   `[batch, height, width, outputs]`.
public final class UNetBlock: Module {
  private let before: GroupNorm
  private let first: Conv2D
  private let time: Dense
  private let after: GroupNorm
  private let second: Conv2D
  private let side: Conv2D?

  /// The layers.
  public var members: Members {
    [
      "before": before, "first": first, "time": time, "after": after, "second": second,
      "side": side,
    ]
  }

  /// Creates a block for time vectors of this size.
  public init(_ inputs: Int, _ outputs: Int, time size: Int, using random: Random) {
    before = GroupNorm(groups(of: inputs), inputs)
    first = Conv2D(inputs, outputs, kernel: 3, padding: 1, using: random)
    time = Dense(size, outputs, using: random)
    after = GroupNorm(groups(of: outputs), outputs)
    second = Conv2D(outputs, outputs, kernel: 3, padding: 1, using: random)
    side = inputs == outputs ? nil : Conv2D(inputs, outputs, kernel: 1, using: random)
  }

  /// The block's output; ``/Tensor/silu(_:)`` has already been applied to `time`.
  public func callAsFunction(_ x: Tensor, time activated: Tensor) -> Tensor {
    let shift = time(activated).reshaped(to: [x.shape[0], 1, 1, second.weight.shape[3]])
    let hidden = first(before.silu(x)) + shift
    return (side.map { $0(x) } ?? x) + second(after.silu(hidden))
  }

  /// The code that creates the block, with the number of parameters.
  public var description: String {
    "UNetBlock(\(first.weight.shape[2]), \(first.weight.shape[3]))  // \(parameterCount) parameters"
  }
}

/// Attention over an image's pixels, with a skip connection (Ho, Jain and Abbeel 2020, appendix B).
///
/// - Input and output: `[batch, height, width, channels]`.
public final class ImageAttention: Layer {
  private let norm: GroupNorm
  private let attention: MultiHeadAttention

  /// The layers.
  public var members: Members { ["norm": norm, "attention": attention] }

  /// Creates a layer; the heads share the channels evenly.
  public init(_ channels: Int, heads: Int, using random: Random) {
    norm = GroupNorm(groups(of: channels), channels)
    attention = MultiHeadAttention(channels, heads: heads, using: random)
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let places = norm(x).reshaped(to: [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]])
    return x + attention(places).reshaped(to: x.shape)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "ImageAttention  // \(parameterCount) parameters\n\(attention)" }
}

/// Eight groups of channels, or the largest number that divides both.
func groups(of channels: Int) -> Int {
  var (a, b) = (8, channels)
  while b > 0 { (a, b) = (b, a % b) }
  return a
}
