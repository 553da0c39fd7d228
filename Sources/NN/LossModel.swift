import Tensor

/// A figure that a training reports, with its unit: `KL` in `nats per image`.
///
/// The columns of `loss.csv` (`train_kl`, `test_kl`), the charts of the report and the names in
/// TensorBoard follow from it.
public struct Metric: Equatable, Sendable {
  /// What it is called in charts.
  public let name: String
  /// What it is counted in.
  public let unit: String

  /// A figure of this name.
  public init(_ name: String, unit: String) { (self.name, self.unit) = (name, unit) }

  /// What it is called in a table: `kl`, `gradient_norm`.
  public var column: String { name.lowercased().replacing(" ", with: "_") }
}

/// A loss, and what is to be reported with it.
public struct Loss: Sendable {
  /// What is minimised, a scalar.
  public let total: Tensor
  /// The figures in the order of the model's ``LossModel/metrics``.
  public let figures: [Double]

  /// Creates a loss whose first figure is its own value.
  ///
  /// - Parameters:
  ///   - total: What is minimised, a scalar.
  ///   - others: The other figures; no gradient flows through them.
  public init(_ total: Tensor, others: [Double] = []) {
    self.total = total
    figures = [total.scalar] + others
  }

  /// Creates a loss of which another number is reported than is minimised, as where a part of the model
  /// learns from what the rest of it makes.
  ///
  /// - Parameters:
  ///   - total: What is minimised, a scalar.
  ///   - figures: The figures, what the model is compared by first.
  public init(minimizing total: Tensor, figures: [Double]) {
    (self.total, self.figures) = (total, figures)
  }
}

/// A model that learns by descending the gradient of one loss.
public protocol LossModel: Model {
  /// The figures of a loss, the loss itself first.
  var metrics: [Metric] { get }

  /// The loss of a batch, averaged over its examples.
  ///
  /// - Parameters:
  ///   - batch: Examples.
  ///   - random: Draws what the loss needs, such as codes or noise.
  func loss(of batch: Batch, using random: Random) -> Loss

  /// Sets what begins at data, such as scales that normalise them, before the first step of a training.
  ///
  /// - Parameters:
  ///   - batch: The examples of the first step.
  ///   - random: Draws what is needed.
  func start(at batch: Batch, using random: Random)

  /// Sets what changes in the course of a training, such as a weight that grows, before each step.
  ///
  /// - Parameters:
  ///   - step: The number of steps that were made before, of a resumed run from its beginning.
  ///   - stepsPerEpoch: The number of steps in an epoch.
  func prepare(forStep step: Int, stepsPerEpoch: Int)
}

extension LossModel {
  /// Nothing begins at data.
  public func start(at batch: Batch, using random: Random) {}

  /// Nothing changes.
  public func prepare(forStep step: Int, stepsPerEpoch: Int) {}
}

// MARK: - What models can do besides

/// A model that is evaluated, looked at and saved with a moving average of its parameters.
public protocol AveragedModel: LossModel {
  /// How much of the average a training step keeps (``MovingAverage``); nil for no average.
  var averageDecay: Double? { get }
}

/// A model that examples can be drawn from.
public protocol Generative: Model {
  /// New examples, `[count] + dataShape.sizes`; images lie in [0, 1].
  func sample(count: Int, using random: Random) -> Tensor
}

/// A model whose examples may depend on a class that it is given (Sohn, Lee and Yan 2015; Mirza and
/// Osindero 2014).
public protocol ClassConditional: Generative {
  /// The number of classes that it has to be given one of; 0 where it was trained without them.
  var conditionalClasses: Int { get }
  /// New examples of these classes, one of each: `[labels.count] + dataShape.sizes`.
  func sample(labels: [Int], using random: Random) -> Tensor
}

extension Generative {
  /// The classes of so many examples where no class is asked for: each in turn, or none where the model
  /// was trained without.
  public func classesInTurn(count: Int) -> [Int] {
    let classes = (self as? any ClassConditional)?.conditionalClasses ?? 0
    return classes == 0 ? [] : (0..<count).map { $0 % classes }
  }
}

/// A model with a code for each example.
public protocol LatentVariableModel: Model {
  /// The number of dimensions of a code.
  var latentSize: Int { get }
  /// The examples of codes `[batch, latentSize]`: `[batch, dataShape.count]`; where the model has a
  /// distribution of examples for a code, its means. Images have their black at 0, their white at 1.
  func decode(_ codes: Tensor) -> Tensor
  /// The same for codes of examples of these classes, one of each, which only a ``ClassConditional`` model
  /// looks at.
  func decode(_ codes: Tensor, labels: [Int]) -> Tensor
}

extension LatentVariableModel {
  /// The examples, which do not depend on classes.
  public func decode(_ codes: Tensor, labels: [Int]) -> Tensor { decode(codes) }
}

/// A model whose codes are distributed as N(0, I).
public protocol PriorModel: LatentVariableModel, Generative {}

/// A model that finds the codes of examples.
public protocol EncodingModel: LatentVariableModel {
  /// Whether a code makes its example again whatever the weights are, so that reconstructions say nothing
  /// of the model; by default it does not.
  static var isInvertible: Bool { get }
  /// The codes of examples `[batch, dataShape.count]`: `[batch, latentSize]`; where the model has a
  /// distribution of codes for an example, its means.
  func encode(_ examples: Tensor) -> Tensor
  /// The same for examples of these classes, one of each, which only a ``ClassConditional`` model looks at.
  func encode(_ examples: Tensor, labels: [Int]) -> Tensor
  /// Noisy copies of examples as the encoder sees them in training, of the same shape; nil where it
  /// sees the examples themselves.
  func corrupted(_ examples: Tensor, using random: Random) -> Tensor?
}

extension EncodingModel {
  /// Codes do not have all of an example.
  public static var isInvertible: Bool { false }

  /// The codes, which do not depend on classes.
  public func encode(_ examples: Tensor, labels: [Int]) -> Tensor { encode(examples) }

  /// Nil: the encoder sees the examples themselves.
  public func corrupted(_ examples: Tensor, using random: Random) -> Tensor? { nil }

  /// The examples through their codes and back, `[batch, dataShape.count]`.
  public func reconstruct(_ examples: Tensor) -> Tensor { decode(encode(examples)) }

  /// The same for examples of these classes, one of each.
  public func reconstruct(_ examples: Tensor, labels: [Int]) -> Tensor {
    decode(encode(examples, labels: labels), labels: labels)
  }
}

/// A model that gives the (estimated) log-likelihood of examples.
public protocol LikelihoodModel: Model {
  /// Whether log p(x) is computed and not estimated; by default it is not.
  static var hasExactLikelihood: Bool { get }
  /// Whether it gives one with its settings; by default it does.
  var hasLikelihood: Bool { get }

  /// An estimate of log p(x) of each example, in nats: `[batch]`.
  ///
  /// - Parameters:
  ///   - examples: `[batch, dataShape.count]`.
  ///   - sampleCount: How many samples an estimate takes; its bias falls with them.
  ///   - random: Draws them.
  ///   - afterEach: Called after each sample; what it throws ends the estimate.
  func logLikelihood(
    of examples: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor

  /// The same for a batch, of which a model may need more than the examples' values.
  func logLikelihood(
    of batch: Batch, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor
}

extension LikelihoodModel {
  /// It is estimated.
  public static var hasExactLikelihood: Bool { false }

  /// That of the examples' values.
  public func logLikelihood(
    of batch: Batch, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    try logLikelihood(
      of: batch.images, sampleCount: sampleCount, using: random, afterEach: afterEach)
  }

  /// It does.
  public var hasLikelihood: Bool { true }

  /// The same, which cannot be given up on the way.
  public func logLikelihood(of examples: Tensor, sampleCount: Int, using random: Random) -> Tensor {
    logLikelihood(of: examples, sampleCount: sampleCount, using: random, afterEach: {})
  }
}

// MARK: - Codes

/// Codes on the straight lines between others, ends included: `[lines · steps, size]`, line by line.
///
/// - Parameters:
///   - a: Where the lines begin, `[lines, size]`.
///   - b: Where they end, of the same shape.
///   - steps: How many codes a line has, 2 or more.
public func interpolated(from a: Tensor, to b: Tensor, steps: Int) -> Tensor {
  precondition(steps > 1, "interpolated: expected two steps or more in a line, found \(steps)")
  let weight = Tensor.linearSpace(from: 0, through: 1, count: steps, dtype: a.dtype)
    .reshaped(to: [1, steps, 1])
  let (first, last) = (a.expanded(at: 1), b.expanded(at: 1))
  return (first + weight * (last - first)).reshaped(to: [a.shape[0] * steps, a.shape[1]])
}

/// Codes on the arcs between others, ends included: `[lines · steps, size]`, line by line.
///
/// z(t) = cos(½πt) a + sin(½πt) b for t from 0 to 1. If a and b are N(0, I), so is each z(t); on
/// the straight line between them noise is shorter than any that a generator has seen (White,
/// "Sampling generative networks", 2016). Parameters as of ``interpolated(from:to:steps:)``.
public func interpolatedOnArc(from a: Tensor, to b: Tensor, steps: Int) -> Tensor {
  precondition(steps > 1, "interpolatedOnArc: expected two steps or more in a line, found \(steps)")
  let angle = Tensor.linearSpace(
    from: 0, through: 0.5 * Double.pi, count: steps, dtype: a.dtype
  ).reshaped(to: [1, steps, 1])
  let codes = cos(angle) * a.expanded(at: 1) + sin(angle) * b.expanded(at: 1)
  return codes.reshaped(to: [a.shape[0] * steps, a.shape[1]])
}
