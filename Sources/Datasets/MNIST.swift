import Foundation

/// The MNIST handwritten digits, or any other set in its four IDX files (Fashion-MNIST, KMNIST, …).
///
/// ```swift
/// let data = try MNIST(directory: "datasets/mnist")
/// data.train.count     // 60000
/// ```
///
/// LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998.
public struct MNIST: ImageDataset {
  /// The 60,000 training images.
  public let train: LabeledImages
  /// The 10,000 test images.
  public let test: LabeledImages
  /// Whether there are labels; if not, all are 0.
  public let hasLabels: Bool

  /// Reads the four files from `directory`, under either of their names, raw or gzipped.
  ///
  /// The names are `train-images-idx3-ubyte` or `train-images.idx3-ubyte` and so on, each with or
  /// without `.gz`; a file may also be inside a folder of such a name, as some archives unpack.
  /// Images of any size are accepted, as long as training and test images agree; a model that needs
  /// 28×28 checks ``LabeledImages/height`` and ``LabeledImages/width``.
  ///
  /// - Parameters:
  ///   - directory: The folder.
  ///   - needsLabels: Whether a missing file of labels is an error; if not, the images are read
  ///     without labels.
  /// - Throws: A ``DatasetError`` if a file is missing or invalid, or if the numbers of labels and
  ///   images differ.
  public init(directory: String, needsLabels: Bool = true) throws {
    try checkReadable(directory)
    let sets = [MNISTFiles.train, .test]
    let labelPaths = sets.compactMap { $0.labels.path(in: directory) }
    let isLabeled = labelPaths.count == sets.count
    let needed = sets.flatMap { needsLabels ? [$0.images, $0.labels] : [$0.images] }
    let missing = needed.filter { $0.path(in: directory) == nil }
    let imagePaths = sets.compactMap { $0.images.path(in: directory) }
    guard missing.isEmpty, imagePaths.count == sets.count else {
      throw DatasetError.missingFiles(
        directory: directory, missing: missing.map(\.role), tried: missing.flatMap(\.names))
    }

    // Small files first: their errors are reported before the large ones are read.
    let labels = try isLabeled ? labelPaths.map { (try IDX(path: $0, rank: 1).bytes, $0) } : []
    hasLabels = isLabeled
    test = try images(at: imagePaths[1], labels.last)
    train = try images(at: imagePaths[0], labels.first)
    guard train.height == test.height, train.width == test.width else {
      throw DatasetError.sizeMismatch(
        path: imagePaths[1], found: [test.height, test.width],
        otherPath: imagePaths[0], expected: [train.height, train.width])
    }
  }

  /// Whether the folder contains any of the four files.
  public static func hasFiles(in directory: String) -> Bool {
    [MNISTFiles.train, MNISTFiles.test].flatMap { [$0.images, $0.labels] }
      .contains { $0.path(in: directory) != nil }
  }
}

/// Throws unless `directory` is a folder that can be listed.
func checkReadable(_ directory: String) throws(DatasetError) {
  guard let folder = opendir(directory) else {
    throw .unreadable(path: directory, reason: String(cString: strerror(errno)))
  }
  closedir(folder)
}

/// Reads a file of images with their labels, or with 0 if there are none.
private func images(
  at path: String, _ labels: (values: [UInt8], path: String)?
) throws -> LabeledImages {
  let images = try IDX(path: path, rank: 3)
  if let labels, images.shape[0] != labels.values.count {
    throw DatasetError.countMismatch(
      imagesPath: path, images: images.shape[0], labelsPath: labels.path,
      labels: labels.values.count)
  }
  return LabeledImages(
    height: images.shape[1], width: images.shape[2], pixels: images.bytes,
    labels: labels?.values ?? [UInt8](repeating: 0, count: images.shape[0]))
}
