import Files
import NN
import Tensor

/// Images of one size, grey or in colour, each with its class.
///
/// The pixels are kept as bytes as in the file, a quarter of the size of floating-point numbers;
/// ``Batches`` converts one batch at a time.
public struct LabeledImages: Equatable, Sendable {
  /// The height of every image, in pixels.
  public let height: Int
  /// The width of every image, in pixels.
  public let width: Int
  /// The number of values of a pixel: 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// The pixels of all images, 0 black to 255 white: `[count, height, width, channels]`, row-major.
  public private(set) var pixels: [UInt8]
  /// The class of each image: `[count]`.
  public private(set) var labels: [UInt8]

  /// The number of images.
  public var count: Int { labels.count }

  /// Creates a set of images from pixels `[labels.count, height, width, channels]`, which are not
  /// copied.
  public init(height: Int, width: Int, channels: Int = 1, pixels: [UInt8], labels: [UInt8]) {
    precondition(
      height > 0 && width > 0 && channels > 0
        && pixels.count == labels.count * height * width * channels,
      """
      LabeledImages: expected \(labels.count) images of \(height)×\(width) pixels\
      \(channels == 1 ? "" : " of \(channels) values"), found \(pixels.count) \
      \(channels == 1 ? "pixels" : "values")
      """)
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
  }
}

extension LabeledImages {
  /// Moves the images in a range out of the others, which stay in their memory.
  mutating func remove(_ places: Range<Int>) -> LabeledImages {
    let size = height * width * channels
    let range = places.lowerBound * size..<places.upperBound * size
    let removed = LabeledImages(
      height: height, width: width, channels: channels, pixels: Array(pixels[range]),
      labels: Array(labels[places]))
    pixels.removeSubrange(range)
    labels.removeSubrange(places)
    return removed
  }

  /// Appends images of the same size and number of channels.
  mutating func append(_ images: LabeledImages) {
    pixels += images.pixels
    labels += images.labels
  }
}

extension LabeledImages: Dataset {
  /// An image of this height, width and number of channels.
  public var element: ElementKind { .image(height: height, width: width, channels: channels) }

  /// The classes from 0 to the greatest label, named by their numbers; none if all labels are 0.
  public var classNames: [String] {
    let greatest = labels.max() ?? 0
    return greatest == 0 ? [] : (0...greatest).map(String.init)
  }

  /// Returns the images at these indices, with values in [0, 1]: `[count, height, width, channels]`.
  public func batch(at indices: [Int], varied variation: Variation?) -> Batch {
    let values = Tensor(bytes: pixels, rows: indices, rowLength: height * width * channels)
    return Batch(
      values: values.reshaped(to: [indices.count, height, width, channels]),
      labels: indices.map { Int(labels[$0]) })
  }

  /// The CRC-32 of the pixels followed by the labels; together with the sizes it identifies a data
  /// set.
  public var checksum: UInt32 {
    var checksum = Checksum()
    for bytes in [pixels, labels] { checksum.add(bytes) }
    return checksum.value
  }
}
