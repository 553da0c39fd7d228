import CommandLine
import Datasets
import Images
import Models
import NN
import Tensor
import Training

/// Trains a classifier with Adam on the cross-entropy, and keeps the test images that it
/// misclassifies.
public final class ClassifierTrainer: Trainer {
  /// A misclassified test image.
  public struct Mistake: Equatable, Sendable {
    /// The image's index in the test set.
    public let index: Int
    /// The image's true class.
    public let label: Int
    /// The class that the classifier considers most probable.
    public let prediction: Int
    /// The probability that the classifier gives it.
    public let probability: Double

    package init(index: Int, label: Int, prediction: Int, probability: Double) {
      (self.index, self.label) = (index, label)
      (self.prediction, self.probability) = (prediction, probability)
    }
  }

  /// The model being trained.
  public var classifier: Classifier { base.model }
  /// The misclassified test images of the last evaluation, in the order of the data.
  public private(set) var mistakes: [Mistake] = []
  private let base: LossTrainer<Classifier>
  private let processes: Processes

  /// Creates a trainer; see ``/Training/LossTrainer``.
  public init(
    _ classifier: Classifier, train: Batches, test: Batches, learningRate: LearningRate = 0.001,
    using random: Random, processes: Processes = .alone
  ) {
    self.processes = processes
    base = LossTrainer(
      classifier, train: train, test: test, learningRate: learningRate, using: random,
      processes: processes)
  }

  /// The cross-entropy in nats per image and the accuracy, both with dropout and measured on each
  /// batch as it is trained on.
  public var trainingColumns: [String] { base.trainingColumns }
  /// The same figures on the test images, without dropout.
  public var testColumns: [String] { base.testColumns }
  /// The loss and the accuracy.
  public var charts: [Chart] { base.charts }
  /// The number of training images.
  public var examplesPerEpoch: Int { base.examplesPerEpoch }
  /// The model, its optimiser and the random streams.
  public var state: [StatePart] { base.state }
  /// The training images in a new order.
  public func nextEpoch() -> some Sequence<Batch> { base.nextEpoch() }
  /// One step of Adam along the gradient of the loss.
  public func step(_ batch: Batch) -> StepResult { base.step(batch) }

  /// The loss and the accuracy on the test images.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  public func evaluate() throws -> [Double] {
    classifier.mode = .inference
    mistakes = []
    var loss = WeightedMean()
    var count = 0
    for batch in base.test.epoch(shuffledBy: nil) {
      try processes.check()
      let logits = classifier.logits(of: batch.images)
      loss.add(
        [softmaxCrossEntropy(logits: logits, labels: batch.labels).scalar], count: batch.count)
      let probabilities = softmax(logits).doubles
      for (place, (prediction, label)) in zip(logits.argmax(), batch.labels).enumerated()
      where prediction != label {
        mistakes.append(
          Mistake(
            index: count + place, label: label, prediction: prediction,
            probability: probabilities[place * classifier.classes + prediction]))
      }
      count += batch.count
    }
    return loss.values + [Double(count - mistakes.count) / Double(count)]
  }

  /// The first hundred misclassified test images of the last evaluation; empty if there are none or
  /// if the data are not images.
  public func pictures() -> [ModelPictures.Named] {
    if mistakes.isEmpty || !classifier.dataShape.isImage { return [] }
    let images = base.test.images
    let shape = [images.height, images.width, images.channels]
    let shown = mistakes.prefix(100).map(\.index)
    let rows = Tensor(bytes: images.pixels, rows: shown, rowLength: shape.reduce(1, *))
    return [
      ModelPictures.Named(
        name: "mistakes", contents: "the first hundred misclassified test images, by epoch",
        grid: ImageGrid(rows.reshaped(to: [shown.count] + shape), columns: 10))
    ]
  }
}
