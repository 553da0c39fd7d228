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
    update(along: gradients) { 0..<$0 }
    lookAtParameters()
  }

  /// Updates some elements of each parameter by the rule; the others, and their moments, stay as
  /// they are.
  ///
  /// - Parameters:
  ///   - gradients: A gradient for each parameter of ``module``.
  ///   - part: The elements of a parameter with this number of them.
  package func update(along gradients: Gradients, _ part: (_ count: Int) -> Range<Int>) {
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
      let elements = part(gradient.count)
      if elements == 0..<gradient.count {
        update(
          &parameter.wrappedValue, along: gradient, moments: &moments, step: state.step, rate: rate)
      } else if !elements.isEmpty {
        update(elements, of: &parameter.wrappedValue, along: gradient, &moments, rate)
      }
      state.moments[name] = moments
    }
  }

  /// Updates some elements of a parameter in place.
  private func update(
    _ elements: Range<Int>, of parameter: inout Tensor, along gradient: Tensor,
    _ moments: inout [Tensor], _ rate: Double
  ) {
    var own = parameter.borrowedElements(elements)
    var ownMoments = moments.indices.map { moments[$0].borrowedElements(elements) }
    update(
      &own, along: gradient.lentElements(elements), moments: &ownMoments, step: state.step,
      rate: rate)
    parameter.giveBack(own, to: elements)
    for index in moments.indices { moments[index].giveBack(ownMoments[index], to: elements) }
  }

  /// Looks for parameters that are not finite, if a ``FiniteCheck`` is requested.
  package func lookAtParameters() {
    guard let check = FiniteCheck.current else { return }
    for (name, parameter) in module.parameters {
      check.look(
        at: parameter.wrappedValue, operation: "\(Self.self).update",
        path: check.name(name, of: module))
    }
  }
}
