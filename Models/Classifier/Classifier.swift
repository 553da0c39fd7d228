import NN
import Tensor

/// A network that tells to which of several classes a grey image belongs: p(class|x) is the softmax
/// of its logits.
///
/// ```swift
/// let classifier = Classifier(.conv, height: 28, width: 28, random)
/// let (loss, gradients) = valueWithGradient(of: classifier) { classifier.loss(x, labels) }
/// ```
///
/// Dropout is active in training: set ``NN/Module/mode`` to `.inference` before using the model.
public final class Classifier: Module {
  /// The two kinds of network, of nearly equal size for images of 28×28 pixels.
  public enum Architecture: String, CaseIterable, Sendable {
    /// Convolutions (LeCun, Bottou, Bengio and Haffner 1998) with rectifiers, and dropout: 1,199,882
    /// parameters.
    case conv
    /// Fully connected layers with rectifiers, without dropout: 1,201,290 parameters.
    case dense
  }

  /// From an image to its features, `[batch, featureCount]`.
  public let body: Sequential
  /// From an image's features to its logits, `[batch, classes]`.
  public let head: Sequential
  /// The kind of network.
  public let architecture: Architecture
  /// The height of an image in pixels.
  public let height: Int
  /// The width of an image in pixels.
  public let width: Int
  /// The number of classes.
  public let classes: Int

  /// From an image to its features, and from these to the logits.
  public var members: Members { ["body": body, "head": head] }

  /// The least height and width of an image that a convolutional network takes.
  public static let smallestSide = 6

  /// Creates a network for images of this size.
  public init(
    _ architecture: Architecture, height: Int, width: Int, classes: Int = 10, _ random: Random
  ) {
    precondition(
      height > 0 && width > 0 && classes > 1,
      "Classifier: expected images of one pixel or more and two classes or more, found"
        + " \(height)×\(width) and \(classes)")
    self.architecture = architecture
    self.height = height
    self.width = width
    self.classes = classes
    switch architecture {
    case .conv:
      precondition(
        min(height, width) >= Self.smallestSide,
        "Classifier(.conv): expected images of \(Self.smallestSide)×\(Self.smallestSide) pixels or"
          + " more, found \(height)×\(width)")
      // Each convolution takes a pixel off each side; the pooling halves what is left.
      let pooled = ((height - 4) / 2) * ((width - 4) / 2) * 64
      body = Sequential {
        Reshape([height, width, 1])
        Conv2D(1, 32, kernel: 3, random, initializer: .heUniform)
        ReLU()
        Conv2D(32, 64, kernel: 3, random, initializer: .heUniform)
        ReLU()
        MaxPool2D(2)
        Dropout(0.25, random)
        Flatten()
        Dense(pooled, 128, random, initializer: .heUniform)
        ReLU()
      }
      head = Sequential {
        Dropout(0.5, random)
        Dense(128, classes, random)
      }
    case .dense:
      body = Sequential {
        Dense(height * width, 1024, random, initializer: .heUniform)
        ReLU()
        Dense(1024, 384, random, initializer: .heUniform)
        ReLU()
      }
      head = Sequential { Dense(384, classes, random) }
    }
  }

  /// The model as its two networks.
  public var description: String {
    "Classifier  // \(parameterCount) parameters\nbody: \(body)\nhead: \(head)"
  }
}

extension Classifier {
  /// The values of the last hidden layer for images `[batch, height · width]`:
  /// `[batch, featureCount]`, 128 features of a convolutional network and 384 of the other one.
  public func features(of x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == height * width,
      "Classifier: expected images of shape [batch, \(height * width)], of \(height)×\(width)"
        + " pixels, found \(x.shape)")
    return body(x)
  }

  /// The logits of the classes of images, `[batch, height · width]`: `[batch, classes]`.
  public func logits(of x: Tensor) -> Tensor { head(features(of: x)) }

  /// −log p(label|x), averaged over the batch, in nats.
  ///
  /// - Parameters:
  ///   - x: Images, `[batch, height · width]`.
  ///   - labels: A class for each image, from 0 on.
  public func loss(_ x: Tensor, _ labels: [Int]) -> Tensor {
    softmaxCrossEntropy(logits: logits(of: x), labels: labels)
  }
}
