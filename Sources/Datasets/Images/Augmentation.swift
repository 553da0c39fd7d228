import Settings
import Tensor

/// How training images vary from epoch to epoch.
///
/// The raw values are the words of a command line: `none`, `shift`, `elastic`. An image's class is
/// unchanged. Pixels that enter the image from beyond its edge are 0, black.
public enum Augmentation: String, Choice {
  /// Images are unchanged.
  case none
  /// Images are moved by whole pixels, by up to a fourteenth of the shorter side and at least one
  /// pixel in each direction, with all offsets equally likely: by up to 2 pixels for images of
  /// 28×28.
  case shift
  /// Images are distorted smoothly, as if the paper were rubber (after Simard, Steinkraus and Platt,
  /// "Best practices for convolutional neural networks", 2003), and read by bilinear interpolation.
  ///
  /// The root mean square of a pixel's displacement is a twenty-fifth of the shorter side, 1.1 pixels for
  /// images of 28×28.
  case elastic

  /// The greatest offset in pixels for shifted images of this size.
  static func reach(height: Int, width: Int) -> Int { max(1, min(height, width) / 14) }

  /// The greatest amplitude of a wave of an elastic distortion, as a share of the shorter side.
  static let elasticAmplitude: Float = 0.08

  /// Writes a version of an image, drawn from `random`, to memory for as many values.
  ///
  /// - Parameters:
  ///   - image: The values of an image of this height, width and number of channels, row-major.
  ///   - result: The memory for the result, of the same size.
  func write(
    _ image: UnsafePointer<UInt8>, height: Int, width: Int, channels: Int,
    to result: UnsafeMutablePointer<UInt8>, using random: Random
  ) {
    switch self {
    case .none:
      result.update(from: image, count: height * width * channels)
    case .shift:
      let reach = Self.reach(height: height, width: width)
      let down = random.integer(below: 2 * reach + 1) - reach
      let right = random.integer(below: 2 * reach + 1) - reach
      writeShifted(
        image, height: height, width: width, channels: channels, down: down, right: right,
        to: result)
    case .elastic:
      let side = Float(min(height, width))
      let distortion = ElasticDistortion(
        amplitude: Self.elasticAmplitude * side, side: side, using: random)
      distortion.write(image, height: height, width: width, channels: channels, to: result)
    }
  }
}

/// Writes an image moved by whole pixels; the offsets are at most the sides.
private func writeShifted(
  _ image: UnsafePointer<UInt8>, height: Int, width: Int, channels: Int, down: Int, right: Int,
  to result: UnsafeMutablePointer<UInt8>
) {
  result.update(repeating: 0, count: height * width * channels)
  let length = (width - abs(right)) * channels
  for row in max(0, down)..<min(height, height + down) {
    let source = ((row - down) * width + max(0, -right)) * channels
    (result + (row * width + max(0, right)) * channels).update(from: image + source, count: length)
  }
}
