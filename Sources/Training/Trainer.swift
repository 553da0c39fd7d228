import NN
import Tensor

/// A model's own part of its training: steps, evaluation and pictures.
///
/// The shared loop (``TrainingRun``) does the rest: epochs, averages, the table of losses, pictures
/// at intervals, progress, the reaction to Ctrl-C. A trainer spells its step out, so that the
/// paper's algorithm can be read in one place.
public protocol Trainer: AnyObject {
  /// The batch of one step.
  associatedtype Batch
  /// The batches of one epoch.
  associatedtype Epoch: Sequence<Batch>

  /// The names of the numbers that a step returns: the columns of `loss.csv` after `epoch,step`.
  var trainingColumns: [String] { get }
  /// The names of the numbers that an evaluation returns: the last columns of `loss.csv`.
  var testColumns: [String] { get }
  /// Charts of all these columns, each with the columns to show side by side and their unit.
  var charts: [Chart] { get }
  /// The number of examples in an epoch.
  var examplesPerEpoch: Int { get }

  /// Everything that the next epoch depends on: the trainer's part of a checkpoint.
  var state: [StatePart] { get }

  /// The moving average of the parameters with which the model is saved; nil if it is saved
  /// unchanged.
  var average: MovingAverage? { get }
  /// Prepares the model for use, after training is over.
  func finish()

  /// The batches of the next epoch, in a new order.
  func nextEpoch() -> Epoch
  /// Trains on one batch.
  func step(_ batch: Batch) -> StepResult
  /// The model's figures on the test set, one for each of ``testColumns``.
  ///
  /// An evaluation that takes seconds calls ``/CommandLine/Interrupt/check()`` between batches; the epoch
  /// then counts as interrupted.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  func evaluate() throws -> [Double]
  /// The pictures after an epoch; `samples` becomes `samples/epoch-001.png`, and `.pgm` or, in
  /// colour, `.ppm`.
  func pictures() -> [ModelPictures.Named]
  /// The random numbers of an evaluation, restarted from their beginning: the same every time.
  var evaluationRandom: Random { get }
  /// The pictures after training; `interpolations` becomes `interpolations.png`.
  func finalPictures() -> [ModelPictures.Named]
}

/// The result of a training step.
public struct StepResult: Sendable {
  /// The number of examples.
  public let count: Int
  /// The weight of its figures in the epoch's averages.
  public let weight: Int
  /// One figure for each of the trainer's training columns.
  public let metrics: [Double]

  /// Creates a result; the weight is by default the number of examples.
  public init(count: Int, weight: Int? = nil, metrics: [Double]) {
    self.count = count
    self.weight = weight ?? count
    self.metrics = metrics
  }
}

extension Trainer {
  /// By default, random numbers from a fixed seed.
  public var evaluationRandom: Random { Random(seed: 0) }

  /// None by default.
  public var average: MovingAverage? { nil }

  /// Does nothing by default.
  public func finish() {}

  /// None by default.
  public func finalPictures() -> [ModelPictures.Named] { [] }
}
