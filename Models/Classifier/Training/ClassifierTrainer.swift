import Classifier
import Datasets
import Images
import NN
import Tensor
import Training

/// Trains a classifier by Adam on the cross-entropy.
public final class ClassifierTrainer: Trainer {
  /// A test image that the classifier puts into a wrong class.
  public struct Mistake: Equatable, Sendable {
    /// The image's place in the test set.
    public let index: Int
    /// The class that it belongs to.
    public let label: Int
    /// The class that is most probable by the classifier.
    public let prediction: Int
    /// How probable, by the classifier.
    public let probability: Double
  }

  /// The model being trained.
  public let classifier: Classifier
  /// The test images of a wrong class in the last evaluation, in the order of the data.
  public private(set) var mistakes: [Mistake] = []
  private let optimizer: Adam
  private let train: Batches
  private let test: Batches
  private let shuffling: Random

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - classifier: The model.
  ///   - train: The images to train on.
  ///   - test: The images to evaluate with.
  ///   - learningRate: Adam's.
  ///   - random: The orders of the images come from a stream split off it.
  public init(
    _ classifier: Classifier, train: Batches, test: Batches, learningRate: Double = 0.001,
    _ random: Random
  ) {
    self.classifier = classifier
    self.train = train
    self.test = test
    optimizer = Adam(learningRate: learningRate)
    shuffling = random.split()
  }

  /// The cross-entropy in nats per image, and the share of the images that are put into their class,
  /// both with dropout and as each batch is met.
  public let trainingColumns = ["train_loss", "train_accuracy"]
  /// The same of the test images, without dropout.
  public let testColumns = ["test_loss", "test_accuracy"]
  /// The loss and the accuracy.
  public let charts = [
    Chart("loss", unit: "nats per image", columns: ["train_loss", "test_loss"]),
    Chart("accuracy", unit: "share of the images", columns: ["train_accuracy", "test_accuracy"]),
  ]
  /// The number of training images.
  public var examplesPerEpoch: Int { train.count }

  /// The model, its optimiser and the stream of the images' orders.
  public var state: [StatePart] {
    [
      .module("classifier", classifier), .optimizer("optimizer", optimizer, of: classifier),
      .random("shuffling", shuffling),
    ]
  }

  /// The training images in a new order.
  public func nextEpoch() -> some Sequence<Batch> {
    classifier.mode = .training
    return train.epoch(shuffledBy: shuffling)
  }

  /// One step of Adam along the gradient of the loss.
  public func step(_ batch: Batch) -> StepResult {
    let (loss, logits, gradients) = valueWithGradient(of: classifier) {
      let logits = classifier.logits(of: batch.images)
      return (softmaxCrossEntropy(logits: logits, labels: batch.labels), logits)
    }
    optimizer.update(classifier, along: gradients)
    let right = zip(logits.argmax(), batch.labels).count { $0 == $1 }
    return StepResult(
      count: batch.count, metrics: [loss.scalar, Double(right) / Double(batch.count)])
  }

  /// The loss and the accuracy on the test images.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  public func evaluate() throws -> [Double] {
    classifier.mode = .inference
    mistakes = []
    var loss = WeightedMean()
    var count = 0
    for batch in test.epoch(shuffledBy: nil) {
      try Interrupt.check()
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

  /// The first hundred test images of a wrong class in the last evaluation; none if there are none.
  public func pictures() -> [(name: String, grid: ImageGrid)] {
    if mistakes.isEmpty { return [] }
    let (height, width) = (test.images.height, test.images.width)
    let images = Tensor(
      bytes: test.images.pixels, rows: mistakes.prefix(100).map(\.index), rowLength: height * width)
    let grid = ImageGrid(images.scalars, imageHeight: height, imageWidth: width, columns: 10)
    return [("mistakes", grid)]
  }
}
