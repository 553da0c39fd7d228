import Files
import Images
import NN
import Settings
import Tensor

/// What is done about a file of a folder that cannot be decoded: it breaks off, is damaged or is no image.
public enum DamagedImages: String, Choice {
  /// Reading ends with an error that names it.
  case error
  /// It is left out.
  case skip
}

/// The images of a folder and of the folders in it: PNG, JPEG, PGM and PPM files.
///
/// ```swift
/// let images = try ImageFolder(directory: "datasets/img_align_celeba", side: 64).train
/// images.height       // 64
/// ```
///
/// Every file has to be such an image, whatever it is called, unless damaged ones are to be skipped. Left out
/// are files and folders whose names begin with a dot, and what systems leave in folders of images, such
/// as `__MACOSX` and `Thumbs.db`. The images stand in the order of the bytes of their paths, which need
/// not be UTF-8. They are grey where all are, even if they are saved in colour, and else in colour. They
/// are decoded on all threads.
public struct ImageFolder: ImageDataset {
  /// All images; the folder's images have no classes, and the label of each is 0.
  public let train: LabeledImages
  /// None.
  public let test: LabeledImages
  /// The images have no labels.
  public let hasLabels = false
  /// The path of each image from the folder.
  public let paths: [RawPath]
  /// The paths of the files that were left out as they could not be decoded.
  public let skippedPaths: [RawPath]
  /// A line that says how many files were left out, and why the first was; nil where none was.
  public let skippedNote: String?
  /// The file in which the images are kept for the next time; nil without a cache.
  public let cacheFile: String?

  /// Reads all files of `directory` and of the folders in it.
  ///
  /// - Parameters:
  ///   - directory: The folder.
  ///   - side: The side of the square in pixels that each image is made to fill
  ///     (``Image/resized(toFill:)``); nil to leave them as they are, and then all have to be of one
  ///     size.
  ///   - damaged: What is done about files that cannot be decoded.
  ///   - cache: Where the images are kept, and taken from the next time if no file has changed and none
  ///     was left out.
  ///   - isCancelled: Asked before each image is decoded, on any thread.
  /// - Throws: ``DatasetError`` if the folder cannot be read or has no files, or if an image is of
  ///   another size than the first; ``ImageError`` if a file is not an image or is damaged and damaged
  ///   ones are not skipped, or if there are no others. Of several such files the first is named.
  ///   `CancellationError` if it was cancelled.
  public init(
    directory: String, side: Int? = nil, damaged: DamagedImages = .error, cache: ImageCache? = nil,
    isCancelled: () -> Bool = { false }
  ) throws {
    let root = RawPath(directory)
    let files = try ImageFile.all(in: root)
    guard !files.isEmpty else { throw DatasetError.noImages(directory: directory) }
    let entry = cache?.entry(for: files, in: directory, side: side)
    if let kept = entry?.images() {
      train = kept
      paths = files.map(\.path)
      (skippedPaths, skippedNote) = ([], nil)
      cacheFile = entry?.path
    } else {
      let decoded = try decoded(
        files.map { root.appending($0.path) }, side: side, damaged, isCancelled)
      train = decoded.images
      let isSkipped = Set(decoded.skipped.map(\.index))
      paths = files.indices.filter { !isSkipped.contains($0) }.map { files[$0].path }
      skippedPaths = decoded.skipped.map { files[$0.index].path }
      skippedNote = decoded.skipped.first.map { first in
        decoded.skipped.count == 1
          ? "1 damaged image left out: \(first.error)"
          : "\(decoded.skipped.count) damaged images left out, the first: \(first.error)"
      }
      if skippedPaths.isEmpty { entry?.keep(train) }
      cacheFile = skippedPaths.isEmpty ? entry?.path : nil
    }
    test = LabeledImages(
      height: train.height, width: train.width, channels: train.channels, pixels: [], labels: [])
  }

  /// Reads the first of a folder's images as it is, by which one sees whether all have to be resized.
  ///
  /// - Throws: What ``init(directory:side:damaged:cache:isCancelled:)`` throws.
  public static func firstImage(
    in directory: String, damaged: DamagedImages = .error
  ) throws -> Image {
    let root = RawPath(directory)
    var firstError: ImageError?
    for file in try ImageFile.all(in: root) {
      do throws(ImageError) {
        return try Image(root.appending(file.path))
      } catch {
        guard damaged.allows(error) else { throw error }
        firstError = firstError ?? error
      }
    }
    throw firstError as (any Error)? ?? DatasetError.noImages(directory: directory)
  }
}

extension DamagedImages {
  /// Whether an image with this error is left out: one that cannot be read may be a good image.
  func allows(_ error: ImageError) -> Bool { self == .skip && !error.isMissingInput }
}

extension Image {
  /// Reads a file.
  package init(_ path: RawPath) throws(ImageError) {
    try self.init(bytes: Self.contents(path), path: path.description)
  }

  /// The bytes of a file.
  package static func contents(_ path: RawPath) throws(ImageError) -> [UInt8] {
    try contents(ofFileAt: path.cString, path.description)
  }
}

/// The images of files, and which of these are none of them.
private struct Decoded {
  let images: LabeledImages
  let skipped: [(index: Int, error: ImageError)]
}

/// The images of these files, of which there is at least one.
private func decoded(
  _ paths: [RawPath], side: Int?, _ damaged: DamagedImages, _ isCancelled: () -> Bool
) throws -> Decoded {
  let decoding = try ImageDecoding(side: side, paths: paths, damaged)
  let portion = decoding.portion
  var pixels: [UInt8] = []
  var (height, width, channels) = (0, 0, 0)
  var skipped: [(index: Int, error: ImageError)] = []
  var first: RawPath?
  /// Takes memory for all images, unless the size of the first may be a mistake and that is much.
  func reserve() {
    let size = height * width * channels * paths.count
    if side != nil || size <= 1 << 30 { pixels.reserveLargePages(size) }
  }
  for start in stride(from: 0, to: paths.count, by: portion) {
    if isCancelled() { throw CancellationError() }
    let part = paths[start..<min(start + portion, paths.count)]
    var results = [Result<Image, any Error>?](repeating: nil, count: part.count)
    results.withUnsafeMutableBufferPointer { results in
      // Each call writes a place of its own.
      nonisolated(unsafe) let results = results
      parallel(count: part.count) { index in
        if isCancelled() { return }
        results[index] = Result { try decoding.image(at: paths[start + index]) }
      }
    }
    if isCancelled() { throw CancellationError() }
    for (index, result) in zip(part.indices, results) {
      let image: Image
      switch result {
      case .success(let decoded): image = decoded
      case .failure(let error as ImageError) where damaged.allows(error):
        skipped.append((index, error))
        continue
      case .failure(let error): throw error
      case nil: continue
      }
      if channels == 0 {
        first = paths[index]
        (height, width, channels) = (image.height, image.width, image.channels)
        reserve()
      }
      guard image.height == height, image.width == width else {
        throw DatasetError.sizeMismatch(
          path: paths[index].description, found: [image.height, image.width],
          otherPath: first?.description ?? "", expected: [height, width])
      }
      if image.channels > channels {
        pixels = Image.inColor(pixels)
        channels = image.channels
        reserve()
      }
      pixels += image.channels < channels ? Image.inColor(image.pixels) : image.pixels
    }
  }
  if let (_, error) = skipped.first, skipped.count == paths.count { throw error }
  return Decoded(
    images: LabeledImages(
      height: height, width: width, channels: channels, pixels: pixels,
      labels: [UInt8](repeating: 0, count: paths.count - skipped.count)),
    skipped: skipped)
}
