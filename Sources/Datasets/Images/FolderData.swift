import Files
import Tensor

/// The images of a folder, split into those to train on and those to test with.
///
/// Where all are in folders called `train` and `test` (or val, validation), these are the split. Otherwise
/// the images are shuffled, from a seed, and the last of them are those to test with.
public struct FolderData: ImageDataset {
  /// The images to train on.
  public let train: LabeledImages
  /// The images to test with.
  public let test: LabeledImages
  /// Whether the images have labels; if not, all are 0.
  public let hasLabels: Bool
  /// The name of each class, from label 0 on; empty where labels are no more than numbers.
  public let classes: [RawPath]
  /// What is said of the split that the folders make; nil where they make none.
  public let splitNote: String?

  /// Splits the images of a folder.
  ///
  /// - Parameters:
  ///   - folder: The images.
  ///   - directory: Its path, for errors.
  ///   - labels: The labels; nil for those by the folders that the images are in.
  ///   - limit: The number of images used, 2 or more; nil for all.
  ///   - testCount: The number of images to test with; nil for one in seven, as of MNIST's.
  ///   - seed: The seed of the order.
  /// - Throws: ``LabelError`` where the folders give no labels, ``FolderDataError`` for numbers that do not
  ///   suit.
  public init(
    _ folder: ImageFolder, in directory: String, labels: FolderLabels? = nil, limit: Int? = nil,
    testCount: Int? = nil, seed: UInt64
  ) throws {
    let split = FolderSplit(of: folder.paths)
    let labels = try labels ?? FolderLabels(ofFoldersIn: folder.paths, below: directory, split)
    try self.init(folder, labels, split, limit: limit, testCount: testCount, seed: seed)
  }

  /// Splits the images of a folder, which have the labels of their folders if these are classes, and else
  /// none.
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
        count, "expected at most \(folder.paths.count), as there are no more images")
    }
    let order = Random(seed: seed).permutation(folder.paths.count).prefix(count)
    let trainOrder: [Int]
    let testOrder: [Int]
    if let split, !split.test.isEmpty {
      if let testCount {
        throw .testCount(
          testCount, "expected no number, as the images are split already: \(split.note)")
      }
      testOrder = order.filter { split.isForTesting(folder.paths[$0]) }
      trainOrder = order.filter { !split.isForTesting(folder.paths[$0]) }
      guard !testOrder.isEmpty, !trainOrder.isEmpty else {
        let part = trainOrder.isEmpty ? "to train on" : "to test with"
        throw .limit(count, "expected more: none \(part) is left")
      }
    } else {
      let testCount = testCount ?? max(1, count / 7)
      guard testCount < count else {
        throw .testCount(testCount, "expected fewer than the \(count) images that there are")
      }
      (trainOrder, testOrder) = (Array(order.dropLast(testCount)), Array(order.suffix(testCount)))
    }
    let images = folder.train
    let values = labels?.values ?? images.labels
    train = images.selected(trainOrder, labels: values)
    test = images.selected(testOrder, labels: values)
    // A folder without folders of classes has one class.
    hasLabels = Set(values).count > 1
    classes = labels?.classes ?? []
    splitNote = split?.note
  }
}

extension LabeledImages {
  /// The images at these places, with their labels among those of all.
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
  /// The number of images to test with.
  case testCount(Int, String)
}

extension FolderDataError: CustomStringConvertible {
  /// The number and the reason.
  public var description: String {
    switch self {
    case .limit(let found, let reason): "\(found) images: \(reason)"
    case .testCount(let found, let reason): "\(found) images to test with: \(reason)"
    }
  }
}
