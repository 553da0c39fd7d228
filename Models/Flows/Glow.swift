import NN
import Settings
import Tensor

/// A normalising flow of images (Kingma and Dhariwal, "Glow: Generative flow with invertible 1×1
/// convolutions", 2018).
///
/// Each step normalises the channels, mixes them, and applies a coupling with a convolutional
/// network, at several sizes of the image. The first batch initialises the normalisations.
public final class Glow: FlowModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Number of image sizes, each half of the previous one.
    @Setting("image sizes, each half of the previous one", in: 1...8) public var scales = 2
    /// Steps at each size.
    @Setting("steps at each size", in: 1...128) public var steps = 4
    /// Channels of a coupling's convolutions.
    @Setting("channels of a coupling's convolutions", in: layerWidths) public var width = 64

    /// The defaults.
    public init() {}

    /// Checks that the images' sides can be halved as often as there are sizes.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try expectImages(data, "images")
      let divisor = 1 << scales
      guard data.sizes[0] % divisor == 0, data.sizes[1] % divisor == 0 else {
        throw UnsuitableSetting(
          "scales", scales,
          "expected images whose sides are multiples of \(divisor), found \(data.sizesText)")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "glow"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// The layers.
  public let flow: Flow

  /// The layers.
  public var members: Members { ["flow": flow] }

  /// Creates a flow.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "Glow")
    self.configuration = configuration
    dataShape = data
    let width = configuration.width
    flow = Flow([
      MultiScale(data.sizes, count: configuration.scales) { channels in
        (0..<configuration.steps).flatMap { _ -> [any FlowLayer] in
          [
            ActNorm(channels), InvertibleConvolution(channels, using: random),
            convolutionalCoupling(channels, width: width, using: random),
          ]
        }
      }
    ])
  }

  /// A description of the layers.
  public var description: String { "Glow  // \(parameterCount) parameters\nflow: \(flow)" }
}

/// An affine coupling that transforms half of an image's channels with convolutions of the other
/// half; the last convolution starts at zero.
private func convolutionalCoupling(
  _ channels: Int, width: Int, using random: Random
) -> AffineCoupling {
  let parts = CouplingParts(halvesOf: channels, isSwapped: false)
  return AffineCoupling(
    parts,
    Sequential {
      Conv2D(parts.given, width, kernel: 3, padding: 1, using: random)
      ReLU()
      Conv2D(width, width, kernel: 1, using: random)
      ReLU()
      Conv2D(
        width, 2 * parts.moved, kernel: 3, padding: 1, initializer: .constant(0), using: random)
    })
}
