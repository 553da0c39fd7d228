import Tensor

/// A gradient for each parameter of a module, in the module's order.
public struct Gradients: Sendable {
  /// The parameters' dotted names and the gradients, each of its parameter's shape.
  public private(set) var elements: [(name: String, gradient: Tensor)]

  /// Creates gradients from pairs.
  public init(_ elements: [(name: String, gradient: Tensor)]) { self.elements = elements }

  /// The gradient of the parameter of this name.
  public subscript(name: String) -> Tensor? { elements.first { $0.name == name }?.gradient }

  /// The Euclidean norm of all gradients, taken as one vector.
  public var globalNorm: Double {
    elements.reduce(0) { $0 + $1.gradient.sumOfSquares }.squareRoot()
  }

  /// The gradients, all scaled down by one factor if the global norm exceeds `norm` (Pascanu,
  /// Mikolov and Bengio 2013).
  public func clipped(toGlobalNorm norm: Double) -> Gradients {
    let found = globalNorm
    guard found > norm else { return self }
    return Gradients(elements.map { ($0.name, $0.gradient * (norm / found)) })
  }

  /// Whether every gradient is finite.
  public var isFinite: Bool { elements.allSatisfy(\.gradient.isFinite) }
}

/// Returns the value of a loss and its gradient with respect to a module's parameters.
///
/// ```swift
/// let (loss, gradients) = valueWithGradient(of: model) { meanSquaredError(model(x), y) }
/// optimizer.update(along: gradients)
/// ```
///
/// - Parameters:
///   - module: The module whose parameters, and no others, are differentiated with respect to.
///   - loss: Computes a tensor of one element with the module.
public func valueWithGradient(
  of module: some Module, _ loss: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: Gradients) {
  let (value, _, gradients) = try valueWithGradient(of: module) { (try loss(), ()) }
  return (value, gradients)
}

/// Returns the value of a loss, further results of its closure, and the gradient with respect to a
/// module's parameters.
public func valueWithGradient<Parts>(
  of module: some Module, _ loss: () throws -> (Tensor, Parts)
) rethrows -> (value: Tensor, parts: Parts, gradients: Gradients) {
  let parameters = module.parameters
  let values = parameters.map(\.parameter.wrappedValue)
  defer { for (p, value) in zip(parameters, values) { p.parameter.wrappedValue = value } }
  FiniteCheck.current?.nameWatched(parameters, of: module)
  let (value, parts, gradients) = try GradientObserver.observing(module) {
    try valueWithGradient(at: values) { watched in
      for (p, value) in zip(parameters, watched) { p.parameter.wrappedValue = value }
      return try loss()
    }
  }
  return (value, parts, Gradients(zip(parameters, gradients).map { ($0.name, $1) }))
}

/// Returns the result of a closure that uses a module, and its pullback to the module's parameters.
///
/// ```swift
/// let (images, pullback) = valueWithPullback(of: generator) { generator(z) }
/// optimizer.update(along: pullback(slope))   // slope: the loss's gradient in the images
/// ```
///
/// - Parameters:
///   - module: The module whose parameters, and no others, are differentiated with respect to.
///   - function: Computes a tensor of any shape with the module.
/// - Returns: The value; and a function, to be called once, that maps a gradient with respect to
///   the value to the gradient with respect to the parameters it was computed with.
public func valueWithPullback(
  of module: some Module, _ function: () throws -> Tensor
) rethrows -> (value: Tensor, pullback: (_ dy: Tensor) -> Gradients) {
  let parameters = module.parameters
  let values = parameters.map(\.parameter.wrappedValue)
  defer { for (p, value) in zip(parameters, values) { p.parameter.wrappedValue = value } }
  FiniteCheck.current?.nameWatched(parameters, of: module)
  let (value, pullback) = try valueWithPullback(at: values) { watched in
    for (p, value) in zip(parameters, watched) { p.parameter.wrappedValue = value }
    return try function()
  }
  let names = parameters.map(\.name)
  return (
    value,
    { dy in
      let gradients = GradientObserver.observing(module) { pullback(dy) }
      return Gradients(zip(names, gradients).map { ($0, $1) })
    }
  )
}
