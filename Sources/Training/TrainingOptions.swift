import Datasets

/// The options that every training executable has.
///
/// An executable's own options contain them, and its command lists them among its own, in the order
/// in which the help is to show them:
///
/// ```swift
/// struct Options: Sendable {
///   var training = TrainingOptions(epochs: 10)
///   var latentSize = 64
/// }
/// let options: [CommandLineOption<Options>] = [
///   .epochs(\.training), .batchSize(\.training), .learningRate(\.training),
///   .integer("latent", \.latentSize, in: .atLeast(1), help: "dimensions of a latent code"),
///   .data(\.training), .out(\.training), .seed(\.training), .threads(\.training),
///   .sampleInterval(\.training), .limit(\.training), .checkpointInterval(\.training),
///   .earlyStop(\.training), .resume(\.training), .tensorBoard(\.training),
///   .checkFinite(\.training), .profile(\.training), .quiet(\.training),
/// ]
/// ```
public struct TrainingOptions: Equatable, Sendable {
  /// How many passes over the training images.
  public var epochs: Int
  /// How many images in a training step.
  public var batchSize: Int
  /// The step size of the optimiser.
  public var learningRate: Double
  /// A folder with MNIST's files, or `drawn`; nil for MNIST if it is there and else drawn digits.
  public var data: String?
  /// Where the folder of the run is made.
  public var out = "runs"
  /// The seed of all random numbers.
  public var seed = 0
  /// How many threads work; nil for one on each processor.
  public var threads: Int?
  /// How many epochs from picture to picture.
  public var sampleInterval = 1
  /// How many of the training images are used; nil for all.
  public var limit: Int?
  /// Whether figures and pictures are written for TensorBoard too.
  public var writesEvents = false
  /// How many epochs from checkpoint to checkpoint.
  public var checkpointInterval = 1
  /// The folder of a run that is to go on; nil for a new run.
  public var resume: String?
  /// After how many epochs without a lower test loss the run ends; nil for never.
  public var patience: Int?
  /// Whether the first value that is not finite is looked for.
  public var checksFinite = false
  /// Whether it is printed what the operations of the training cost.
  public var isProfiled = false
  /// Whether nothing but errors is printed.
  public var isQuiet = false

  /// The defaults of an executable; those that are not named here are the same for all.
  public init(epochs: Int, batchSize: Int = 128, learningRate: Double = 0.001) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
  }

  /// What the help of every executable says about data, for the end of its notes.
  public static let dataNote = """
    Without --data, MNIST is read from datasets/mnist if it is there; if not, the
    program trains on digits that it draws itself. To get MNIST:
    scripts/download-mnist.sh
    """

  /// The widths of layers that an option should accept: a model of wider ones would not fit into
  /// memory, and running out of that is no way to say so.
  public static let layerWidths = Bounds.between(1, and: 65_536)
}

// MARK: - On the command line

extension CommandLineOption {
  /// Where an executable's options hold those that all have.
  public typealias Shared = any WritableKeyPath<Options, TrainingOptions> & Sendable

  /// `--epochs N`, from 1 to a million.
  public static func epochs(_ shared: Shared) -> Self {
    Self(
      .integer(
        "epochs", \.epochs, in: .between(1, and: 1_000_000),
        help: "passes over the training images"), of: shared
    ).changeable
  }

  /// `--batch-size N`, 1 or more.
  public static func batchSize(_ shared: Shared) -> Self {
    Self(
      .integer("batch-size", \.batchSize, in: .atLeast(1), help: "images in a training step"),
      of: shared)
  }

  /// `--learning-rate X`, above 0.
  public static func learningRate(_ shared: Shared) -> Self {
    Self(
      .number("learning-rate", \.learningRate, in: .above(0), help: "step size of Adam"),
      of: shared)
  }

  /// `--data DIR|drawn`.
  public static func data(_ shared: Shared) -> Self {
    Self(
      .text(
        "data", \.data, placeholder: "DIR|drawn", absence: "MNIST if it is there",
        help: "folder with MNIST's files, or drawn"), of: shared
    ).path(or: DigitData.drawn).changeable
  }

  /// `--out DIR`.
  public static func out(_ shared: Shared) -> Self {
    Self(
      .text("out", \.out, placeholder: "DIR", help: "where the folder of the run is made"),
      of: shared
    ).forNewRuns
  }

  /// `--seed N`, 0 or more.
  public static func seed(_ shared: Shared) -> Self {
    Self(.integer("seed", \.seed, in: .atLeast(0), help: "seed of all random numbers"), of: shared)
  }

  /// `--threads N`, from 1 to 256.
  public static func threads(_ shared: Shared) -> Self {
    Self(
      .integer(
        "threads", \.threads, in: .between(1, and: 256), absence: "all processors",
        help: "threads; results do not depend on it"), of: shared
    ).changeable
  }

  /// `--sample-every N`, 1 or more.
  public static func sampleInterval(_ shared: Shared) -> Self {
    Self(
      .integer("sample-every", \.sampleInterval, in: .atLeast(1), help: "epochs between pictures"),
      of: shared)
  }

  /// `--limit N`, 1 or more.
  public static func limit(_ shared: Shared) -> Self {
    Self(
      .integer("limit", \.limit, in: .atLeast(1), absence: "all", help: "training images used"),
      of: shared)
  }

  /// `--tensorboard`.
  public static func tensorBoard(_ shared: Shared) -> Self {
    Self(
      .flag("tensorboard", \.writesEvents, help: "write a file for TensorBoard too"), of: shared
    ).changeable
  }

  /// `--quiet`.
  public static func quiet(_ shared: Shared) -> Self {
    Self(.flag("quiet", \.isQuiet, help: "print nothing but errors"), of: shared).changeable
  }

  /// `--profile`.
  public static func profile(_ shared: Shared) -> Self {
    Self(
      .flag(
        "profile", \.isProfiled,
        help: "print what each operation of the training took, --quiet or not"), of: shared
    ).changeable
  }

  /// `--checkpoint-every N`, 1 or more.
  public static func checkpointInterval(_ shared: Shared) -> Self {
    Self(
      .integer(
        "checkpoint-every", \.checkpointInterval, in: .atLeast(1),
        help: "epochs between checkpoints"
      ), of: shared
    ).changeable
  }

  /// `--resume RUN`.
  public static func resume(_ shared: Shared) -> Self {
    Self(
      .text(
        "resume", \.resume, placeholder: "RUN", absence: "a new run",
        help: "folder of a run that is to go on, with its options"), of: shared
    ).unrecorded
  }

  /// `--early-stop PATIENCE`, 1 or more.
  public static func earlyStop(_ shared: Shared) -> Self {
    Self(
      .integer(
        "early-stop", \.patience, in: .atLeast(1), placeholder: "PATIENCE", absence: "never",
        help: "end after so many epochs without a lower test loss"), of: shared
    ).changeable
  }

  /// `--check-finite`.
  public static func checkFinite(_ shared: Shared) -> Self {
    Self(
      .flag(
        "check-finite", \.checksFinite, help: "find the first value that is not finite; slower"),
      of: shared
    ).changeable
  }
}
