import Datasets

/// The images of a run, in batches, and what is said of them.
public struct TrainingData: Sendable {
  /// The images to train on.
  public let train: Batches
  /// The images to test with, in batches of 500.
  public let test: Batches
  /// What to choose to get the same data again, for `config.json`: a folder, or `drawn`.
  public let choice: String
  /// What the data are: how many images there are, and from where.
  public let summary: String
  /// A line on how to get better data, if there is one to give.
  public let advice: String?
  /// Whether the images have labels; if not, all are 0.
  public let hasLabels: Bool
  /// The number of classes: one more than the highest label, of images to train on or to test with.
  public let classCount: Int
  /// The checksums of the training and of the test images, by which they are known again.
  public var checksum: String { "\(train.images.checksum) \(test.images.checksum)" }

  /// Opens the digits that the options ask for.
  ///
  /// - Throws: `DatasetError` for data that is not what it should be, or without labels where these are
  ///   needed, `CommandLineError` for a limit beyond it.
  public init(
    _ options: TrainingOptions, binarization: Binarization = .none, needsLabels: Bool = false
  ) throws {
    let digits = try DigitData(options.data, limit: options.limit, needsLabels: needsLabels)
    try self.init(
      digits, name: digits.name, choice: digits.choice, advice: digits.advice, options,
      binarization: binarization)
  }

  /// The images of any data set.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - name: What they are and where they come from.
  ///   - choice: What to choose to get the same data again.
  ///   - advice: A line on how to get better data, if there is one to give.
  ///   - options: How many images in a batch, and how many of them all.
  ///   - side: The side of the square that grey images are to be enlarged to, if they are.
  ///   - binarization: What becomes of grey pixels.
  /// - Throws: `CommandLineError` for a limit beyond the data: it is the command line's fault and
  ///   not the data's.
  public init(
    _ dataset: some ImageDataset, name: String, choice: String, advice: String? = nil,
    _ options: TrainingOptions, binarization: Binarization = .none, enlargedTo side: Int? = nil
  ) throws {
    do {
      train = try Batches(
        dataset.train, size: options.batchSize, binarization: binarization, limit: options.limit,
        enlargedTo: side)
      test = try Batches(
        dataset.test, size: 500, binarization: binarization, enlargedTo: side)
    } catch DatasetError.limitBeyondData(let limit, let count, _) {
      throw CommandLineError.unsuitableValue(
        option: "--limit", value: "\(limit)",
        reason: "expected at most \(count), as there are no more training images")
    }
    let limit = train.count < dataset.train.count ? " (\(Readable.count(train.count)) used)" : ""
    self.choice = choice
    self.advice = advice
    hasLabels = dataset.hasLabels
    classCount = dataset.classCount
    summary =
      "\(name), \(Readable.count(dataset.train.count)) training images\(limit)"
      + (dataset.test.count > 0 ? ", \(Readable.count(dataset.test.count)) test images" : "")
  }
}
