import NN
import Tensor

/// A model's own part of its training: the step, the evaluation and the pictures.
///
/// The shared loop (``TrainingRun``) does the rest: epochs, averages, the table of losses, pictures
/// at intervals, progress, the reaction to Ctrl-C. A trainer writes its step out, so that the
/// algorithm of the paper stands in one place.
public protocol Trainer: AnyObject {
  /// What a step trains on.
  associatedtype Batch
  /// The batches of one epoch.
  associatedtype Epoch: Sequence<Batch>

  /// The names of the numbers that a step returns: the columns of `loss.csv` after `epoch,step`.
  var trainingColumns: [String] { get }
  /// The names of the numbers that an evaluation returns: the last columns of `loss.csv`.
  var testColumns: [String] { get }
  /// All these columns, those that are to be seen side by side in a chart, with their units.
  var charts: [Chart] { get }
  /// How many examples an epoch has.
  var examplesPerEpoch: Int { get }

  /// All that the next epoch depends on: what a checkpoint holds of the trainer.
  var state: [StatePart] { get }

  /// The average of the model's parameters with which it is saved; nil where it is saved as it is.
  var average: MovingAverage? { get }
  /// Puts the model, whose training is over, as it is to be used.
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
  /// What to look at after an epoch; `samples` becomes `samples/epoch-001.png`, and `.pgm` or, in
  /// colour, `.ppm`.
  func pictures() -> [ModelPictures.Named]
  /// The random numbers of an evaluation, from their beginning: the same every time.
  var evaluationRandom: Random { get }
  /// What to look at when the training is over; `interpolations` becomes `interpolations.png`.
  func finalPictures() -> [ModelPictures.Named]
}

/// What a training step reports.
public struct StepResult: Sendable {
  /// How many examples it was.
  public let count: Int
  /// The weight of its figures in the epoch's averages.
  public let weight: Int
  /// One figure for each of the trainer's training columns.
  public let metrics: [Double]

  /// Creates a report; the weight is the number of examples where it is not given.
  public init(count: Int, weight: Int? = nil, metrics: [Double]) {
    self.count = count
    self.weight = weight ?? count
    self.metrics = metrics
  }
}

extension Trainer {
  /// Those of a seed of their own.
  public var evaluationRandom: Random { Random(seed: 0) }

  /// None.
  public var average: MovingAverage? { nil }

  /// Nothing: it is as it is to be used.
  public func finish() {}

  /// Nothing.
  public func finalPictures() -> [ModelPictures.Named] { [] }
}
