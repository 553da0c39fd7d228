import Tensor

/// Adam (Kingma and Ba 2015, algorithm 1): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
/// w ← w − η m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
public class Adam: Optimizer {
  /// The module that it trains.
  public let module: any Module
  /// The learning rate η.
  public var learningRate: Schedule
  /// The step number and each parameter's two moments, m and v.
  public var state = OptimizerState()
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let weightDecay: Double

  /// Two: m and v.
  public var momentCount: Int { 2 }

  /// Whether the decay shrinks the weights directly instead of being added to the gradient.
  var isDecayDecoupled: Bool { false }

  /// Creates the optimiser; `weightDecay` is added to the gradient (L2).
  public init(
    for module: any Module, learningRate: @escaping Schedule, beta1: Double = 0.9,
    beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.module = module
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Creates the optimiser with a constant rate.
  public convenience init(
    for module: any Module, learningRate: Double = 0.001, beta1: Double = 0.9,
    beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.init(
      for: module, learningRate: constant(learningRate), beta1: beta1, beta2: beta2,
      epsilon: epsilon,
      weightDecay: weightDecay)
  }

  /// Updates one parameter in place.
  public func update(
    _ parameter: inout Tensor, along gradient: Tensor, moments: inout [Tensor], step: Int,
    rate: Double
  ) {
    parameter.descend(
      along: gradient, &moments,
      by: .adam(
        beta1: beta1, beta2: beta2, epsilon: epsilon, step: step,
        isDecayDecoupled: isDecayDecoupled),
      rate: rate, weightDecay: weightDecay)
  }
}

/// Adam with decoupled weight decay, w ← (1 − η λ) w before Adam's step (Loshchilov and Hutter
/// 2019, algorithm 2).
public final class AdamW: Adam {
  override var isDecayDecoupled: Bool { true }

  /// Creates the optimiser; `weightDecay` is λ.
  public override init(
    for module: any Module, learningRate: @escaping Schedule, beta1: Double = 0.9,
    beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0.01
  ) {
    super.init(
      for: module, learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay)
  }

  /// Creates the optimiser with a constant rate; `weightDecay` is λ.
  ///
  /// Declared again because the inherited one would not decay the weights by default.
  public convenience init(
    for module: any Module, learningRate: Double = 0.001, beta1: Double = 0.9,
    beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0.01
  ) {
    self.init(
      for: module, learningRate: constant(learningRate), beta1: beta1, beta2: beta2,
      epsilon: epsilon,
      weightDecay: weightDecay)
  }
}
