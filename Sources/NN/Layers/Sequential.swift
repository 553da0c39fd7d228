import Tensor

/// Layers applied in sequence.
///
/// ```swift
/// let decoder = Sequential {
///   Dense(20, 400, using: random)
///   ReLU()
///   Dense(400, 784, using: random)
/// }
/// ```
///
/// The members' names are the layers' indices: `0.weight`, `2.bias`.
public final class Sequential: Layer {
  /// The layers in order.
  public let layers: [any Layer]

  /// The layers by index.
  public let members: Members

  /// Creates the composition of the listed layers, which may contain loops and conditions.
  public init(@LayerBuilder _ layers: () -> [any Layer]) {
    self.layers = layers()
    members = Members(self.layers.enumerated().map { ("\($0.offset)", $0.element) })
  }

  /// The output of the last layer.
  ///
  /// If possible, the previous layer applies a rectifier to its result itself, which saves a pass
  /// over memory.
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

  /// The code that creates the composition, with the number of parameters.
  public var description: String {
    let lines = layers.flatMap { "\($0)".split(separator: "\n").map { "  \($0)" } }
    return (["Sequential {  // \(parameterCount) parameters"] + lines + ["}"])
      .joined(separator: "\n")
  }
}

/// A layer that can apply a rectifier to its result, in the same pass over memory.
protocol RectifyingLayer: Layer {
  /// The layer's output after a rectifier.
  func callAsFunction(_ x: Tensor, rectifier: Rectifier) -> Tensor
}

/// Collects the layers of a ``Sequential``.
@resultBuilder
public enum LayerBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// Layers listed by another function.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Layers listed in sequence.
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
