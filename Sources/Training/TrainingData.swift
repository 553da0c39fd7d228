import CommandLine
import Datasets
import Files
import NN

/// The data of a run, in batches, with a description.
public struct TrainingData: Sendable {
  /// The training examples.
  public let train: Batches
  /// The test examples, in batches of 500.
  public let test: Batches
  /// The choice that gives the same data again, for `config.json`: a path, or a name such as
  /// `drawn`.
  public let choice: String
  /// A description of the data: the number of examples and their origin.
  public let summary: String
  /// Lines about how the data were prepared, or how to get better data.
  public let notes: [String]
  /// Whether the examples have labels; if not, all labels are 0.
  public let hasLabels: Bool
  /// The number of classes: one more than the highest label among training and test examples.
  public let classCount: Int
  /// The entropy of the data in nats per unit, such as a character, if it is known: a lower bound
  /// on the average loss of every model.
  public let entropy: Double?
  private let details: [String: String]

  /// The checksums of the training and of the test examples, which identify them.
  public var checksum: String { "\(train.dataset.checksum) \(test.dataset.checksum)" }
  /// The properties of the data that a model depends on.
  public var shape: DataShape {
    DataShape(train.element, classes: hasLabels ? classCount : 0, details: details)
  }

  /// A model's requirements on its data.
  public struct Needs: OptionSet, Sendable {
    /// The set.
    public let rawValue: Int
    /// Test examples are required.
    public static let test = Needs(rawValue: 1)
    /// Classes are required.
    public static let labels = Needs(rawValue: 2)
    /// A text is required.
    public static let text = Needs(rawValue: 4)

    /// Creates a set.
    public init(rawValue: Int) { self.rawValue = rawValue }
  }

  /// Opens the requested data.
  ///
  /// - Parameters:
  ///   - settings: The choice of data, and the amount.
  ///   - batchSize: The number of examples in a training step.
  ///   - seed: Determines points, and which examples of a folder or a table are held out.
  ///   - needs: The model's requirements.
  ///   - isCancelled: Called while a folder is decoded.
  /// - Throws: `DatasetError`, `TableError` or `TextError` for invalid data; `CommandLineError` for
  ///   a setting that does not suit the data: the command line is at fault then, not the data.
  public init(
    _ settings: DataSettings, batchSize: Int, seed: UInt64 = 0, needs: Needs = [.test],
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws {
    let kind =
      try settings.data.map(DataKind.init(of:)) ?? (needs.contains(.text) ? .sentences : nil)
    if let (definition, data) = settings.strange(to: kind ?? .drawnDigits).first {
      throw CommandLineError.unsuitableValue(
        option: definition.flag, value: settings.record[definition.name]?.description ?? "",
        reason: "expected \(data) with it, found "
          + (settings.data ?? (kind == .sentences ? Sentences.name : "images")))
    }
    switch kind {
    case .points(let distribution):
      let count = settings.points ?? PointData.defaultCount
      let points = PointData(distribution, count: count, testCount: count, seed: seed)
      try self.init(
        points, name: "\(distribution.rawValue), drawn by the program",
        choice: distribution.rawValue, classes: points.train.classNames.count, settings,
        batchSize: batchSize)
    case .table(let path): try self.init(table: path, settings, batchSize: batchSize, seed: seed)
    case .text(let path):
      try self.init(text: path, name: "the text \(path)", settings, batchSize, seed)
    case .sentences: try self.init(sentences: settings, batchSize, seed)
    case .images(let folder) where !MNIST.hasFiles(in: folder):
      try self.init(
        folder: folder, settings, batchSize: batchSize, seed: seed, needs, isCancelled)
    case .drawnDigits, .images, nil: try self.init(digits: settings, batchSize: batchSize, needs)
    }
  }

  /// Takes the images of any data set.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - name: A description of the images and their origin.
  ///   - choice: The choice that gives the same data again.
  ///   - notes: Lines about how the data were prepared, or how to get better data.
  ///   - settings: The number of images, their augmentation and their binarisation.
  ///   - batchSize: The number of images in a training step.
  ///   - side: The side of the square to which grey images are enlarged, if any.
  /// - Throws: `CommandLineError` for a limit beyond the data.
  public init(
    _ dataset: some ImageDataset, name: String, choice: String, notes: [String] = [],
    _ settings: DataSettings, batchSize: Int, enlargedTo side: Int? = nil
  ) throws {
    try self.init(
      dataset, name: name, choice: choice, notes: notes,
      classes: dataset.hasLabels ? dataset.classCount : 0, settings, batchSize: batchSize,
      enlargedTo: side)
  }

  /// Any data.
  private init(
    _ dataset: some SplitDataset, name: String, choice: String, notes: [String] = [], classes: Int,
    details: [String: String] = [:], entropy: Double? = nil, _ settings: DataSettings,
    batchSize: Int, enlargedTo side: Int? = nil
  ) throws {
    let noun = dataset.train.exampleNoun
    do {
      train = try Batches(
        dataset.train, size: batchSize, binarization: settings.binarize, limit: settings.limit,
        enlargedTo: side, augmentation: settings.augment)
      test = try Batches(
        dataset.test, size: 500, binarization: settings.binarize, enlargedTo: side)
    } catch DatasetError.limitBeyondData(let limit, let count, _) {
      throw CommandLineError.unsuitableValue(
        option: "--limit", value: "\(limit)",
        reason: "expected at most \(count), the number of training \(noun.plural)")
    }
    let limit = train.count < dataset.train.count ? " (\(Readable.count(train.count)) used)" : ""
    self.choice = choice
    self.notes = notes
    (self.details, self.entropy) = (details, entropy)
    hasLabels = classes > 0
    classCount = max(1, classes)
    func counted(_ part: some Dataset, _ word: String) -> String {
      "\(Readable.count(part.count)) \(word) \(noun(part.count))"
    }
    summary =
      "\(name), \(counted(dataset.train, "training"))\(limit)"
      + (dataset.test.count > 0 ? ", \(counted(dataset.test, "test"))" : "")
  }
}

// MARK: - By the kind of data

extension TrainingData {
  /// Takes MNIST's files, or digits that the program renders.
  private init(digits settings: DataSettings, batchSize: Int, _ needs: Needs) throws {
    let digits = try DigitData(
      settings.data, limit: settings.limit, needsLabels: needs.contains(.labels))
    let (height, width) = (digits.train.height, digits.train.width)
    let side = settings.imageSize
    if let side, height > side || width > side {
      throw CommandLineError.unsuitableValue(
        option: "--image-size", value: "\(side)",
        reason: "expected images of at most \(side)×\(side) pixels in \(digits.choice), found "
          + "\(height)×\(width)")
    }
    try self.init(
      digits, name: digits.name, choice: digits.choice, notes: digits.advice.map { [$0] } ?? [],
      settings, batchSize: batchSize, enlargedTo: height == side && width == side ? nil : side)
  }

  /// Takes the images of a folder: all of them, or, if test images are required, split.
  private init(
    folder directory: String, _ settings: DataSettings, batchSize: Int, seed: UInt64,
    _ needs: Needs, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    let folder = try ImageFolder(
      directory: directory, side: settings.imageSize, damaged: settings.damaged,
      cache: settings.isCacheUnused ? nil : ImageCache.user, takesSplit: needs.isEmpty,
      isCancelled: isCancelled)
    let color = folder.train.channels == 1 ? "grey" : "colour"
    let name = "\(color) images in \(directory)"
    var notes = [
      folder.skippedNote, folder.cacheFile.map { "decoded, for the next run too: \($0)" },
    ].compactMap { $0 }
    if needs.isEmpty {
      if let split = folder.split { notes.insert(split.note, at: 0) }
      try self.init(
        folder, name: name, choice: directory, notes: notes, settings, batchSize: batchSize)
      return
    }
    let data: FolderData
    do {
      data =
        needs.contains(.labels)
        ? try FolderData(folder, in: directory, seed: seed)
        : try FolderData(labelledIfPossible: folder, in: directory, seed: seed)
    } catch let error as FolderDataError {
      throw CommandLineError.unsuitableValue(option: "--data", value: directory, reason: "\(error)")
    }
    if let note = data.splitNote { notes.insert(note, at: 0) }
    try self.init(
      data, name: name, choice: directory, notes: notes, settings, batchSize: batchSize)
  }

  /// Takes the rows of a table.
  private init(table path: String, _ settings: DataSettings, batchSize: Int, seed: UInt64) throws {
    let table = try Table(path: path, heading: settings.heading).selecting(
      columns: settings.columns?.names, without: settings.without?.names ?? [],
      target: settings.target)
    let data = try TableData(table, seed: seed)
    let description = TableDescription(
      columns: data.columnNames, standardization: data.standardization)
    let constant = data.constantColumns
    let notes =
      constant.isEmpty
      ? []
      : [
        "constant in all training rows: \(Readable.list(constant.map { printable($0) }, "and"))"
      ]
    let count = data.columnNames.count
    try self.init(
      data, name: "\(count) \(count == 1 ? "column" : "columns") of \(path)", choice: path,
      notes: notes, classes: data.train.classNames.count,
      details: [TableDescription.detailName: description.text], settings, batchSize: batchSize)
  }

  /// Takes the windows or lines of a text, from a file or from bytes described by the path.
  private init(
    text path: String, bytes: [UInt8]? = nil, name: String, entropy: Double? = nil,
    _ settings: DataSettings, _ batchSize: Int, _ seed: UInt64
  ) throws {
    let unit = settings.unit
    func set(_ data: some SplitDataset, _ vocabulary: TextVocabulary) throws -> TrainingData {
      let kinds = vocabulary.count - (vocabulary.hasEnd ? 1 : 0)
      return try TrainingData(
        data, name: "\(name), \(kinds) different \(unit.noun(kinds))", choice: path, classes: 0,
        details: [TextVocabulary.detailName: vocabulary.text], entropy: entropy, settings,
        batchSize: batchSize)
    }
    switch settings.sequences {
    case .windows:
      let window = settings.window ?? 128
      let text =
        try bytes.map { try TextData($0, path: path, unit: unit, window: window) }
        ?? TextData(path: path, unit: unit, window: window)
      self = try set(text, text.vocabulary)
    case .lines:
      let lines =
        try bytes.map {
          try LineData($0, path: path, unit: unit, window: settings.window, seed: seed)
        } ?? LineData(path: path, unit: unit, window: settings.window, seed: seed)
      self = try set(lines, lines.vocabulary)
    }
  }

  /// Takes sentences that the program generates.
  private init(sentences settings: DataSettings, _ batchSize: Int, _ seed: UInt64) throws {
    let entropy = Sentences.entropyPerCharacter
    let bits = Readable.metric(entropy / 0.6931471805599453)
    try self.init(
      text: Sentences.name, bytes: Sentences.text(),
      name: "sentences generated by the program, \(bits) bits per character", entropy: entropy,
      settings, batchSize, seed)
  }
}
