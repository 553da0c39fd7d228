import Tensor

/// Normalises the last axis of each example to mean 0 and variance 1, then scales and shifts it:
/// y = γ (x − μ) / √(σ² + ε) + β, with the biased variance (Ba, Kiros and Hinton 2016).
///
/// - Input and output: `[…, features]`.
/// - Parameters: 2 · features.
public final class LayerNorm: Layer {
  /// The scale γ, `[features]`.
  @Parameter public var scale: Tensor
  /// The shift β, `[features]`.
  @Parameter public var shift: Tensor
  private let epsilon: Double

  /// The scale and the shift.
  public var members: Members { ["scale": $scale, "shift": $shift] }

  /// Creates a layer with scale 1 and shift 0.
  public init(_ features: Int, epsilon: Double = 1e-5) {
    precondition(features > 0, "LayerNorm: expected a size above 0, found \(features)")
    scale = Initializer.ones([features])
    shift = Initializer.zeros([features])
    self.epsilon = epsilon
  }

  /// The normalised input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.shape.last == scale.count,
      "\(call): expected an input of shape […, \(scale.count)], found \(x.shape)")
    return normalized(x, along: [-1], epsilon: epsilon) * scale + shift
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String { "LayerNorm(\(scale.count))" }
}
