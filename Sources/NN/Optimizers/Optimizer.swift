import Tensor

/// A rule that changes the parameters of one module along their gradients.
///
/// It is bound to the module that it trains, so that no two modules with the same names of parameters
/// can share what it remembers. That is kept by parameter name, so that its whole ``state`` can be saved
/// and restored.
///
/// ```swift
/// let optimizer = Adam(for: model, learningRate: 0.001)
/// optimizer.update(along: gradients)
/// ```
///
/// An infinite gradient does what the rule's formula says: ``SGD`` moves the weight to infinity; the
/// others divide the gradient by its own size, and ∞ / ∞ makes the weight NaN. `FiniteCheck` names where
/// it came from.
public protocol Optimizer: AnyObject {
  /// The module that it trains.
  var module: any Module { get }

  /// The learning rate as a function of the step, the first step being 1.
  var learningRate: Schedule { get set }

  /// What the optimiser remembers between steps.
  var state: OptimizerState { get set }

  /// How many running averages it keeps of each parameter.
  var momentCount: Int { get }

  /// Changes one parameter in place; called with ``momentCount`` moments, zeros at first, and with
  /// the step's number and rate.
  func update(
    _ parameter: inout Tensor, along gradient: Tensor, moments: inout [Tensor], step: Int,
    rate: Double)

  /// Changes the module's parameters along their gradients, in place, by default each by the rule.
  ///
  /// An optimiser that wraps another one does here what it adds, such as to sum the gradients of many
  /// processes.
  ///
  /// - Parameter gradients: A gradient for each parameter of ``module``, as `valueWithGradient(of:)`
  ///   returns them.
  func update(along gradients: Gradients)
}

/// What an optimiser remembers between steps.
public struct OptimizerState: Sendable {
  /// The number of updates so far.
  public var step = 0
  /// For each parameter, by name, the optimiser's running averages, each of the parameter's shape.
  public var moments: [String: [Tensor]] = [:]

  /// Creates the state before the first update.
  public init() {}
}

extension Optimizer {
  /// Changes each parameter by the rule.
  public func update(along gradients: Gradients) {
    state.step += 1
    let rate = learningRate(state.step)
    let parameters = module.parameters
    precondition(
      parameters.elementsEqual(gradients.elements) { $0.name == $1.name },
      "\(Self.self): the gradients are of other parameters than the module's:"
        + " \(gradients.elements.map(\.name)) and \(parameters.map(\.name))")
    for ((name, parameter), (_, gradient)) in zip(parameters, gradients.elements) {
      // Taken out of the state, so that they change in place and `update` may read the state.
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
