import Tensor

/// A figure reported by a training, with its unit: `KL` in `nats per image`.
///
/// It determines the columns of `loss.csv` (`train_kl`, `test_kl`), the charts of the report and
/// the names in TensorBoard.
public struct Metric: Equatable, Sendable {
  /// The name in charts.
  public let name: String
  /// The unit.
  public let unit: String

  /// Creates a metric.
  public init(_ name: String, unit: String) { (self.name, self.unit) = (name, unit) }

  /// The name in tables: `kl`, `gradient_norm`.
  public var column: String { name.lowercased().replacing(" ", with: "_") }
}

/// A loss, with the figures to report.
public struct Loss: Sendable {
  /// The quantity to minimise, a scalar.
  public let total: Tensor
  /// The figures in the order of the model's ``LossModel/metrics``.
  public let figures: [Double]

  /// Creates a loss whose first figure is its own value.
  ///
  /// - Parameters:
  ///   - total: The quantity to minimise, a scalar.
  ///   - others: The other figures; no gradient flows through them.
  public init(_ total: Tensor, others: [Double] = []) {
    self.total = total
    figures = [total.scalar] + others
  }

  /// Creates a loss whose reported figures differ from the minimised quantity, for example if a
  /// part of the model learns from the output of the rest.
  ///
  /// - Parameters:
  ///   - total: The quantity to minimise, a scalar.
  ///   - figures: The figures; the first is the one models are compared by.
  public init(minimizing total: Tensor, figures: [Double]) {
    (self.total, self.figures) = (total, figures)
  }
}

/// A model that learns by minimising one loss.
public protocol LossModel: Model {
  /// The figures of a loss, the loss itself first.
  var metrics: [Metric] { get }

  /// The loss of a batch, averaged over its examples.
  ///
  /// - Parameters:
  ///   - batch: Examples.
  ///   - random: Draws the loss's random numbers, such as codes or noise.
  func loss(of batch: Batch, using random: Random) -> Loss

  /// Initialises data-dependent parameters, such as normalising scales, before the first step of a
  /// training.
  ///
  /// - Parameters:
  ///   - batch: The examples of the first step.
  ///   - random: Draws any random numbers needed.
  func start(at batch: Batch, using random: Random)

  /// Updates everything that changes during training, such as a growing weight, before each step.
  ///
  /// - Parameters:
  ///   - step: The number of earlier steps, including those before a run was resumed.
  ///   - stepsPerEpoch: The number of steps in an epoch.
  func prepare(forStep step: Int, stepsPerEpoch: Int)
}

extension LossModel {
  /// Does nothing by default.
  public func start(at batch: Batch, using random: Random) {}

  /// Does nothing by default.
  public func prepare(forStep step: Int, stepsPerEpoch: Int) {}
}

// MARK: - Further abilities of models

/// A model that is evaluated, pictured and saved with a moving average of its parameters.
public protocol AveragedModel: LossModel {
  /// The decay rate of the average (``MovingAverage``); nil for no average.
  var averageDecay: Double? { get }
}

/// A model that can generate examples.
public protocol Generative: Model {
  /// Samples examples, `[count] + dataShape.sizes`; images lie in [0, 1].
  func sample(count: Int, using random: Random) -> Tensor
}

/// A model whose examples may depend on a given class (Sohn, Lee and Yan 2015; Mirza and Osindero
/// 2014).
public protocol ClassConditional: Generative {
  /// The number of classes, one of which must be given; 0 if the model was trained without classes.
  var conditionalClasses: Int { get }
  /// Samples one example of each of these classes: `[labels.count] + dataShape.sizes`.
  func sample(labels: [Int], using random: Random) -> Tensor
}

extension Generative {
  /// The default classes for this many examples: each class in turn, or none if the model was
  /// trained without classes.
  public func classesInTurn(count: Int) -> [Int] {
    let classes = (self as? any ClassConditional)?.conditionalClasses ?? 0
    return classes == 0 ? [] : (0..<count).map { $0 % classes }
  }
}

/// A model with a code for each example.
public protocol LatentVariableModel: Model {
  /// The number of dimensions of a code.
  var latentSize: Int { get }
  /// The examples for codes `[batch, latentSize]`: `[batch, dataShape.count]`; the mean if a code
  /// determines only a distribution of examples. In images, 0 is black and 1 is white.
  func decode(_ codes: Tensor) -> Tensor
  /// The examples for codes with these classes, one for each; only a ``ClassConditional`` model
  /// uses the classes.
  func decode(_ codes: Tensor, labels: [Int]) -> Tensor
}

extension LatentVariableModel {
  /// By default, the examples do not depend on classes.
  public func decode(_ codes: Tensor, labels: [Int]) -> Tensor { decode(codes) }
}

/// A model whose codes have the distribution N(0, I).
public protocol PriorModel: LatentVariableModel, Generative {}

/// A model that can encode examples.
public protocol EncodingModel: LatentVariableModel {
  /// Whether a code reproduces its example exactly for any weights, so that reconstructions are
  /// uninformative; false by default.
  static var isInvertible: Bool { get }
  /// The codes of examples `[batch, dataShape.count]`: `[batch, latentSize]`; the mean if an
  /// example determines only a distribution of codes.
  func encode(_ examples: Tensor) -> Tensor
  /// The codes of examples with these classes, one for each; only a ``ClassConditional`` model uses
  /// the classes.
  func encode(_ examples: Tensor, labels: [Int]) -> Tensor
  /// Noisy copies of examples, which the encoder sees in training, of the same shape; nil if it
  /// sees the examples themselves.
  func corrupted(_ examples: Tensor, using random: Random) -> Tensor?
}

extension EncodingModel {
  /// False by default.
  public static var isInvertible: Bool { false }

  /// By default, the codes do not depend on classes.
  public func encode(_ examples: Tensor, labels: [Int]) -> Tensor { encode(examples) }

  /// Nil by default: the encoder sees the examples themselves.
  public func corrupted(_ examples: Tensor, using random: Random) -> Tensor? { nil }

  /// Encodes and decodes examples, `[batch, dataShape.count]`.
  public func reconstruct(_ examples: Tensor) -> Tensor { decode(encode(examples)) }

  /// Encodes and decodes examples with these classes, one for each.
  public func reconstruct(_ examples: Tensor, labels: [Int]) -> Tensor {
    decode(encode(examples, labels: labels), labels: labels)
  }
}

/// A model that computes or estimates the log-likelihood of examples.
public protocol LikelihoodModel: Model {
  /// Whether log p(x) is computed exactly rather than estimated; false by default.
  static var hasExactLikelihood: Bool { get }
  /// Whether the model has a likelihood with its current settings; true by default.
  var hasLikelihood: Bool { get }

  /// An estimate of log p(x) of each example, in nats: `[batch]`.
  ///
  /// - Parameters:
  ///   - examples: `[batch, dataShape.count]`.
  ///   - sampleCount: The number of samples; the bias of an estimate decreases with it.
  ///   - random: Draws the samples.
  ///   - afterEach: Called after each sample; an error it throws ends the estimate.
  func logLikelihood(
    of examples: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor

  /// An estimate for a batch, of which a model may need more than the examples' values.
  func logLikelihood(
    of batch: Batch, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor
}

extension LikelihoodModel {
  /// False by default.
  public static var hasExactLikelihood: Bool { false }

  /// By default, uses only the examples' values.
  public func logLikelihood(
    of batch: Batch, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    try logLikelihood(
      of: batch.images, sampleCount: sampleCount, using: random, afterEach: afterEach)
  }

  /// True by default.
  public var hasLikelihood: Bool { true }

  /// An estimate without a callback.
  public func logLikelihood(of examples: Tensor, sampleCount: Int, using random: Random) -> Tensor {
    logLikelihood(of: examples, sampleCount: sampleCount, using: random, afterEach: {})
  }
}

// MARK: - Codes

/// Codes on the straight lines between others, including both ends: `[lines · steps, size]`, line
/// by line.
///
/// - Parameters:
///   - a: The beginnings of the lines, `[lines, size]`.
///   - b: The ends, of the same shape.
///   - steps: The number of codes on a line, 2 or more.
public func interpolated(from a: Tensor, to b: Tensor, steps: Int) -> Tensor {
  precondition(steps > 1, "interpolated: expected two steps or more in a line, found \(steps)")
  let weight = Tensor.linearSpace(from: 0, through: 1, count: steps, dtype: a.dtype)
    .reshaped(to: [1, steps, 1])
  let (first, last) = (a.expanded(at: 1), b.expanded(at: 1))
  return (first + weight * (last - first)).reshaped(to: [a.shape[0] * steps, a.shape[1]])
}

/// Codes on the arcs between others, including both ends: `[lines · steps, size]`, line by line.
///
/// z(t) = cos(½πt) a + sin(½πt) b for t from 0 to 1. If a and b are N(0, I), so is each z(t); on
/// the straight line between them, noise is shorter than any that a generator has seen (White,
/// "Sampling generative networks", 2016). The parameters are those of
/// ``interpolated(from:to:steps:)``.
public func interpolatedOnArc(from a: Tensor, to b: Tensor, steps: Int) -> Tensor {
  precondition(steps > 1, "interpolatedOnArc: expected two steps or more in a line, found \(steps)")
  let angle = Tensor.linearSpace(
    from: 0, through: 0.5 * Double.pi, count: steps, dtype: a.dtype
  ).reshaped(to: [1, steps, 1])
  let codes = cos(angle) * a.expanded(at: 1) + sin(angle) * b.expanded(at: 1)
  return codes.reshaped(to: [a.shape[0] * steps, a.shape[1]])
}
