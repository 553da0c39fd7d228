import Files
import Foundation
import Images

/// The digits that an executable trains on: MNIST's files, or digits drawn by the program.
public struct DigitData: ImageDataset {
  /// The images to train on.
  public let train: LabeledImages
  /// The images to test with.
  public let test: LabeledImages
  /// What to choose to get the same data again: a folder, or `drawn`.
  public let choice: String
  /// What the data is and where it comes from: `MNIST in datasets/mnist`.
  public let name: String
  /// What to do to get MNIST, where it was looked for and not found.
  public let advice: String?
  /// Whether the images have labels; if not, all are 0.
  public let hasLabels: Bool

  /// The word that stands for the drawn digits where a folder could stand.
  public static let drawn = "drawn"

  /// How many training digits are drawn where there is no limit.
  private static let drawnCount = 60_000

  /// Where MNIST is looked for by default.
  public static let defaultDirectory = "datasets/mnist"

  /// Opens what a user asked for.
  ///
  /// - Parameters:
  ///   - choice: A folder with MNIST's files; `drawn`; or nil for MNIST in `datasets/mnist` if that
  ///     folder is there, and drawn digits if not.
  ///   - limit: How many training images will be used, if not all: no more digits are drawn.
  ///   - needsLabels: Whether a folder without labels is an error.
  /// - Throws: ``DatasetError`` if the folder's files are not what they should be.
  public init(_ choice: String?, limit: Int? = nil, needsLabels: Bool = false) throws {
    let isFound = FileManager.default.fileExists(atPath: Self.defaultDirectory)
    if choice == Self.drawn || choice == nil && !isFound {
      let digits = DrawnDigits(trainCount: min(limit ?? Self.drawnCount, Self.drawnCount))
      train = digits.train
      test = digits.test
      self.choice = Self.drawn
      hasLabels = true
      name = "digits drawn by the program"
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

/// Throws where a folder has none of MNIST's files but images, which have to be converted first.
private func expectNoPhotos(in directory: String) throws(DatasetError) {
  try checkReadable(directory)
  if MNIST.hasFiles(in: directory) { return }
  let root = RawPath(directory)
  // A few tell enough, and a folder may have millions.
  let files = try ImageFile.all(in: root).prefix(20)
  guard files.contains(where: { Image.isImage(root.appending($0.path).cString) }) else { return }
  throw .imagesInPlaceOfMNIST(directory: directory)
}
