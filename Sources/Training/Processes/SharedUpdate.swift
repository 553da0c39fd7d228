import Distributed
import NN
import Tensor

extension Processes {
  /// Updates a module's parameters along the gradients that `sum` returned.
  ///
  /// Processes that share memory update a part of the elements each, in shared memory, where the
  /// parameters then are; `makeOwn` gives each process its own again. Otherwise each process
  /// updates all.
  public func update(_ optimizer: any Optimizer, along gradients: Gradients) {
    guard let parts = sharedParts(for: optimizer.module) else {
      return optimizer.update(along: gradients)
    }
    let parameters = optimizer.module.parameters.map(\.parameter)
    parts.begin()
    share(parameters, in: parts)
    optimizer.update(along: gradients) { communicator.part(of: $0) }
    share(parameters, in: parts)
    parts.end()
    optimizer.lookAtParameters()
  }

  /// Moves parameters that are elsewhere to the shared memory.
  private func share(_ parameters: [Parameter], in parts: SharedParts) {
    for (index, parameter) in parameters.enumerated()
    where !parts.has(parameter.wrappedValue, at: index) {
      parts.give(parameter.wrappedValue, at: index)
      parameter.wrappedValue = parts.tensor(index)
    }
  }

  /// Gives each process whole parameters and moments of its own, which no other changes, as a
  /// checkpoint needs them.
  func makeOwn(_ state: [StatePart]) {
    for (_, optimizer) in state.flatMap(\.optimizers) {
      guard let parts = sharedParts(for: optimizer.module) else { continue }
      let parameters = optimizer.module.parameters
      for (index, (_, parameter)) in parameters.enumerated()
      where parts.has(parameter.wrappedValue, at: index) {
        parameter.wrappedValue = parameter.wrappedValue.copied
      }
      if optimizer.state.moments.isEmpty { continue }
      for moment in 0..<optimizer.momentCount {
        parts.begin()
        for (index, (name, _)) in parameters.enumerated() {
          optimizer.state.moments[name].map { parts.give($0[moment], at: index) }
        }
        parts.end()
        for (index, (name, _)) in parameters.enumerated() {
          optimizer.state.moments[name]?[moment] = parts.tensor(index).copied
        }
      }
    }
  }
}
