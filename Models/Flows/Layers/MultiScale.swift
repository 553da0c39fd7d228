import NN
import Tensor

/// Layers of a flow at several sizes of an image: before each size, squares of 2×2 pixels become
/// channels; after each size but the last, half of the channels are output and leave the flow
/// (Dinh, Sohl-Dickstein and Bengio 2017, section 3.6).
///
/// - Input: `[batch, height · width · channels]`, an image in each row. Output: of the same shape,
///   in the order in which channels leave.
public final class MultiScale: FlowLayer {
  /// The layers of each size, of images `[batch, height, width, channels]`.
  public let scales: [Flow]
  private let image: [Int]

  /// The layers of each size.
  public var members: Members {
    Members(scales.enumerated().map { ("\($0.offset)", $0.element) })
  }

  /// Creates a flow for images `[height, width, channels]`, whose sides must be multiples of 2 to
  /// the power of the number of sizes.
  ///
  /// - Parameters:
  ///   - image: The shape of an image.
  ///   - count: The number of sizes.
  ///   - layers: The layers for images with the given number of channels.
  public init(_ image: [Int], count: Int, _ layers: (_ channels: Int) -> [any FlowLayer]) {
    let divisor = 1 << count
    precondition(
      image.count == 3 && count > 0 && image[0] % divisor == 0 && image[1] % divisor == 0,
      "MultiScale: expected images whose sides are multiples of \(divisor), found \(image)")
    self.image = image
    // Squares give four times as many channels, and half of these leave.
    scales = (0..<count).map { Flow(layers(image[2] * 4 << $0)) }
  }

  /// Initialises each layer from the output of those before it.
  public func start(at x: Tensor) -> Tensor { through(x) { ($0.start(at: $1), nil) }.y }

  /// The codes of images, and the sum of the log-determinants.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    let (y, sum) = through(x) { scale, x in
      let (y, logDeterminant) = scale.forwardWithLogDeterminant(x)
      return (y, logDeterminant)
    }
    return (y, sum ?? Tensor.zeros([x.shape[0]], dtype: x.dtype))
  }

  private func through(
    _ x: Tensor, _ apply: (Flow, Tensor) -> (y: Tensor, logDeterminant: Tensor?)
  ) -> (y: Tensor, logDeterminant: Tensor?) {
    var rest = x.reshaped(to: [x.shape[0]] + image)
    var (done, sum) = ([Tensor](), Tensor?.none)
    for (index, scale) in scales.enumerated() {
      let (y, logDeterminant) = apply(scale, squeezed(rest))
      if let logDeterminant { sum = sum.map { $0 + logDeterminant } ?? logDeterminant }
      if index < scales.count - 1 {
        let halves = y.split(count: 2, along: 3)
        rest = halves[0]
        done.append(halves[1].flattened())
      } else {
        done.append(y.flattened())
      }
    }
    return (Tensor.concatenated(done, along: 1), sum)
  }

  /// The images of codes.
  public func inverse(_ y: Tensor) -> Tensor {
    let batch = y.shape[0]
    var (remaining, rest) = (y, Tensor?.none)
    for (index, scale) in scales.enumerated().reversed() {
      let channels = image[2] * 4 << index
      let sides = [image[0] >> (index + 1), image[1] >> (index + 1)]
      let leaving = index == scales.count - 1 ? channels : channels / 2
      let count = sides[0] * sides[1] * leaving
      let parts = remaining.split(into: [remaining.shape[1] - count, count], along: 1)
      remaining = parts[0]
      let part = parts[1].reshaped(to: [batch] + sides + [leaving])
      let whole = rest.map { Tensor.concatenated([$0, part], along: 3) } ?? part
      rest = unsqueezed(scale.inverse(whole))
    }
    return (rest ?? y).reshaped(to: y.shape)
  }

  /// A description of the layers of each size.
  public var description: String {
    (["MultiScale {  // \(parameterCount) parameters"] + scales.map { "\($0)" } + ["}"])
      .joined(separator: "\n")
  }
}

/// Turns squares of 2×2 pixels into channels: `[batch, h, w, c]` to `[batch, h/2, w/2, 4c]`.
func squeezed(_ x: Tensor) -> Tensor {
  let (height, width, channels) = (x.shape[1] / 2, x.shape[2] / 2, x.shape[3])
  return x.reshaped(to: [x.shape[0], height, 2, width, 2, channels])
    .permuted(to: [0, 1, 3, 2, 4, 5])
    .reshaped(to: [x.shape[0], height, width, 4 * channels])
}

/// Turns channels into squares of 2×2 pixels: the inverse of `squeezed`.
func unsqueezed(_ y: Tensor) -> Tensor {
  let (height, width, channels) = (y.shape[1], y.shape[2], y.shape[3] / 4)
  return y.reshaped(to: [y.shape[0], height, width, 2, 2, channels])
    .permuted(to: [0, 1, 3, 2, 4, 5])
    .reshaped(to: [y.shape[0], 2 * height, 2 * width, channels])
}
