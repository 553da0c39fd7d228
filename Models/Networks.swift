import NN
import Settings
import Tensor

/// The widths of layers that a setting accepts.
let layerWidths = 1...65_536

extension ModelConfiguration {
  /// Throws for texts, whose symbol numbers are meaningless to numeric layers.
  func expectNoText(_ data: DataShape) throws(UnsuitableSetting) {
    if data.isText { throw UnsuitableSetting("data", "text", "expected images, points or a table") }
  }

  /// Throws for data other than images, with a description of what is expected.
  func expectImages(_ data: DataShape, _ expected: String) throws(UnsuitableSetting) {
    if data.isImage { return }
    let found = data.isText ? "text" : data.element.noun.plural
    throw UnsuitableSetting("data", found, "expected \(expected)")
  }

  /// Throws for a choice that requires values in [0, 1] if the data are not limited to them.
  func expectImage(
    _ data: DataShape, for name: String, _ value: some RawRepresentable<String>, instead: String
  ) throws(UnsuitableSetting) {
    if data.isImage { return }
    throw UnsuitableSetting(
      name, value.rawValue, "expected \(instead), as the data do not lie in [0, 1]")
  }
}

extension DataShape {
  /// The sizes for messages: `9×8` for grey images, `9×8×3` for colour images.
  var sizesText: String {
    sizes.dropLast(isImage && sizes.last == 1 ? 1 : 0).map(String.init).joined(separator: "×")
  }
}

/// Fully connected layers of these widths with rectifiers between them.
func perceptron(_ widths: [Int], using random: Random) -> Sequential {
  Sequential {
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      if index > 0 { ReLU() }
      Dense(inputs, outputs, using: random)
    }
  }
}

/// The settings of a model that may be convolutional, halving an image's sides twice.
public protocol ConvolvableConfiguration: ModelConfiguration {
  /// Whether the model is convolutional.
  var isConvolutional: Bool { get }
  /// The widths of the hidden layers if it is not convolutional.
  var hidden: [Int] { get }
}

extension ConvolvableConfiguration {
  /// Checks the settings against each other and the data.
  public func check(for data: DataShape) throws(UnsuitableSetting) {
    try checkConvolutions(for: data)
  }

  /// Checks that convolutions get grey images whose sides are multiples of 4, and no widths.
  func checkConvolutions(for data: DataShape) throws(UnsuitableSetting) {
    try expectNoText(data)
    guard isConvolutional else { return }
    guard data.sizes.count == 3, data.sizes[2] == 1, data.sizes[0] % 4 == 0, data.sizes[1] % 4 == 0
    else {
      throw UnsuitableSetting(
        "architecture", "conv",
        "expected images whose sides are multiples of 4, found \(data.sizesText)")
    }
    if hidden != Self().hidden {
      throw UnsuitableSetting(
        "hidden", hidden.map(String.init).joined(separator: ","),
        "expected --architecture dense with it, as conv has its own widths")
    }
  }
}

/// The convolutions of an encoder, which halve the sides of grey images twice, and the mirrored
/// ones of a decoder (Masci, Meier, Cireşan and Schmidhuber 2011).
struct ConvolutionalSides {
  private let image: [Int]
  private let small: [Int]
  private let planes: Int

  /// The number of values after the encoder's convolutions.
  var smallCount: Int { small.reduce(1, *) }

  /// Creates the convolutions for images with this many additional input planes for the encoder.
  init(_ data: DataShape, planes: Int = 0) {
    self.planes = planes
    image = data.sizes
    small = [image[0] / 4, image[1] / 4, 64]
  }

  /// From `[batch, pixels · (1 + planes)]` to `[batch, smallCount]`.
  @LayerBuilder func encoder(using random: Random) -> [any Layer] {
    Reshape([image[0], image[1], 1 + planes])
    Conv2D(1 + planes, 32, kernel: 4, stride: 2, padding: 1, using: random)
    ReLU()
    Conv2D(32, 64, kernel: 4, stride: 2, padding: 1, using: random)
    ReLU()
    Flatten()
  }

  /// From `[batch, smallCount]` to `[batch, pixels]`.
  @LayerBuilder func decoder(using random: Random) -> [any Layer] {
    Reshape(small)
    ConvTranspose2D(64, 32, kernel: 4, stride: 2, padding: 1, using: random)
    ReLU()
    ConvTranspose2D(32, 1, kernel: 4, stride: 2, padding: 1, using: random)
    Flatten()
  }
}
