import CommandLine
import Datasets
import Images
import NN
import Tensor

/// Trains a model by minimising its loss with Adam.
public final class LossTrainer<Model: LossModel>: Trainer {
  /// The model being trained.
  public let model: Model
  /// The training images.
  public let train: Batches
  /// The test images.
  public let test: Batches
  private let optimizer: Adam
  /// The moving average of the parameters, if the model asks for one.
  public let average: MovingAverage?
  /// Whether the model permanently uses the averages.
  private var isFinished = false

  private let streams: TrainingStreams
  private let samples: ((Random) -> [ModelPictures.Named])?
  private let floors: [String: Double]
  private let processes: Processes

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - train: The training images.
  ///   - test: The test images.
  ///   - learningRate: Adam's learning rate.
  ///   - random: All further random numbers come from streams split off it.
  ///   - samples: Makes pictures of a model that ``ModelPictures`` cannot show, with the same
  ///     random numbers every time.
  ///   - processes: The processes that train together.
  ///   - floors: Lower bounds on the average of figures, by column, if they are known.
  public init(
    _ model: Model, train: Batches, test: Batches, learningRate: LearningRate = 0.001,
    using random: Random, processes: Processes = .alone, floors: [String: Double] = [:],
    samples: ((Random) -> [ModelPictures.Named])? = nil
  ) {
    for shape in [train, test].map(\.imageShape) {
      precondition(
        shape == model.dataShape.sizes,
        "LossTrainer: expected images of shape \(model.dataShape.sizes), found \(shape)")
    }
    self.model = model
    self.train = train
    self.test = test
    (self.samples, self.floors, self.processes) = (samples, floors, processes)
    optimizer = Adam(
      for: model, learningRate: learningRate.schedule(stepsPerEpoch: train.batchesPerEpoch))
    streams = TrainingStreams(splitOff: random)
    average = (model as? any AveragedModel)?.averageDecay.map {
      MovingAverage(of: model, decay: $0)
    }
  }

  /// The model's figures on the training images.
  public var trainingColumns: [String] { model.metrics.map { "train_" + $0.column } }
  /// The model's figures on the test images.
  public var testColumns: [String] { model.metrics.map { "test_" + $0.column } }
  /// A chart for each figure.
  public var charts: [Chart] {
    model.metrics.map { metric in
      Chart(
        metric.name, unit: metric.unit, columns: ["train_", "test_"].map { $0 + metric.column },
        floor: floors[metric.column])
    }
  }
  /// The number of training images.
  public var examplesPerEpoch: Int { train.count }

  /// The model, its optimiser and all random streams.
  public var state: [StatePart] {
    [
      .module("model", model), .optimizer("optimizer", optimizer),
      .random("shuffling", streams.shuffling), .random("drawing", streams.drawing),
      .random("evaluation", streams.evaluation),
    ] + (average.map { [.average("average", $0)] } ?? [])
  }

  /// The training images in a new order.
  public func nextEpoch() -> some Sequence<Batch> {
    model.mode = .training
    return train.epoch(shuffledBy: streams.shuffling)
  }

  /// One step of Adam along the gradient of the loss.
  public func step(_ batch: Batch) -> StepResult {
    if optimizer.state.step == 0 { model.start(at: batch, using: streams.drawing) }
    model.prepare(forStep: optimizer.state.step, stepsPerEpoch: train.batchesPerEpoch)
    let (figures, gradients) = processes.valueWithGradient(
      of: model, over: batch, drawing: [streams.drawing]
    ) { model.loss(of: $0, using: streams.drawing) }
    processes.update(optimizer, along: gradients)
    average?.update(from: model, step: optimizer.state.step)
    return StepResult(count: batch.count, weight: batch.weight, metrics: figures)
  }

  /// The figures over the test images, with the same random numbers every time.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  public func evaluate() throws -> [Double] {
    model.mode = .inference
    let random = evaluationRandom
    return try averaged {
      var mean = WeightedMean()
      for batch in test.epoch(shuffledBy: nil) {
        try processes.check()
        let figures = processes.figures(of: batch, by: model, drawing: [random]) {
          model.loss(of: $0, using: random)
        }
        mean.add(figures, count: batch.weight)
      }
      return mean.values
    }
  }

  /// Gives the model its averaged parameters permanently, if it has any.
  public func finish() {
    if !isFinished { average?.swap(with: model) }
    isFinished = true
  }

  /// Calls `body` while the model has its averaged parameters, if it has any.
  private func averaged<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average, !isFinished else { return try body() }
    average.swap(with: model)
    defer { average.swap(with: model) }
    return try body()
  }

  /// The random numbers of an evaluation, restarted from their beginning.
  public var evaluationRandom: Random { Random(state: streams.evaluation.state) }

  /// Pictures of the model after an epoch (``ModelPictures``).
  public func pictures() -> [ModelPictures.Named] {
    averaged { looks.eachEpoch + (samples?(Random(state: streams.codes.state)) ?? []) }
  }

  /// Pictures of the model after training.
  public func finalPictures() -> [ModelPictures.Named] { averaged { looks.atTheEnd } }

  private var looks: ModelPictures {
    ModelPictures(model, test: test, codes: streams.codes, noise: evaluationRandom)
  }
}

/// The random numbers of training with a loss: a separate stream for each use, so that none shifts
/// the numbers of another.
public struct TrainingStreams {
  /// Draws the order of the examples.
  public let shuffling: Random
  /// Random numbers for losses in training, such as codes or noise.
  public let drawing: Random
  /// Random numbers for losses in evaluation; each evaluation starts at the stream's beginning.
  public let evaluation: Random
  /// Draws the codes of the samples in pictures.
  public let codes: Random

  /// Splits the streams off another one, in this order.
  public init(splitOff random: Random) {
    shuffling = random.split()
    drawing = random.split()
    evaluation = random.split()
    codes = random.split()
  }
}
