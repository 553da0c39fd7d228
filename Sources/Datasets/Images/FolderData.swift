import Files
import Tensor

/// The images of a folder, split into training and test images.
///
/// If all images are in folders called `train` and `test` (or val, validation), these define the
/// split. Otherwise the images are shuffled, from a seed, and the last ones are the test images.
public struct FolderData: ImageDataset {
  /// The training images.
  public let train: LabeledImages
  /// The test images.
  public let test: LabeledImages
  /// Whether the images have labels; if not, all are 0.
  public let hasLabels: Bool
  /// The name of each class, from label 0 on; empty if labels are just numbers.
  public let classes: [RawPath]
  /// A description of the split defined by folders; nil if there is none.
  public let splitNote: String?

  /// Splits the images of a folder.
  ///
  /// - Parameters:
  ///   - folder: The images.
  ///   - directory: Its path, for error messages.
  ///   - labels: The labels; nil for labels by folder.
  ///   - limit: The number of images used, 2 or more; nil for all.
  ///   - testCount: The number of test images; nil for one in seven, as in MNIST.
  ///   - seed: The seed of the order.
  /// - Throws: ``LabelError`` if the folders give no labels, ``FolderDataError`` for unsuitable
  ///   numbers.
  public init(
    _ folder: ImageFolder, in directory: String, labels: FolderLabels? = nil, limit: Int? = nil,
    testCount: Int? = nil, seed: UInt64
  ) throws {
    let split = FolderSplit(of: folder.paths)
    let labels = try labels ?? FolderLabels(ofFoldersIn: folder.paths, below: directory, split)
    try self.init(folder, labels, split, limit: limit, testCount: testCount, seed: seed)
  }

  /// Splits the images of a folder, with labels by folder if the folders are classes, and otherwise
  /// without labels.
  public init(
    labelledIfPossible folder: ImageFolder, in directory: String, seed: UInt64
  ) throws(FolderDataError) {
    let split = FolderSplit(of: folder.paths)
    let labels = try? FolderLabels(ofFoldersIn: folder.paths, below: directory, split)
    try self.init(folder, labels, split, limit: nil, testCount: nil, seed: seed)
  }

  private init(
    _ folder: ImageFolder, _ labels: FolderLabels?, _ split: FolderSplit?, limit: Int?,
    testCount: Int?, seed: UInt64
  ) throws(FolderDataError) {
    let count = limit ?? folder.paths.count
    guard count <= folder.paths.count else {
      throw .limit(
        count, "expected at most \(folder.paths.count), the number of images")
    }
    let order = Random(seed: seed).permutation(folder.paths.count).prefix(count)
    let trainOrder: [Int]
    let testOrder: [Int]
    if let split, !split.test.isEmpty {
      if let testCount {
        throw .testCount(
          testCount, "expected no number, as the images are already split: \(split.note)")
      }
      testOrder = order.filter { split.isForTesting(folder.paths[$0]) }
      trainOrder = order.filter { !split.isForTesting(folder.paths[$0]) }
      guard !testOrder.isEmpty, !trainOrder.isEmpty else {
        let part = trainOrder.isEmpty ? "for training" : "for testing"
        throw .limit(count, "expected more: none \(part) is left")
      }
    } else {
      let testCount = testCount ?? max(1, count / 7)
      guard testCount < count else {
        throw .testCount(testCount, "expected fewer than the \(count) images")
      }
      (trainOrder, testOrder) = (Array(order.dropLast(testCount)), Array(order.suffix(testCount)))
    }
    let images = folder.train
    let values = labels?.values ?? images.labels
    train = images.selected(trainOrder, labels: values)
    test = images.selected(testOrder, labels: values)
    // A folder without class folders has one class.
    hasLabels = Set(values).count > 1
    classes = labels?.classes ?? []
    splitNote = split?.note
  }
}

extension LabeledImages {
  /// The images at these indices, with their labels among those of all images.
  fileprivate func selected(_ places: [Int], labels: [UInt8]) -> LabeledImages {
    let size = height * width * channels
    var chosen: [UInt8] = []
    chosen.reserveCapacity(places.count * size)
    for place in places { chosen += pixels[place * size..<(place + 1) * size] }
    return LabeledImages(
      height: height, width: width, channels: channels, pixels: chosen,
      labels: places.map { labels[$0] })
  }
}

/// A number that does not suit a folder's images: what was found, and what was expected.
public enum FolderDataError: Error, Equatable, Sendable {
  /// The number of images used.
  case limit(Int, String)
  /// The number of test images.
  case testCount(Int, String)
}

extension FolderDataError: CustomStringConvertible {
  /// The number and the reason.
  public var description: String {
    switch self {
    case .limit(let found, let reason): "\(found) images: \(reason)"
    case .testCount(let found, let reason): "\(found) test images: \(reason)"
    }
  }
}
