import Files
import Images
import NN
import Settings
import Tensor

/// How to treat a file of a folder that cannot be decoded: it is truncated, damaged or not an
/// image.
public enum DamagedImages: String, Choice {
  /// Reading ends with an error that names the file.
  case error
  /// The file is left out.
  case skip
}

/// The images in a folder and its subfolders: PNG, JPEG, PGM and PPM files.
///
/// ```swift
/// let images = try ImageFolder(directory: "datasets/img_align_celeba", side: 64).train
/// images.height       // 64
/// ```
///
/// Every file must be such an image, whatever its name, unless damaged ones are to be skipped.
/// Files and folders whose names begin with a dot, and those that systems create in folders of
/// images, such as `__MACOSX` and `Thumbs.db`, are ignored. The images are sorted by the bytes of
/// their paths, which need not be UTF-8. They are grey if all of them are, even if saved in colour,
/// and otherwise in colour. They are decoded on all threads.
///
/// If the images are in folders called train and test (or val, validation and the like), these can
/// be used as the split. Otherwise all images are training images.
public struct ImageFolder: ImageDataset {
  /// All images, or those of the folder train; they have no classes, and all labels are 0.
  public let train: LabeledImages
  /// None, or the images of the folders test and the like.
  public let test: LabeledImages
  /// The images have no labels.
  public let hasLabels = false
  /// The path of each image relative to the folder: training images, then test images.
  public let paths: [RawPath]
  /// The paths of files that were left out because they could not be decoded.
  public let skippedPaths: [RawPath]
  /// A line with the number of files left out and the reason for the first; nil if there were none.
  public let skippedNote: String?
  /// The folders that define the split; nil if there are none, or if they were not to be used.
  package let split: FolderSplit?
  /// The file in which the images are cached for the next time; nil without a cache.
  public let cacheFile: String?

  /// Reads all files of `directory` and its subfolders.
  ///
  /// - Parameters:
  ///   - directory: The folder.
  ///   - side: The side of the square in pixels that each image is scaled to fill
  ///     (``/Images/Image/resized(toFill:)``); nil to leave images unchanged, and then all must
  ///     have one size.
  ///   - damaged: How to treat files that cannot be decoded.
  ///   - cache: The cache for the images, from which they are read the next time if no file has
  ///     changed and none was left out.
  ///   - takesSplit: Whether folders called train and test above all images define the split.
  ///   - isCancelled: Called before each image is decoded, on any thread.
  /// - Throws: ``DatasetError`` if the folder cannot be read or has no files, or if an image's size
  ///   differs from the first one's; ``/Images/ImageError`` if a file is not an image or is damaged
  ///   and damaged ones are not skipped, or if there are no others. The first of several such files
  ///   is named. `CancellationError` if it was cancelled.
  public init(
    directory: String, side: Int? = nil, damaged: DamagedImages = .error, cache: ImageCache? = nil,
    takesSplit: Bool = false, isCancelled: () -> Bool = { false }
  ) throws {
    let root = RawPath(directory)
    let files = try ImageFile.all(in: root)
    guard !files.isEmpty else { throw DatasetError.noImages(directory: directory) }
    let found = takesSplit ? FolderSplit(of: files.map(\.path)) : nil
    split = found?.test.isEmpty == false ? found : nil
    let entry = cache?.entry(for: files, in: directory, side: side)
    var images: LabeledImages
    var skipped: [(index: Int, error: ImageError)] = []
    if let kept = entry?.images() {
      images = kept
      cacheFile = entry?.path
    } else {
      (images, skipped) = try decoded(
        files.map { root.appending($0.path) }, side: side, damaged, isCancelled)
      if skipped.isEmpty { entry?.keep(images) }
      cacheFile = skipped.isEmpty ? entry?.path : nil
    }
    skippedPaths = skipped.map { files[$0.index].path }
    skippedNote = skipped.first.map { first in
      skipped.count == 1
        ? "1 damaged image left out: \(first.error)"
        : "\(skipped.count) damaged images left out, the first: \(first.error)"
    }
    let isSkipped = Set(skipped.map(\.index))
    var paths = files.indices.filter { !isSkipped.contains($0) }.map { files[$0].path }
    test = split?.removeTestImages(from: &images, &paths) ?? images.none
    if images.count == 0, let (_, error) = skipped.first { throw error }
    train = images
    self.paths = paths
  }

  /// Reads the first of a folder's images unchanged, to determine whether images must be resized.
  ///
  /// - Throws: The errors of ``init(directory:side:damaged:cache:takesSplit:isCancelled:)``.
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
  /// Whether an image with this error is left out; an image that merely cannot be read is not,
  /// since it may be valid.
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

extension FolderSplit {
  /// Moves the test images and their paths, which are in order, out of all images.
  ///
  /// - Returns: The test images, whose paths now come last.
  fileprivate func removeTestImages(
    from images: inout LabeledImages, _ paths: inout [RawPath]
  ) -> LabeledImages {
    // All training images are in one folder, and so contiguous.
    let begin = paths.firstIndex { !isForTesting($0) } ?? paths.count
    let end = paths[begin...].firstIndex(where: isForTesting) ?? paths.count
    let behind = images.remove(end..<paths.count)
    var test = images.remove(0..<begin)
    test.append(behind)
    paths = Array(paths[begin..<end] + paths[..<begin] + paths[end...])
    return test
  }
}

extension LabeledImages {
  /// No images, with the same size and number of channels.
  fileprivate var none: LabeledImages {
    LabeledImages(height: height, width: width, channels: channels, pixels: [], labels: [])
  }
}

/// The images in these files, at least one, and the indices of files that are not images.
private func decoded(
  _ paths: [RawPath], side: Int?, _ damaged: DamagedImages, _ isCancelled: () -> Bool
) throws -> (images: LabeledImages, skipped: [(index: Int, error: ImageError)]) {
  var decoding = try ImageDecoding(side: side, paths: paths, damaged)
  var pixels: [UInt8] = []
  var (height, width, channels) = (0, 0, 0)
  var skipped: [(index: Int, error: ImageError)] = []
  /// Reserves memory for all images, unless that is much and the size of the first may be wrong.
  func reserve() {
    let size = height * width * channels * paths.count
    if side != nil || size <= 1 << 30 { pixels.reserveLargePages(size) }
  }
  var start = 0
  while start < paths.count {
    if isCancelled() { throw CancellationError() }
    let part = paths[start...].prefix(decoding.portion)
    var results = [Result<Image, any Error>?](repeating: nil, count: part.count)
    results.withUnsafeMutableBufferPointer { results in
      // Each call writes its own element.
      nonisolated(unsafe) let results = results
      parallel(count: part.count) { [decoding] index in
        if isCancelled() { return }
        results[index] = Result { try decoding.image(at: part[part.startIndex + index]) }
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
        decoding.expect(sizeOf: image, at: paths[index])
        (height, width, channels) = (image.height, image.width, image.channels)
        reserve()
      }
      try decoding.check(image.height, image.width, paths[index])
      if image.channels > channels {
        pixels = Image.inColor(pixels)
        channels = image.channels
        reserve()
      }
      pixels += image.channels < channels ? Image.inColor(image.pixels) : image.pixels
    }
    start = part.endIndex
  }
  if let (_, error) = skipped.first, skipped.count == paths.count { throw error }
  let images = LabeledImages(
    height: height, width: width, channels: channels, pixels: pixels,
    labels: [UInt8](repeating: 0, count: paths.count - skipped.count))
  return (images, skipped)
}
