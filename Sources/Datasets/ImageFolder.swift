import Foundation
import Images

/// Colour images of one size, each a binary PPM file of a folder.
///
/// ```swift
/// let images = try ImageFolder(directory: "datasets/faces").images
/// images.height       // 64
/// ```
///
/// Every file of the folder has to be such an image, whatever it is called; files whose names begin
/// with a dot are left out. The images stand in the order of their names. Other formats become PPM by
/// Netpbm's programs or ImageMagick: `mogrify -format ppm -resize '64x64!' *.jpg`.
public struct ImageFolder: ImageDataset {
  /// All images; the folder knows of no classes, and the label of each is 0.
  public let train: LabeledImages
  /// None.
  public let test: LabeledImages

  /// Reads all files of `directory`.
  ///
  /// Throws a ``DatasetError`` if the folder cannot be read or has no files, if a file is not a
  /// binary PPM image or is damaged, or if an image is of another size than the first.
  public init(directory: String) throws {
    let paths = try names(in: directory).map { "\(directory)/\($0)" }
    guard let first = paths.first else { throw DatasetError.noImages(directory: directory) }
    var pixels: [UInt8] = []
    var size: [Int] = []
    for path in paths {
      let image = try Image(path: path)
      if path == first {
        size = [image.height, image.width]
        pixels.reserveCapacity(image.pixels.count * paths.count)
      }
      guard [image.height, image.width] == size else {
        throw DatasetError.sizeMismatch(
          path: path, found: [image.height, image.width], otherPath: first, expected: size)
      }
      pixels += image.pixels
    }
    train = LabeledImages(
      height: size[0], width: size[1], channels: 3, pixels: pixels,
      labels: [UInt8](repeating: 0, count: paths.count))
    test = LabeledImages(height: size[0], width: size[1], channels: 3, pixels: [], labels: [])
  }
}

/// The names of a folder's files but the hidden ones, sorted.
private func names(in directory: String) throws -> [String] {
  try checkReadable(directory)
  let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  return names.filter { !$0.hasPrefix(".") }.sorted()
}
