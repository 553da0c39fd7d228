import Tensor

/// A U-Net for images, times and classes (Ronneberger, Fischer and Brox 2015, in the form of Ho,
/// Jain and Abbeel 2020).
///
/// Each width belongs to one size of the image, and a convolution of stride 2 halves the size.
/// There is one block at each size on the way down, two with attention between them at the smallest
/// size, and one at each size on the way up, which also sees the output of the corresponding block
/// on the way down. For 28×28 pixels and three widths the sizes are 28, 14 and 7. The last layer
/// starts at zero, and so does the network's output.
///
/// - Input: images `[batch, height, width, channels]`, or their values in rows. Output: of the same
///   shape.
public final class UNet: TimeNetwork {
  private let image: [Int]
  private let time: TimeEmbedding
  private let labels: Embedding?
  private let first: Conv2D
  private let down: [UNetBlock]
  private let shrink: [Conv2D]
  private let middle: [UNetBlock]
  private let attention: ImageAttention
  private let up: [UNetBlock]
  private let grow: [Conv2D]
  private let norm: GroupNorm
  private let last: Conv2D

  /// The number of classes; 0 for none.
  public var classes: Int { labels.map { $0.weight.shape[0] - 1 } ?? 0 }

  /// The layers, from the image down to its smallest size and back up.
  public var members: Members {
    var all: [(String, any Member)] = [("time", time)]
    if let labels { all.append(("labels", labels)) }
    all.append(("first", first))
    for (name, layers) in [
      ("down", down as [any Module]), ("shrink", shrink), ("middle", middle),
      ("attention", [attention]), ("up", up), ("grow", grow),
    ] {
      all += layers.enumerated().map { ("\(name).\($0.offset)", $0.element) }
    }
    return Members(all + [("norm", norm), ("last", last)])
  }

  /// Whether images with these sides can be halved as often as the widths require.
  public static func canHalve(_ sides: [Int], widths: [Int]) -> Bool {
    let factor = widths.count > 30 ? 0 : 1 << max(0, widths.count - 1)
    return factor > 0 && sides.allSatisfy { $0 > 0 && $0 % factor == 0 }
  }

  /// Creates a network.
  ///
  /// - Parameters:
  ///   - image: `[height, width, channels]`, with sides that can be halved (``canHalve(_:widths:)``).
  ///   - widths: The channels at each size; the first must be even.
  ///   - timeSize: The size of the vectors for time and class.
  ///   - heads: The number of attention heads, which share the last width evenly.
  ///   - classes: The number of classes; 0 for none.
  ///   - random: Draws the initial weights.
  public init(
    _ image: [Int], widths: [Int] = [32, 64, 64], timeSize: Int = 128, heads: Int = 4,
    classes: Int = 0, using random: Random
  ) {
    precondition(
      image.count == 3 && !widths.isEmpty && widths[0] % 2 == 0
        && Self.canHalve([image[0], image[1]], widths: widths),
      "UNet: expected [height, width, channels] whose sides can be halved \(widths.count - 1) times and"
        + " an even first width, found \(image) and \(widths)")
    self.image = image
    func block(_ inputs: Int, _ outputs: Int) -> UNetBlock {
      UNetBlock(inputs, outputs, time: timeSize, using: random)
    }
    let (wide, deep) = (widths[0], widths[widths.count - 1])
    time = TimeEmbedding(features: wide, timeSize, using: random)
    labels = classes > 0 ? Embedding(classes + 1, timeSize, using: random) : nil
    first = Conv2D(image[2], wide, kernel: 3, padding: 1, using: random)
    down = zip([wide] + widths, widths).map(block)
    shrink = widths.dropLast().map {
      Conv2D($0, $0, kernel: 3, stride: 2, padding: 1, using: random)
    }
    middle = [block(deep, deep), block(deep, deep)]
    attention = ImageAttention(deep, heads: heads, using: random)
    up = widths.reversed().map { block(2 * $0, $0) }
    grow = zip(widths.reversed(), widths.reversed().dropFirst()).map {
      Conv2D($0, $1, kernel: 3, padding: 1, using: random)
    }
    norm = GroupNorm(groups(of: wide), wide)
    last = Conv2D(
      wide, image[2], kernel: 3, padding: 1, initializer: .constant(0), using: random)
  }

  /// The output, of x's shape; times lie in [0, 1].
  public func callAsFunction(_ x: Tensor, at times: Tensor, labels: [Int] = []) -> Tensor {
    precondition(
      x.rank > 1 && x.shape[1...].reduce(1, *) == image.reduce(1, *) && times.shape == [x.shape[0]]
        && (labels.isEmpty || labels.count == x.shape[0]),
      "UNet: expected images [batch] + \(image), times [batch] and as many labels or none, found"
        + " \(x.shape), \(times.shape) and \(labels.count)")
    var vector = time(1_000 * times)
    if let table = self.labels {
      let none = Array(repeating: classes, count: x.shape[0])
      vector = vector + table(labels.isEmpty ? none : labels)
    }
    let activated = silu(vector)
    var hidden = first(x.reshaped(to: [x.shape[0]] + image))
    var skips: [Tensor] = []
    for (index, block) in down.enumerated() {
      if index > 0 { hidden = shrink[index - 1](hidden) }
      hidden = block(hidden, time: activated)
      skips.append(hidden)
    }
    hidden = middle[1](attention(middle[0](hidden, time: activated)), time: activated)
    for (index, block) in up.enumerated() {
      if index > 0 { hidden = grow[index - 1](upsample2D(hidden, factor: 2)) }
      let joined = Tensor.concatenated([hidden, skips[skips.count - 1 - index]], along: 3)
      hidden = block(joined, time: activated)
    }
    return last(norm.silu(hidden)).reshaped(to: x.shape)
  }

  /// A description of the parts, with the number of parameters.
  public var description: String {
    let lines = members.elements.map { name, member in "  \(name): \(member)" }
    return (["UNet {  // \(parameterCount) parameters"] + lines + ["}"]).joined(separator: "\n")
  }
}
