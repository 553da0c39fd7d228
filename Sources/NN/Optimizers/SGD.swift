import Tensor

/// Stochastic gradient descent: v ← μ v + g, w ← w − η v; with Nesterov momentum w ← w − η (g + μ
/// v) (Sutskever, Martens, Dahl and Hinton 2013).
public final class SGD: Optimizer {
  /// The module that it trains.
  public let module: any Module
  /// The learning rate η.
  public var learningRate: Schedule
  /// The step number and, with momentum, each parameter's velocity.
  public var state = OptimizerState()
  private let momentum: Double
  private let isNesterov: Bool
  private let weightDecay: Double

  /// One with momentum, the velocity; otherwise none.
  public var momentCount: Int { momentum > 0 ? 1 : 0 }

  /// Creates the optimiser.
  ///
  /// - Parameters:
  ///   - module: The module that it trains.
  ///   - learningRate: The rate as a function of the step.
  ///   - momentum: The share μ of the velocity that is kept, in [0, 1).
  ///   - isNesterov: Whether the step looks ahead along the velocity.
  ///   - weightDecay: The factor of the weights that is added to the gradient (L2).
  public init(
    for module: any Module, learningRate: @escaping Schedule, momentum: Double = 0,
    isNesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    self.module = module
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
  }

  /// Creates the optimiser with a constant rate.
  public convenience init(
    for module: any Module, learningRate: Double, momentum: Double = 0, isNesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    self.init(
      for: module, learningRate: constant(learningRate), momentum: momentum, isNesterov: isNesterov,
      weightDecay: weightDecay)
  }

  /// Updates one parameter in place.
  public func update(
    _ parameter: inout Tensor, along gradient: Tensor, moments: inout [Tensor], step: Int,
    rate: Double
  ) {
    parameter.descend(
      along: gradient, &moments, by: .sgd(momentum: momentum, isNesterov: isNesterov),
      rate: rate, weightDecay: weightDecay)
  }
}
