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
  /// The 60,000 images to train on.
  public let train: LabeledImages
  /// The 10,000 images to test with.
  public let test: LabeledImages

  /// Reads the four files from `directory`, under either of their names, raw or gzipped.
  ///
  /// The names are `train-images-idx3-ubyte` or `train-images.idx3-ubyte` and so on, each with or
  /// without `.gz`. Images of any size are taken, as long as training and test images agree; a
  /// model that needs 28×28 looks at ``LabeledImages/height`` and ``LabeledImages/width``.
  ///
  /// Throws a ``DatasetError`` if a file is missing or not what it should be, if there are not as
  /// many labels as images, or if a label is above 9.
  public init(directory: String) throws {
    try checkReadable(directory)
    let files = [MNISTFiles.train, MNISTFiles.test].flatMap { [$0.images, $0.labels] }
    let paths = files.compactMap { $0.path(in: directory) }
    guard paths.count == files.count else {
      let missing = files.filter { $0.path(in: directory) == nil }
      throw DatasetError.missingFiles(
        directory: directory, missing: missing.map(\.role), tried: missing.flatMap(\.names))
    }

    // The small files first: what is wrong with them is said before the large ones are read.
    let trainLabels = try labels(at: paths[1])
    let testLabels = try labels(at: paths[3])
    test = try images(at: paths[2], labels: testLabels, labelsPath: paths[3])
    train = try images(at: paths[0], labels: trainLabels, labelsPath: paths[1])
    guard train.height == test.height, train.width == test.width else {
      throw DatasetError.sizeMismatch(
        path: paths[2], found: [test.height, test.width],
        otherPath: paths[0], expected: [train.height, train.width])
    }
  }

  /// Whether one or more of the four files are in a folder.
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

/// Reads a file of labels, each a digit.
private func labels(at path: String) throws -> [UInt8] {
  let labels = try IDX(path: path, rank: 1).bytes
  if let index = labels.firstIndex(where: { $0 > 9 }) {
    throw DatasetError.labelOutOfRange(
      path: path, index: index, maximum: 9, found: Int(labels[index]))
  }
  return labels
}

/// Reads a file of images and puts their labels to them.
private func images(
  at path: String, labels: [UInt8], labelsPath: String
) throws -> LabeledImages {
  let images = try IDX(path: path, rank: 3)
  guard images.shape[0] == labels.count else {
    throw DatasetError.countMismatch(
      imagesPath: path, images: images.shape[0], labelsPath: labelsPath, labels: labels.count)
  }
  return LabeledImages(
    height: images.shape[1], width: images.shape[2], pixels: images.bytes, labels: labels)
}
