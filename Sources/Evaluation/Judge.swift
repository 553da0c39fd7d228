import Datasets
import Files
import Models
import NN
import Tensor
import Training

/// A trained convolutional classifier that evaluates generated images.
///
/// It answers four questions: whether each sample clearly belongs to one class and the classes are
/// equally frequent (``ImageStatistics/score``); how far the samples as a whole are from the test
/// images in the space of its 128 features (the Fréchet distance of Heusel, Ramsauer, Unterthiner,
/// Nessler and Hochreiter 2017, who use the features of an Inception network); which share of the
/// samples lies among the test images in that space and vice versa (precision and recall); and how
/// often each class occurs.
///
/// Scores are comparable only under the same judge: not with published Inception scores and FIDs,
/// which use another network, nor with those of another judge. They have blind spots: a model that
/// memorises the training images scores well, and defects that do not affect the class go
/// unnoticed.
public final class Judge {
  /// A judge's scores for samples.
  public struct Judgement: Equatable, Sendable {
    /// The number of samples, and of test images.
    public let count: Int
    /// The judge's own accuracy on the test images.
    public let accuracy: Double
    /// The classifier-based score of the samples.
    public let score: Double
    /// The classifier-based score of the test images, an upper reference for samples.
    public let testScore: Double
    /// The squared Fréchet distance of the samples' features from the test images'.
    public let frechetDistance: Double
    /// The share of the samples whose features lie among those of the test images; nil for fewer
    /// than four.
    public let precision: Double?
    /// The share of the test images whose features lie among those of the samples; nil for fewer
    /// than four.
    public let recall: Double?
    /// The share of each class among the samples.
    public let classShares: [Double]
    /// The share of the samples that the judge assigns to the class requested for them; nil if no
    /// classes were requested.
    public let conditionalAccuracy: Double?

    /// The entropy of the class shares, in nats; it equals the logarithm of the number of classes
    /// if they are equally frequent.
    public var classEntropy: Double {
      let shares = Tensor(classShares, dtype: .float64)
      return max(0, -xlogy(shares, shares).sum().scalar)
    }
  }

  /// The classifier, in inference mode.
  public let classifier: Classifier

  /// Creates a judge from a classifier, which must not be trained any further.
  public init(_ classifier: Classifier) {
    classifier.mode = .inference
    self.classifier = classifier
  }

  /// Reads the judge of images of this size from a file written by a classifier's run or
  /// ``save(to:)``.
  ///
  /// - Throws: `ModelFileError` if it cannot be read or is not such a judge.
  public convenience init(path: String, height: Int, width: Int) throws {
    let file = try SafetensorsFile(path: path)
    let classifier = try Classifier.open(file)
    guard classifier.configuration.architecture == .conv else {
      throw file.unsuitable("architecture", "'conv'")
    }
    guard classifier.dataShape.sizes == [height, width, 1] else {
      throw file.unsuitable("shape", "'\(height),\(width),1'")
    }
    self.init(classifier)
  }

  /// Writes the judge to a file atomically.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func save(to path: String) throws { try classifier.save(to: path) }

  /// Trains a judge: one pass over the images with Adam, in batches of 64, with a learning rate
  /// that decays from 0.002 to 0 along half a cosine.
  ///
  /// It uses its own random seed, so that it depends on the images alone.
  ///
  /// - Parameters:
  ///   - images: The training images.
  ///   - classes: The number of classes, 2 or more and more than the highest label.
  ///   - isInterrupted: Called after every batch.
  /// - Returns: The judge, or nil if interrupted.
  public static func trained(
    on images: LabeledImages, classes: Int = 10, isInterrupted: () -> Bool = { false }
  ) throws -> Judge? {
    let random = Random(seed: 2_016)
    let batches = try Batches(images, size: 64)
    let classifier = Classifier(
      .init(), for: .images(images.height, images.width, classes: classes), using: random.split())
    let adam = Adam(
      for: classifier, learningRate: cosineDecay(from: 0.002, over: batches.batchesPerEpoch))
    for batch in batches.epoch(shuffledBy: random.split()) {
      let (_, gradients) = valueWithGradient(of: classifier) {
        softmaxCrossEntropy(logits: classifier.logits(of: batch.images), labels: batch.labels)
      }
      adam.update(along: gradients)
      if isInterrupted() { return nil }
    }
    return Judge(classifier)
  }

  /// Whether the judge's features and logits of some of these images are finite, as they are unless
  /// the judge has absurd weights.
  func isFinite(on images: LabeledImages) throws -> Bool {
    let batches = try Batches(images, size: min(100, images.count))
    guard let batch = batches.epoch(shuffledBy: nil).first(where: { _ in true }) else {
      return true
    }
    let features = classifier.features(of: batch.images)
    return features.isFinite && classifier.head(features).isFinite
  }

  /// Judges as many samples as there are test images.
  ///
  /// - Parameters:
  ///   - testImages: The images that the samples should resemble, two or more.
  ///   - isInterrupted: Called after every batch.
  ///   - sample: Generates the given number of samples, `[count, height · width]`, in [0, 1].
  /// - Returns: The judgement, or nil if interrupted.
  public func judgement(
    beside testImages: LabeledImages, isInterrupted: () -> Bool = { false },
    ofSamples sample: (_ count: Int) -> Tensor
  ) throws -> Judgement? {
    try judgement(beside: testImages, isInterrupted, isConditional: false) { sample($0.count) }
  }

  /// Judges class-conditional samples, one for the class of each test image.
  ///
  /// - Parameters:
  ///   - testImages: The test images with their classes.
  ///   - isInterrupted: Called after every batch; if it returns true, the result is nil.
  ///   - sample: Generates one sample of each of these classes, `[count, height · width]`.
  public func judgement(
    beside testImages: LabeledImages, isInterrupted: () -> Bool = { false },
    ofClasses sample: (_ labels: [Int]) -> Tensor
  ) throws -> Judgement? {
    try judgement(beside: testImages, isInterrupted, isConditional: true, sample)
  }

  private func judgement(
    beside testImages: LabeledImages, _ isInterrupted: () -> Bool, isConditional: Bool,
    _ sample: (_ labels: [Int]) -> Tensor
  ) throws -> Judgement? {
    var (samples, images) = (statistics, statistics)
    var (sampleFeatures, imageFeatures) = ([Tensor](), [Tensor]())
    var (right, obeyed) = (0, 0)
    // In small groups: the features of 500 images would take more memory than the whole training.
    for batch in try Batches(testImages, size: 100).epoch(shuffledBy: nil) {
      let seen = add(batch.images, to: &images)
      right += zip(seen.logits.argmax(), batch.labels).count { $0 == $1 }
      imageFeatures.append(seen.features)
      let seenSamples = add(sample(batch.labels), to: &samples)
      obeyed += zip(seenSamples.logits.argmax(), batch.labels).count { $0 == $1 }
      sampleFeatures.append(seenSamples.features)
      if isInterrupted() { return nil }
    }
    let shares = FeatureManifold.shares(
      of: Tensor.concatenated(sampleFeatures), and: Tensor.concatenated(imageFeatures))
    return Judgement(
      count: samples.count, accuracy: Double(right) / Double(images.count), score: samples.score,
      testScore: images.score,
      frechetDistance: samples.moments.squaredFrechetDistance(to: images.moments),
      precision: shares?.first, recall: shares?.second, classShares: samples.classShares,
      conditionalAccuracy: isConditional ? Double(obeyed) / Double(samples.count) : nil)
  }

  /// The share of class-conditional samples that the judge assigns to their class, over a hundred
  /// of each class.
  ///
  /// - Parameters:
  ///   - classes: The number of classes.
  ///   - isInterrupted: Called after every class.
  ///   - sample: Generates the given number of samples of a class, `[count, height · width]`, in
  ///     [0, 1].
  /// - Returns: The share; nil if there are no classes or more than the judge knows, or if
  ///   interrupted.
  func accuracy(
    ofClasses classes: Int, isInterrupted: () -> Bool,
    _ sample: (_ label: Int, _ count: Int) -> Tensor
  ) -> Double? {
    // A judge of fewer classes cannot recognise the others.
    guard classes > 0, classes <= classifier.classes else { return nil }
    let count = 100
    var right = 0
    for label in 0..<classes {
      let logits = classifier.head(classifier.features(of: sample(label, count)))
      right += logits.argmax().count { $0 == label }
      if isInterrupted() { return nil }
    }
    return Double(right) / Double(classes * count)
  }

  /// Empty statistics.
  private var statistics: ImageStatistics {
    let weight = classifier.head.parameters[0].parameter.wrappedValue
    return ImageStatistics(features: weight.shape[0], classes: classifier.classes)
  }

  /// Adds images `[batch, height · width]` to statistics, and returns the classifier's output.
  private func add(
    _ images: Tensor, to statistics: inout ImageStatistics
  ) -> (features: Tensor, logits: Tensor) {
    let features = classifier.features(of: images)
    let logits = classifier.head(features)
    statistics.add(features: features, logits: logits)
    return (features, logits)
  }
}
