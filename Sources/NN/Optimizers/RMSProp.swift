import Tensor

/// Divides the gradient by its running root mean square: s ← ρ s + (1 − ρ) g², w ← w − η g / (√s +
/// ε) (Tieleman and Hinton 2012).
public final class RMSProp: Optimizer {
  /// The module that it trains.
  public let module: any Module
  /// The learning rate η.
  public var learningRate: Schedule
  /// The step number and each parameter's running square.
  public var state = OptimizerState()
  private let decay: Double
  private let epsilon: Double
  private let weightDecay: Double

  /// One: the running square.
  public var momentCount: Int { 1 }

  /// Creates the optimiser; `decay` is ρ, and `weightDecay` is added to the gradient (L2).
  public init(
    for module: any Module, learningRate: @escaping Schedule, decay: Double = 0.99,
    epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.module = module
    self.learningRate = learningRate
    self.decay = decay
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Creates the optimiser with a constant rate.
  public convenience init(
    for module: any Module, learningRate: Double = 0.01, decay: Double = 0.99,
    epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.init(
      for: module, learningRate: constant(learningRate), decay: decay, epsilon: epsilon,
      weightDecay: weightDecay)
  }

  /// Updates one parameter in place.
  public func update(
    _ parameter: inout Tensor, along gradient: Tensor, moments: inout [Tensor], step: Int,
    rate: Double
  ) {
    parameter.descend(
      along: gradient, &moments, by: .rmsProp(decay: decay, epsilon: epsilon), rate: rate,
      weightDecay: weightDecay)
  }
}
