import Settings

/// How the step size of a training changes from the first step to the last.
public enum LearningRateDecay: String, Choice {
  /// Constant.
  case none
  /// Decays to 0 along half a cosine (Loshchilov and Hutter 2017, equation 5).
  case cosine
}

/// The step size of a training, which a trainer converts to a schedule by its number of steps.
///
/// ```swift
/// let trainer = LossTrainer(
///   model, train: train, test: test, learningRate: LearningRate(0.003, .cosine, epochs: 10),
///   using: random)
/// ```
public struct LearningRate: Sendable, Equatable, ExpressibleByFloatLiteral {
  /// The rate at the first step.
  public let first: Double
  /// The decay.
  public let decay: LearningRateDecay
  /// The number of epochs over which a rate decays.
  public let epochs: Int

  /// Creates a rate above 0 with its decay over a number of epochs.
  public init(_ first: Double, _ decay: LearningRateDecay = .none, epochs: Int = 1) {
    precondition(first > 0, "LearningRate: expected a rate above 0, found \(first)")
    precondition(epochs > 0, "LearningRate: expected one epoch or more, found \(epochs)")
    (self.first, self.decay, self.epochs) = (first, decay, epochs)
  }

  /// A constant rate.
  public init(floatLiteral value: Double) { self.init(value) }

  /// The rate by step, for an optimiser that takes this many steps per epoch.
  public func schedule(stepsPerEpoch: Int) -> Schedule {
    switch decay {
    case .none: constant(first)
    case .cosine: cosineDecay(from: first, over: epochs * stepsPerEpoch)
    }
  }
}
