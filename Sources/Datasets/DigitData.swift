import Files
import Foundation
import Images

/// The digits that an executable trains on: MNIST's files, or digits rendered by the program.
public struct DigitData: ImageDataset {
  /// The training images.
  public let train: LabeledImages
  /// The test images.
  public let test: LabeledImages
  /// The choice that gives the same data again: a folder, or `drawn`.
  public let choice: String
  /// A description of the data and their origin: `MNIST in datasets/mnist`.
  public let name: String
  /// How to get MNIST, if it was looked for and not found.
  public let advice: String?
  /// Whether the images have labels; if not, all are 0.
  public let hasLabels: Bool

  /// The word for the rendered digits, given in place of a folder.
  public static let drawn = "drawn"

  /// The number of training digits rendered without a limit.
  private static let drawnCount = 60_000

  /// The folder where MNIST is looked for by default.
  public static let defaultDirectory = "datasets/mnist"

  /// Opens the data that a user chose.
  ///
  /// - Parameters:
  ///   - choice: A folder with MNIST's files; `drawn`; or nil for MNIST in `datasets/mnist` if that
  ///     folder exists, and rendered digits otherwise.
  ///   - limit: The number of training images that will be used, if not all: no more digits are
  ///     rendered.
  ///   - needsLabels: Whether a folder without labels is an error.
  /// - Throws: ``DatasetError`` if the folder's files are invalid.
  public init(_ choice: String?, limit: Int? = nil, needsLabels: Bool = false) throws {
    let isFound = FileManager.default.fileExists(atPath: Self.defaultDirectory)
    if choice == Self.drawn || choice == nil && !isFound {
      let digits = DrawnDigits(trainCount: min(limit ?? Self.drawnCount, Self.drawnCount))
      train = digits.train
      test = digits.test
      self.choice = Self.drawn
      hasLabels = true
      name = "digits rendered by the program"
      advice =
        choice == nil
        ? "there is no \(Self.defaultDirectory); to get MNIST: scripts/download-mnist.sh" : nil
      return
    }
    let directory = choice ?? Self.defaultDirectory
    try expectNoPhotos(in: directory)
    let digits = try MNIST(directory: directory, needsLabels: needsLabels)
    hasLabels = digits.hasLabels
    train = digits.train
    test = digits.test
    self.choice = directory
    name = "MNIST in \(directory)"
    advice = nil
  }
}

/// Throws if a folder has none of MNIST's files but images, which must be converted first.
private func expectNoPhotos(in directory: String) throws(DatasetError) {
  try checkReadable(directory)
  if MNIST.hasFiles(in: directory) { return }
  let root = RawPath(directory)
  // A few are enough, and a folder may have millions.
  let files = try ImageFile.all(in: root).prefix(20)
  guard files.contains(where: { Image.isImage(root.appending($0.path).cString) }) else { return }
  throw .imagesInPlaceOfMNIST(directory: directory)
}
