import Tensor

/// x + f(x): layers with a skip connection (He, Zhang, Ren and Sun, "Deep residual learning for
/// image recognition", 2016).
///
/// - Input and output: of the same shape, which the layers must preserve.
public final class Residual: Layer {
  /// f.
  public let body: Sequential

  /// The layers.
  public var members: Members { ["body": body] }

  /// Creates the sum of an input and the output of the listed layers.
  public init(@LayerBuilder _ layers: () -> [any Layer]) { body = Sequential(layers) }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor { x + body(x) }

  /// The code that creates the layer, with the number of parameters.
  public var description: String {
    let lines = body.layers.flatMap { "\($0)".split(separator: "\n").map { "  \($0)" } }
    return (["Residual {  // \(parameterCount) parameters"] + lines + ["}"])
      .joined(separator: "\n")
  }
}
