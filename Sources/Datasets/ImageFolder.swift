import Images
import Tensor

/// The images of a folder and of the folders in it: PNG, JPEG, PGM and PPM files.
///
/// ```swift
/// let images = try ImageFolder(directory: "datasets/img_align_celeba", side: 64).train
/// images.height       // 64
/// ```
///
/// Every file has to be such an image, whatever it is called; files and folders whose names begin with
/// a dot are left out. The images stand in the order of their paths. They are grey where all are, and
/// else in colour. They are decoded on all threads.
public struct ImageFolder: ImageDataset {
  /// All images; the folder's images have no classes, and the label of each is 0.
  public let train: LabeledImages
  /// None.
  public let test: LabeledImages
  /// The path of each image from the folder.
  public let paths: [String]
  /// The file in which the images are kept for the next time; nil without a cache.
  public let cacheFile: String?

  /// Reads all files of `directory` and of the folders in it.
  ///
  /// - Parameters:
  ///   - directory: The folder.
  ///   - side: The side of the square in pixels that each image is made to fill
  ///     (``Image/resized(toFill:)``); nil to leave them as they are, and then all have to be of one
  ///     size.
  ///   - cache: Where the images are kept, and taken from the next time if no file has changed.
  ///   - isCancelled: Asked now and then while images are decoded.
  /// - Throws: ``DatasetError`` if the folder cannot be read or has no files, or if an image is of
  ///   another size than the first; ``ImageError`` if a file is not an image or is damaged. Of several
  ///   such files the first is named. `CancellationError` if it was cancelled.
  public init(
    directory: String, side: Int? = nil, cache: ImageCache? = nil,
    isCancelled: () -> Bool = { false }
  ) throws {
    let files = try ImageFile.all(in: directory)
    paths = files.map(\.path)
    guard !files.isEmpty else { throw DatasetError.noImages(directory: directory) }
    let entry = cache?.entry(for: files, in: directory, side: side)
    cacheFile = entry?.path
    if let kept = entry?.images() {
      train = kept
    } else {
      train = try decoded(paths.map { "\(directory)/\($0)" }, side: side, isCancelled)
      entry?.keep(train)
    }
    test = LabeledImages(
      height: train.height, width: train.width, channels: train.channels, pixels: [], labels: [])
  }

  /// Reads the first of a folder's images as it is, by which one sees whether all have to be resized.
  ///
  /// - Throws: What ``init(directory:side:cache:isCancelled:)`` throws.
  public static func firstImage(in directory: String) throws -> Image {
    guard let file = try ImageFile.all(in: directory).first else {
      throw DatasetError.noImages(directory: directory)
    }
    return try Image(path: "\(directory)/\(file.path)")
  }
}

/// The images of these files, of which there is at least one.
private func decoded(
  _ paths: [String], side: Int?, _ isCancelled: () -> Bool
) throws -> LabeledImages {
  // So many at a time as keep the threads busy and take little memory where they are large.
  let portion = 256
  var pixels: [UInt8] = []
  var (height, width, channels) = (0, 0, 0)
  /// Takes memory for all images, unless the size of the first may be a mistake and that is much.
  func reserve() {
    let size = height * width * channels * paths.count
    if side != nil || size <= 1 << 30 { pixels.reserveLargePages(size) }
  }
  for start in stride(from: 0, to: paths.count, by: portion) {
    if isCancelled() { throw CancellationError() }
    let part = paths[start..<min(start + portion, paths.count)]
    var results = [Result<Image, ImageError>?](repeating: nil, count: part.count)
    results.withUnsafeMutableBufferPointer { results in
      // Each call writes a place of its own.
      nonisolated(unsafe) let results = results
      parallel(count: part.count) { index in
        results[index] = Result { () throws(ImageError) in
          let image = try Image(path: paths[start + index])
          return side.map { image.resized(toFill: $0) } ?? image
        }
      }
    }
    for (path, result) in zip(part, results) {
      guard let image = try result?.get() else { continue }
      if channels == 0 {
        (height, width, channels) = (image.height, image.width, image.channels)
        reserve()
      }
      guard image.height == height, image.width == width else {
        throw DatasetError.sizeMismatch(
          path: path, found: [image.height, image.width], otherPath: paths[0],
          expected: [height, width])
      }
      if image.channels > channels {
        pixels = inColor(pixels)
        channels = image.channels
        reserve()
      }
      pixels += image.channels < channels ? inColor(image.pixels) : image.pixels
    }
  }
  return LabeledImages(
    height: height, width: width, channels: channels, pixels: pixels,
    labels: [UInt8](repeating: 0, count: paths.count))
}

/// Grey values as red, green and blue.
private func inColor(_ values: [UInt8]) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: 3 * values.count) { buffer, count in
    for (index, value) in values.enumerated() {
      for channel in 0..<3 { buffer[3 * index + channel] = value }
    }
    count = 3 * values.count
  }
}
