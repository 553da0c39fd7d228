import Tensor

/// A rule that updates the parameters of one module along their gradients.
///
/// It is bound to the module that it trains, so that two modules with equal parameter names cannot
/// share its state. The state is kept by parameter name, so that the whole ``state`` can be saved
/// and restored.
///
/// ```swift
/// let optimizer = Adam(for: model, learningRate: 0.001)
/// optimizer.update(along: gradients)
/// ```
///
/// Infinite gradients follow the rule's formula: ``SGD`` moves the weight to infinity; the others
/// divide the gradient by its own size, and ∞ / ∞ makes the weight NaN. `FiniteCheck` finds the
/// origin.
public protocol Optimizer: AnyObject {
  /// The module that it trains.
  var module: any Module { get }

  /// The learning rate as a function of the step, the first step being 1.
  var learningRate: Schedule { get set }

  /// The optimiser's state between steps.
  var state: OptimizerState { get set }

  /// The number of running averages kept for each parameter.
  var momentCount: Int { get }

  /// Updates one parameter in place, given its ``momentCount`` moments, initially zeros, the step
  /// number and the rate.
  func update(
    _ parameter: inout Tensor, along gradient: Tensor, moments: inout [Tensor], step: Int,
    rate: Double)

  /// Updates the module's parameters along their gradients, in place; by default, each by the rule.
  ///
  /// An optimiser that wraps another one overrides this, for example to sum the gradients of
  /// several processes.
  ///
  /// - Parameter gradients: A gradient for each parameter of ``module``, as returned by
  ///   `valueWithGradient(of:)`.
  func update(along gradients: Gradients)
}

/// The state of an optimiser between steps.
public struct OptimizerState: Sendable {
  /// The number of updates so far.
  public var step = 0
  /// For each parameter, by name, the optimiser's running averages, each of the parameter's shape.
  public var moments: [String: [Tensor]] = [:]

  /// Creates the state before the first update.
  public init() {}
}

extension Optimizer {
  /// Updates each parameter by the rule; before the first update it checks that no module forgets a
  /// member.
  public func update(along gradients: Gradients) {
    state.step += 1
    if state.step == 1 { module.expectAllMembersListed() }
    let rate = learningRate(state.step)
    let parameters = module.parameters
    precondition(
      parameters.elementsEqual(gradients.elements) { $0.name == $1.name },
      "\(Self.self): the gradients are of other parameters than the module's:"
        + " \(gradients.elements.map(\.name)) and \(parameters.map(\.name))")
    for ((name, parameter), (_, gradient)) in zip(parameters, gradients.elements) {
      // Moved out of the state, so that they change in place and `update` may read the state.
      var moments = state.moments.updateValue([], forKey: name) ?? []
      while moments.count < momentCount {
        moments.append(Tensor.zeros(gradient.shape, dtype: gradient.dtype))
      }
      update(
        &parameter.wrappedValue, along: gradient, moments: &moments, step: state.step, rate: rate)
      state.moments[name] = moments
      if let check = FiniteCheck.current {
        check.look(
          at: parameter.wrappedValue, operation: "\(Self.self).update",
          path: check.name(name, of: module))
      }
    }
  }
}
