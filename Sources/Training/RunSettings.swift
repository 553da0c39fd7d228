import CommandLine
import Datasets
import NN
import Settings

/// The training settings that all models share.
public struct TrainingSettings: SettingGroup {
  /// Passes over the training examples.
  @Setting("passes over the training examples", in: 1...1_000_000, .changeable)
  public var epochs = 10
  /// Examples in a training step.
  @Setting("examples in a training step", in: .atLeast(1)) public var batchSize = 128
  /// Pieces of a batch, whose gradients are added in a fixed order.
  @Setting(
    "pieces of a batch, whose gradients are added in a fixed order", in: 1...65_536,
    absence: "one for each process")
  public var shards: Int? = nil
  /// Step size of Adam.
  @Setting("step size of Adam", in: .above(0)) public var learningRate = 0.001
  /// How the step size decays: not at all, or to 0 along half a cosine, which ends with the last
  /// epoch.
  @Setting("decay of the step size: none, or to 0 along half a cosine over the epochs")
  public var learningRateDecay = LearningRateDecay.none

  /// The defaults.
  public init() {}
}

extension TrainingSettings {
  /// The step size and its decay.
  public var rate: LearningRate { LearningRate(learningRate, learningRateDecay, epochs: epochs) }
}

/// The training data of a model.
public struct DataSettings: SettingGroup {
  /// Folder of images or of MNIST's files, table, text, points, or drawn.
  @Setting(
    "folder of images or of MNIST's files, table, text, points, or drawn", placeholder: "DATA",
    absence: "MNIST if it is there", pathOr: DataKind.names, .changeable)
  public var data: String? = nil
  /// Training examples used.
  @Setting("training examples used", in: .atLeast(1), absence: "all") public var limit: Int? = nil
  /// Side of the images in pixels.
  @Setting(
    "side of the images in pixels", in: 1...4096, absence: "as they are")
  public var imageSize: Int? = nil
  /// How grey pixels are made black or white.
  @Setting("how grey pixels are made black or white") public var binarize = Binarization.none
  /// How training images vary from epoch to epoch.
  @Setting("how training images vary from epoch to epoch") public var augment = Augmentation.none
  /// How to treat a folder's files that cannot be decoded.
  @Setting("how to treat a folder's files that cannot be decoded", .changeable)
  public var damaged = DamagedImages.error
  /// Decode a folder's images again.
  @Setting("decode a folder's images again", name: "no-cache", .changeable)
  public var isCacheUnused = false
  /// Points in the plane to train on, and the same number to test with.
  @Setting(
    "points in the plane for training, and the same number for testing", in: 1...100_000_000,
    absence: "\(PointData.defaultCount)")
  public var points: Int? = nil
  /// Columns of a table to use.
  @Setting("columns of a table to use", absence: "all") public var columns: NameList? = nil
  /// Columns of a table to leave out.
  @Setting("columns of a table to leave out", absence: "none") public var without: NameList? = nil
  /// Column of a table to predict.
  @Setting("column of a table to predict", placeholder: "NAME", absence: "none")
  public var target: String? = nil
  /// Whether a table's first row contains the names of its columns.
  @Setting("whether a table's first row contains the names of its columns")
  public var heading = TableHeading.detected
  /// The symbols that a text is split into.
  @Setting("symbols that a text is split into") public var unit = TextUnit.characters
  /// The sequences that a text is split into.
  @Setting("sequences that a text is split into") public var sequences = TextSequences.windows
  /// Predicted symbols per window of a text, or the maximum per line.
  @Setting(
    "predicted symbols per window of a text, or the maximum per line", in: 1...65_536,
    absence: "128, or the longest line")
  public var window: Int? = nil

  /// The defaults.
  public init() {}
}

extension DataSettings {
  /// Settings that were changed but apply to other kinds of data than these, with a word for that
  /// kind.
  func strange(to kind: DataKind) -> [(definition: SettingDefinition, data: String)] {
    let owners: [(names: [String], data: String)] = [
      (["image-size", "binarize", "augment", "damaged", "no-cache"], "images"),
      (["points"], "points in the plane"),
      (["columns", "without", "target", "heading"], "a table"),
      (["unit", "sequences", "window"], "a text"),
    ]
    let own =
      switch kind {
      case .drawnDigits, .images: "images"
      case .points: "points in the plane"
      case .table: "a table"
      case .text, .sentences: "a text"
      }
    return zip(Self.definitions, record.entries).compactMap { definition, entry in
      guard entry.value != definition.defaultValue,
        let owner = owners.first(where: { $0.names.contains(definition.name) }), owner.data != own
      else { return nil }
      return (definition, owner.data)
    }
  }
}

/// The settings of the run itself; no result depends on them except which pictures there are.
public struct RunSettings: SettingGroup {
  /// Folder in which the run's folder is created.
  @Setting("folder in which the run's folder is created", placeholder: "DIR", .forNewRuns)
  public var out = "runs"
  /// Seed of all random numbers.
  @Setting("seed of all random numbers", in: .atLeast(0)) public var seed = 0
  /// Threads; results do not depend on it.
  @Setting(
    "threads; results do not depend on it", in: 1...256, absence: "all processors", .changeable)
  public var threads: Int? = nil
  /// Epochs between pictures.
  @Setting("epochs between pictures", in: .atLeast(1)) public var sampleEvery = 1
  /// Epochs between checkpoints.
  @Setting("epochs between checkpoints", in: .atLeast(1), .changeable) public var checkpointEvery =
    1
  /// End after PATIENCE epochs without improvement.
  @Setting(
    "end after PATIENCE epochs without improvement", in: .atLeast(1), placeholder: "PATIENCE",
    absence: "never", .changeable) public var earlyStop: Int? = nil
  /// Steps between rows of steps.csv.
  @Setting("steps between rows of steps.csv", in: .atLeast(1), absence: "no such table")
  public var logEvery: Int? = nil
  /// Also write a file for TensorBoard.
  @Setting("also write a file for TensorBoard", .changeable) public var tensorboard = false
  /// Find the first value that is not finite; slower.
  @Setting("find the first value that is not finite; slower", .changeable)
  public var checkFinite = false
  /// Print the time per operation, also with --quiet.
  @Setting("print the time per operation, also with --quiet", .changeable)
  public var profile = false
  /// Print nothing but errors.
  @Setting("print nothing but errors", .changeable) public var quiet = false

  /// The defaults.
  public init() {}
}
