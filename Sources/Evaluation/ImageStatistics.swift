import Tensor

/// A classifier's statistics of many images: the moments of their features and the probabilities of
/// their classes, accumulated batch by batch in float64.
public struct ImageStatistics: Sendable {
  /// The number of images.
  public private(set) var count = 0
  /// For each class, the number of images whose most probable class it is.
  public private(set) var classCounts: [Int]
  private var featureSum: Tensor
  private var productSum: Tensor
  private var probabilitySum: Tensor
  /// Σ Σ p log p over the images and classes.
  private var logarithmSum = 0.0

  /// Creates empty statistics.
  public init(features: Int, classes: Int) {
    classCounts = Array(repeating: 0, count: classes)
    featureSum = Tensor.zeros([features], dtype: .float64)
    productSum = Tensor.zeros([features, features], dtype: .float64)
    probabilitySum = Tensor.zeros([classes], dtype: .float64)
  }

  /// Adds images by their features, `[batch, features]`, and their logits, `[batch, classes]`.
  public mutating func add(features: Tensor, logits: Tensor) {
    precondition(
      features.rank == 2 && logits.rank == 2 && features.shape[0] == logits.shape[0]
        && features.shape[1] == featureSum.count && logits.shape[1] == classCounts.count,
      "ImageStatistics: expected features [batch, \(featureSum.count)] and logits [batch,"
        + " \(classCounts.count)], found \(features.shape) and \(logits.shape)")
    let features = features.converted(to: .float64)
    featureSum += features.sum(along: 0)
    productSum += features.matmul(features, transposeLeft: true)
    let logarithms = logSoftmax(logits.converted(to: .float64))
    let probabilities = exp(logarithms)
    probabilitySum += probabilities.sum(along: 0)
    logarithmSum += (probabilities * logarithms).sum().scalar
    for prediction in logits.argmax() { classCounts[prediction] += 1 }
    count += features.shape[0]
  }

  /// The mean and the unbiased covariance of the features.
  public var moments: GaussianMoments {
    precondition(
      count > 1, "ImageStatistics: expected two images or more for a covariance, found \(count)")
    let mean = featureSum / Double(count)
    let outer = mean.expanded(at: 1) * mean
    return GaussianMoments(
      mean: mean,
      covariance: (productSum / Double(count) - outer) * (Double(count) / Double(count - 1)))
  }

  /// exp E KL(p(class|x) ‖ p(class)), between 1 and the number of classes: high if each image
  /// clearly belongs to one class and the classes are equally frequent (Salimans, Goodfellow,
  /// Zaremba, Cheung, Radford and Chen 2016, with another classifier).
  public var score: Double {
    precondition(count > 0, "ImageStatistics: expected one image or more for a score, found none")
    let mean = probabilitySum / Double(count)
    // A class of probability 0 adds nothing.
    let logarithms = log(maximum(mean, Tensor(Double.leastNormalMagnitude, dtype: .float64)))
    let divergence = logarithmSum / Double(count) - (mean * logarithms).sum().scalar
    return exp(Tensor(divergence, dtype: .float64)).scalar
  }

  /// For each class, the share of images whose most probable class it is.
  public var classShares: [Double] { classCounts.map { Double($0) / Double(count) } }
}
