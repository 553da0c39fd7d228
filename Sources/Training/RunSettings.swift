import CommandLine
import Datasets
import NN
import Settings

/// How a model is trained, whatever the model.
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
  /// How the step size changes: not, or to 0 along half a cosine, which ends with the last epoch.
  @Setting("how the step size falls: not, or to 0 along half a cosine over the epochs")
  public var learningRateDecay = LearningRateDecay.none

  /// The defaults.
  public init() {}
}

extension TrainingSettings {
  /// The step size and how it falls.
  public var rate: LearningRate { LearningRate(learningRate, learningRateDecay, epochs: epochs) }
}

/// What a model is trained on.
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
  /// What is done about a folder's files that cannot be decoded.
  @Setting("what is done about a folder's files that cannot be decoded", .changeable)
  public var damaged = DamagedImages.error
  /// Decode a folder's images anew.
  @Setting("decode a folder's images anew", name: "no-cache", .changeable)
  public var isCacheUnused = false
  /// Points in the plane to train on, and as many to test with.
  @Setting(
    "points in the plane to train on, and as many to test with", in: 1...100_000_000,
    absence: "\(PointData.defaultCount)")
  public var points: Int? = nil
  /// Columns of a table to take.
  @Setting("columns of a table to take", absence: "all") public var columns: NameList? = nil
  /// Columns of a table to leave out.
  @Setting("columns of a table to leave out", absence: "none") public var without: NameList? = nil
  /// Column of a table to be predicted.
  @Setting("column of a table to be predicted", placeholder: "NAME", absence: "none")
  public var target: String? = nil
  /// Whether a table's first row has the names of its columns.
  @Setting("whether a table's first row has the names of its columns")
  public var heading = TableHeading.detected
  /// What a text is cut into.
  @Setting("what a text is cut into") public var unit = TextUnit.characters
  /// What a text's sequences are.
  @Setting("what a text's sequences are") public var sequences = TextSequences.windows
  /// Predicted symbols in a window of a text, or at most in a line.
  @Setting(
    "predicted symbols in a window of a text, or at most in a line", in: 1...65_536,
    absence: "128, of lines the longest")
  public var window: Int? = nil

  /// The defaults.
  public init() {}
}

extension DataSettings {
  /// The settings that say something and are of other data than these, with a word for theirs.
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

/// How a run works, and what it leaves; no result depends on it but which pictures there are.
public struct RunSettings: SettingGroup {
  /// Where the folder of the run is made.
  @Setting("where the folder of the run is made", placeholder: "DIR", .forNewRuns)
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
  /// Write a file for TensorBoard too.
  @Setting("write a file for TensorBoard too", .changeable) public var tensorboard = false
  /// Find the first value that is not finite; slower.
  @Setting("find the first value that is not finite; slower", .changeable)
  public var checkFinite = false
  /// Print the time per operation, --quiet or not.
  @Setting("print the time per operation, --quiet or not", .changeable) public var profile = false
  /// Print nothing but errors.
  @Setting("print nothing but errors", .changeable) public var quiet = false

  /// The defaults.
  public init() {}
}
