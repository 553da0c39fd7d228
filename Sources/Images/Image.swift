import Tensor

/// A picture, grey or in colour, with one byte per value.
///
/// ```swift
/// let image = try Image(path: "photo.jpg")
/// image.channels     // 3
/// let small = image.resized(toFill: 64)
/// ```
public struct Image: Equatable, Sendable {
  /// The height in pixels.
  public let height: Int
  /// The width in pixels.
  public let width: Int
  /// The number of values per pixel: 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// The values, 0 black to 255 white: `[height, width, channels]`, row-major.
  public let pixels: [UInt8]

  /// Creates a picture from values `[height, width, channels]`.
  public init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      height > 0 && width > 0 && (channels == 1 || channels == 3)
        && pixels.count == height * width * channels,
      "Image: expected the values of \(height)×\(width) pixels with 1 or 3 channels, found "
        + "\(pixels.count) values and \(channels) channels")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }
}
