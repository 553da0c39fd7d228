import Tensor

/// Divides the gradient by the root of the accumulated squared gradients: s ← s + g², w ← w − η g /
/// (√s + ε) (Duchi, Hazan and Singer 2011).
public final class AdaGrad: Optimizer {
  /// The module that it trains.
  public let module: any Module
  /// The learning rate η.
  public var learningRate: Schedule
  /// The step number and each parameter's sum of squares.
  public var state = OptimizerState()
  private let epsilon: Double
  private let weightDecay: Double

  /// One: the sum of squares.
  public var momentCount: Int { 1 }

  /// Creates the optimiser; `weightDecay` is added to the gradient (L2).
  public init(
    for module: any Module, learningRate: @escaping Schedule, epsilon: Double = 1e-10,
    weightDecay: Double = 0
  ) {
    self.module = module
    self.learningRate = learningRate
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Creates the optimiser with a constant rate.
  public convenience init(
    for module: any Module, learningRate: Double = 0.01, epsilon: Double = 1e-10,
    weightDecay: Double = 0
  ) {
    self.init(
      for: module, learningRate: constant(learningRate), epsilon: epsilon, weightDecay: weightDecay)
  }

  /// Updates one parameter in place.
  public func update(
    _ parameter: inout Tensor, along gradient: Tensor, moments: inout [Tensor], step: Int,
    rate: Double
  ) {
    parameter.descend(
      along: gradient, &moments, by: .adaGrad(epsilon: epsilon), rate: rate,
      weightDecay: weightDecay)
  }
}
