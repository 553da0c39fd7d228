import Tensor

extension VectorMinimizer {
  /// Minimises a loss over a module's parameters, which end at the best point found.
  ///
  /// It suits small modules whose loss is computed on all examples at once, without random draws;
  /// ``TrustRegionNewton``, which computes the Hessian, suits those of up to some hundred
  /// parameters.
  ///
  /// ```swift
  /// let minimum = LBFGS().minimize(model) { meanSquaredError(model(x), y) }
  /// print(minimum.reason.rawValue)
  /// ```
  ///
  /// - Parameters:
  ///   - module: The module whose parameters, and no others, change. They are searched in float64;
  ///     float32 parameters are rounded, which limits how small the gradient can become.
  ///   - loss: Computes a tensor of one element with the module.
  /// - Returns: The minimum as a flat vector, the value there, and why the search ended.
  @discardableResult
  public func minimize(
    _ module: some Module, _ loss: () throws -> Tensor
  ) rethrows -> Minimum {
    let flat = FlatParameters(of: module)
    return try flat.leave {
      try minimum(from: flat.start) {
        flat.set($0)
        return try loss()
      }
    }
  }
}

/// A module's parameters as one vector in float64.
private struct FlatParameters {
  private let parameters: [Parameter]
  private let values: [Tensor]

  init(of module: some Module) {
    parameters = module.parameters.map(\.parameter)
    values = parameters.map(\.wrappedValue)
  }

  /// The values before the search.
  var start: Tensor {
    Tensor.concatenated(values.map { $0.converted(to: .float64).reshaped(to: [$0.count]) })
  }

  /// Sets the parameters from the parts of a vector.
  func set(_ flat: Tensor) {
    var place = 0
    for (parameter, value) in zip(parameters, values) {
      let part = flat.sliced(place..<place + value.count).reshaped(to: value.shape)
      parameter.wrappedValue = part.converted(to: value.dtype)
      place += value.count
    }
  }

  /// Leaves the parameters at the minimum that a search finds; restores them after an error.
  func leave(at search: () throws -> Minimum) rethrows -> Minimum {
    do {
      let minimum = try search()
      set(stopGradient(minimum.point))
      return minimum
    } catch {
      for (parameter, value) in zip(parameters, values) { parameter.wrappedValue = value }
      throw error
    }
  }
}
