import Tensor

/// Layers applied one after another.
///
/// ```swift
/// let decoder = Sequential {
///   Dense(20, 400, using: random)
///   ReLU()
///   Dense(400, 784, using: random)
/// }
/// ```
///
/// The members' names are the layers' places: `0.weight`, `2.bias`.
public final class Sequential: Layer {
  /// The layers, first one first.
  public let layers: [any Layer]

  /// The layers by place.
  public let members: Members

  /// Creates the composition of the layers listed; loops and conditions may stand among them.
  public init(@LayerBuilder _ layers: () -> [any Layer]) {
    self.layers = layers()
    members = Members(self.layers.enumerated().map { ("\($0.offset)", $0.element) })
  }

  /// The output of the last layer.
  ///
  /// A rectifier is applied by the layer before it, on the way out of that, where it can be: one
  /// pass over memory less.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let check = FiniteCheck.current
    var x = x
    var rest = layers[...]
    while let layer = rest.popFirst() {
      let input = x
      let output: () -> Tensor
      if let layer = layer as? any RectifyingLayer,
        let rectifier = (rest.first as? Activation)?.rectifier
      {
        output = { layer(input, rectifier: rectifier) }
        rest.removeFirst()
      } else {
        output = { layer(input) }
      }
      x = check?.inside(layer, output) ?? output()
    }
    return x
  }

  /// The composition as the code that makes it, with the number of parameters.
  public var description: String {
    let lines = layers.flatMap { "\($0)".split(separator: "\n").map { "  \($0)" } }
    return (["Sequential {  // \(parameterCount) parameters"] + lines + ["}"])
      .joined(separator: "\n")
  }
}

/// A layer that can apply a rectifier on its way out, in the same pass over memory.
protocol RectifyingLayer: Layer {
  /// The layer's output after a rectifier.
  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor
}

/// Collects the layers of a ``Sequential``.
@resultBuilder
public enum LayerBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// Layers that another function lists.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Layers that are listed one after another.
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  /// Layers of a loop.
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
  /// Layers of an `if` without `else`.
  public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
  /// Layers of an `if`.
  public static func buildEither(first: [any Layer]) -> [any Layer] { first }
  /// Layers of an `else`.
  public static func buildEither(second: [any Layer]) -> [any Layer] { second }
}
