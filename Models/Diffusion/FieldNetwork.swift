import NN
import Settings
import Tensor

/// The kinds of network for a noisy example and its time.
public enum FieldArchitecture: String, Choice {
  /// Fully connected layers (``/NN/TimePerceptron``).
  case dense
  /// Convolutions at several sizes of an image, with attention at the smallest (``/NN/UNet``).
  case unet
}

/// The settings of a model whose network takes a noisy example and its time.
public protocol FieldConfiguration: ModelConfiguration {
  /// The kind of network; nil for a U-Net if the data are images, otherwise dense layers.
  var architecture: FieldArchitecture? { get }
  /// Widths of the hidden layers of a dense network.
  var hidden: [Int] { get }
  /// Number of sines and cosines of the time in a dense network's input.
  var timeFeatures: Int { get }
  /// Channels of a U-Net at each size of the image.
  var channels: [Int] { get }
  /// Decay rate of the weights' moving average; 0 for no average.
  var averageDecay: Double { get }
  /// Share of the labels dropped in training, for guidance.
  var labelDropout: Double { get }
}

extension AveragedModel where Configuration: FieldConfiguration {
  /// The decay rate of the moving average, or nil for no average.
  public var averageDecay: Double? {
    configuration.averageDecay > 0 ? configuration.averageDecay : nil
  }
}

extension FieldConfiguration {
  /// Checks the network's settings against each other and the data.
  func checkField(for data: DataShape) throws(UnsuitableSetting) {
    try expectNoText(data)
    if timeFeatures % 2 != 0 {
      throw UnsuitableSetting("time-features", timeFeatures, "expected an even number")
    }
    let kind = architecture ?? data.fieldArchitecture
    guard kind == .unet else { return }
    guard data.isImage else {
      throw UnsuitableSetting("architecture", "unet", "expected images")
    }
    let text = channels.map(String.init).joined(separator: ",")
    if channels.isEmpty || channels.contains(where: { $0 % 4 != 0 }) {
      throw UnsuitableSetting("channels", text, "expected multiples of 4")
    }
    if !UNet.canHalve([data.sizes[0], data.sizes[1]], widths: channels) {
      throw UnsuitableSetting(
        architecture == nil ? "channels" : "architecture", architecture?.rawValue ?? text,
        "expected images whose sides can be halved \(channels.count - 1) times, found"
          + " \(data.sizesText); --architecture dense takes any")
    }
  }

  /// Builds the network; if it is not timed, a dense network has no time input, and a U-Net
  /// receives 0.
  func field(
    for data: DataShape, isTimed: Bool = true, using random: Random
  ) -> any TimeNetwork {
    switch architecture ?? data.fieldArchitecture {
    case .dense:
      TimePerceptron(
        data.count, hidden: hidden, timeFeatures: isTimed ? timeFeatures : 0,
        isTimed: isTimed, classes: data.classes, using: random)
    case .unet: UNet(data.sizes, widths: channels, classes: data.classes, using: random)
    }
  }
}

extension DataShape {
  /// The default kind of network for such data.
  fileprivate var fieldArchitecture: FieldArchitecture { isImage ? .unet : .dense }
}
