import Datasets
import Files
import Models
import NN
import Tensor
import Training

/// A trained convolutional classifier that looks at generated images.
///
/// It answers four questions: whether each sample is clearly of one class and the classes equally
/// often (``ImageStatistics/score``), how far the samples as a whole lie from the test images in the
/// space of its 128 features (the Fréchet distance of Heusel, Ramsauer, Unterthiner, Nessler and
/// Hochreiter 2017, there in the features of an Inception network), which share of the samples lies among
/// the test images there and which share of these among the samples (precision and recall), and how often
/// each class occurs.
///
/// The figures compare models that the same judge has looked at. They cannot be compared with
/// published Inception scores and FIDs, which are of another network, nor with those of another
/// judge; and they do not see everything: a model that repeats the training images is judged well,
/// and what does not matter for telling the classes apart may be wrong without being noticed.
public final class Judge {
  /// What a judge says of samples.
  public struct Judgement: Equatable, Sendable {
    /// The number of samples, and of test images.
    public let count: Int
    /// The share of the test images that the judge itself puts into their class.
    public let accuracy: Double
    /// The classifier-based score of the samples.
    public let score: Double
    /// The classifier-based score of the test images: what samples could reach.
    public let testScore: Double
    /// The squared Fréchet distance of the samples' features from the test images'.
    public let frechetDistance: Double
    /// The share of the samples whose features lie among those of the test images; nil of fewer than four.
    public let precision: Double?
    /// The share of the test images whose features lie among those of the samples; nil of fewer than four.
    public let recall: Double?
    /// The share of each class among the samples.
    public let classShares: [Double]
    /// The share of the samples that the judge puts into the class that they were asked of; nil where
    /// they were asked of none.
    public let conditionalAccuracy: Double?

    /// The entropy of the class shares, in nats: the logarithm of the number of classes where they are
    /// equally often.
    public var classEntropy: Double {
      let shares = Tensor(classShares, dtype: .float64)
      return max(0, -xlogy(shares, shares).sum().scalar)
    }
  }

  /// The classifier, in inference.
  public let classifier: Classifier

  /// Makes a judge of a classifier, which must not be trained any more.
  public init(_ classifier: Classifier) {
    classifier.mode = .inference
    self.classifier = classifier
  }

  /// Takes the judge of images of this size from a file that a classifier's run or ``save(to:)``
  /// wrote.
  ///
  /// - Throws: `ModelFileError` if it cannot be read or is not that of such a judge.
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

  /// Writes the judge to a file, whole or not at all.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  public func save(to path: String) throws { try classifier.save(to: path) }

  /// Trains a judge: one pass over the images by Adam, in batches of 64, with a learning rate that
  /// falls from 0.002 to 0 along half a cosine.
  ///
  /// It draws its random numbers from a seed of its own, so that it depends on the images alone.
  ///
  /// - Parameters:
  ///   - images: What it is trained on.
  ///   - classes: The number of classes, 2 or more and more than the highest label.
  ///   - isInterrupted: Asked after every batch.
  /// - Returns: The judge, or nil where it was interrupted.
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

  /// Whether the judge's features and logits of some of these images are finite numbers, as they are but of
  /// a judge with absurd weights.
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
  ///   - testImages: Images that the samples are to be like, two or more.
  ///   - isInterrupted: Asked after every batch.
  ///   - sample: Makes so many samples, `[count, height · width]`, in [0, 1].
  /// - Returns: The judgement, or nil where it was interrupted.
  public func judgement(
    beside testImages: LabeledImages, isInterrupted: () -> Bool = { false },
    ofSamples sample: (_ count: Int) -> Tensor
  ) throws -> Judgement? {
    try judgement(beside: testImages, isInterrupted, isConditional: false) { sample($0.count) }
  }

  /// The same of samples that are asked of a class, each of that of a test image.
  ///
  /// - Parameters:
  ///   - testImages: The test images with their classes.
  ///   - isInterrupted: Whether to stop; then the result is nil.
  ///   - sample: Makes samples of these classes, one of each, `[count, height · width]`.
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
    // Few at a time: the features of 500 images would take more memory than the whole training.
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

  /// The share of samples of a class that the judge puts into it, of a hundred of each class.
  ///
  /// - Parameters:
  ///   - classes: The number of classes.
  ///   - isInterrupted: Asked after every class.
  ///   - sample: Makes so many samples of a class, `[count, height · width]`, in [0, 1].
  /// - Returns: The share; nil where there are none or more than the judge knows, or where it was interrupted.
  func accuracy(
    ofClasses classes: Int, isInterrupted: () -> Bool,
    _ sample: (_ label: Int, _ count: Int) -> Tensor
  ) -> Double? {
    // A judge of fewer classes cannot find the others.
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

  /// No images yet.
  private var statistics: ImageStatistics {
    let weight = classifier.head.parameters[0].parameter.wrappedValue
    return ImageStatistics(features: weight.shape[0], classes: classifier.classes)
  }

  /// Adds images `[batch, height · width]` to statistics, and returns what the classifier makes of them.
  private func add(
    _ images: Tensor, to statistics: inout ImageStatistics
  ) -> (features: Tensor, logits: Tensor) {
    let features = classifier.features(of: images)
    let logits = classifier.head(features)
    statistics.add(features: features, logits: logits)
    return (features, logits)
  }
}
