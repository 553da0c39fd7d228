import NN
import Settings
import Tensor

/// A classifier of grey images: p(class|x) is the softmax of its logits.
///
/// ```swift
/// let classifier = Classifier(.init(), for: .images(28, 28, classes: 10), using: random)
/// let (loss, gradients) = valueWithGradient(of: classifier) {
///   classifier.loss(of: batch, using: random).total
/// }
/// ```
///
/// Dropout is active in training: set ``/NN/Module/mode`` to `.inference` before using the model.
public final class Classifier: LossModel {
  /// The two kinds of network, of nearly equal size for images of 28×28 pixels in ten classes.
  public enum Architecture: String, Choice {
    /// Convolutions (LeCun, Bottou, Bengio and Haffner 1998) with rectifiers, and dropout: 1,199,882
    /// parameters.
    case conv
    /// Fully connected layers with rectifiers, without dropout: 1,201,290 parameters.
    case dense
  }

  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Convolutions, or fully connected layers alone.
    @Setting("convolutions, or fully connected layers alone")
    public var architecture = Architecture.conv

    /// The defaults.
    public init() {}

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try expectNoText(data)
      let side = Classifier.smallestSide
      let isImage = data.sizes.count == 3 && data.sizes[2] == 1
      if architecture == .conv, !isImage || min(data.sizes[0], data.sizes[1]) < side {
        throw UnsuitableSetting(
          "architecture", "conv",
          "expected images of \(side)×\(side) pixels or more, found \(data.sizesText)")
      }
      guard data.classes > 1 else {
        throw UnsuitableSetting("classes", data.classes, "expected labels of two classes or more")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "classifier"
  /// The model learns from classes.
  public static let needsLabels = true
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// From an image to its features, `[batch, featureCount]`.
  public let body: Sequential
  /// From an image's features to its logits, `[batch, classes]`.
  public let head: Sequential

  /// The body and the head.
  public var members: Members { ["body": body, "head": head] }

  /// The smallest height and width of an image that a convolutional network accepts.
  public static let smallestSide = 6

  /// Creates a network.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "Classifier")
    self.configuration = configuration
    dataShape = data
    switch configuration.architecture {
    case .conv:
      // Each convolution removes a pixel from each side; the pooling halves the rest.
      let pooled = ((data.sizes[0] - 4) / 2) * ((data.sizes[1] - 4) / 2) * 64
      body = Sequential {
        Reshape(data.sizes)
        Conv2D(1, 32, kernel: 3, initializer: .heUniform, using: random)
        ReLU()
        Conv2D(32, 64, kernel: 3, initializer: .heUniform, using: random)
        ReLU()
        MaxPool2D(2)
        Dropout(0.25, using: random)
        Flatten()
        Dense(pooled, 128, initializer: .heUniform, using: random)
        ReLU()
      }
      head = Sequential {
        Dropout(0.5, using: random)
        Dense(128, data.classes, using: random)
      }
    case .dense:
      body = Sequential {
        Dense(data.count, 1024, initializer: .heUniform, using: random)
        ReLU()
        Dense(1024, 384, initializer: .heUniform, using: random)
        ReLU()
      }
      head = Sequential { Dense(384, data.classes, using: random) }
    }
  }

  /// A description of the two networks.
  public var description: String {
    "Classifier  // \(parameterCount) parameters\nbody: \(body)\nhead: \(head)"
  }
}

extension Classifier {
  /// The number of classes.
  public var classes: Int { dataShape.classes }

  /// The values of the last hidden layer for images `[batch, pixels]`: `[batch, featureCount]`; a
  /// convolutional network has 128 features, a dense one 384.
  public func features(of x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == dataShape.count,
      "Classifier: expected images of shape [batch, \(dataShape.count)], found \(x.shape)")
    return body(x)
  }

  /// The logits of the classes of images, `[batch, pixels]`: `[batch, classes]`.
  public func logits(of x: Tensor) -> Tensor { head(features(of: x)) }

  /// The cross-entropy and the accuracy.
  public var metrics: [Metric] {
    let noun = dataShape.element.exampleNoun
    return [
      Metric("loss", unit: "nats per \(noun.singular)"),
      Metric("accuracy", unit: "share of the \(noun.plural)"),
    ]
  }

  /// −log p(label|x), averaged over the batch, in nats.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let logits = logits(of: batch.images)
    let right = zip(logits.argmax(), batch.labels).count { $0 == $1 }
    return Loss(
      softmaxCrossEntropy(logits: logits, labels: batch.labels),
      others: [Double(right) / Double(batch.count)])
  }
}
