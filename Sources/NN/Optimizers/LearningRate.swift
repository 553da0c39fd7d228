import Settings

/// How the step size of a training changes from its first step to its last.
public enum LearningRateDecay: String, Choice {
  /// It stays as it is.
  case none
  /// It falls to 0 along half a cosine (Loshchilov and Hutter 2017, equation 5).
  case cosine
}

/// The step size of a training, which a trainer turns into a schedule by the number of its steps.
///
/// ```swift
/// let trainer = LossTrainer(
///   model, train: train, test: test, learningRate: LearningRate(0.003, .cosine, epochs: 10),
///   using: random)
/// ```
public struct LearningRate: Sendable, Equatable, ExpressibleByFloatLiteral {
  /// The rate of the first step.
  public let first: Double
  /// How it changes.
  public let decay: LearningRateDecay
  /// The epochs after which a falling rate is at its end.
  public let epochs: Int

  /// A rate that is above 0, and how it changes over so many epochs.
  public init(_ first: Double, _ decay: LearningRateDecay = .none, epochs: Int = 1) {
    precondition(first > 0, "LearningRate: expected a rate above 0, found \(first)")
    precondition(epochs > 0, "LearningRate: expected one epoch or more, found \(epochs)")
    (self.first, self.decay, self.epochs) = (first, decay, epochs)
  }

  /// A rate that stays as it is.
  public init(floatLiteral value: Double) { self.init(value) }

  /// The rate by step, for an optimiser that makes so many steps in an epoch.
  public func schedule(stepsPerEpoch: Int) -> Schedule {
    switch decay {
    case .none: constant(first)
    case .cosine: cosineDecay(from: first, over: epochs * stepsPerEpoch)
    }
  }
}
