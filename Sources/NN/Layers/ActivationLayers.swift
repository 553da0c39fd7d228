import Tensor

// Activations as layers: element-wise except Softmax, for any shape, without parameters.

/// A layer without parameters that applies a function of a tensor.
public class Activation: Layer {
  /// No members.
  public var members: Members { [:] }
  private let function: (Tensor) -> Tensor
  private let text: String
  /// The rectifier that the previous layer can apply, if the function is one.
  let rectifier: Rectifier?

  fileprivate init(
    _ text: String, rectifier: Rectifier? = nil, _ function: @escaping (Tensor) -> Tensor
  ) {
    self.text = text
    self.rectifier = rectifier
    self.function = function
  }

  /// The function's value.
  public func callAsFunction(_ x: Tensor) -> Tensor { function(x) }

  /// The code that creates the layer.
  public var description: String { text }
}

/// max(x, 0).
public final class ReLU: Activation {
  /// Creates the layer.
  public init() { super.init("ReLU()", rectifier: .plain, relu) }
}

/// x where it is positive, `slope` · x elsewhere.
public final class LeakyReLU: Activation {
  /// The slope where x is negative.
  public let slope: Double

  /// Creates the layer.
  public init(slope: Double = 0.01) {
    self.slope = slope
    // If the slope is not positive, the sign of the result does not determine that of x.
    super.init("LeakyReLU(slope: \(slope))", rectifier: slope > 0 ? .leaky(slope) : nil) {
      leakyReLU($0, slope: slope)
    }
  }
}

/// x where it is positive, `alpha` · (eˣ − 1) elsewhere.
public final class ELU: Activation {
  /// Creates the layer.
  public init(alpha: Double = 1) { super.init("ELU(alpha: \(alpha))") { elu($0, alpha: alpha) } }
}

/// x σ(x), with the logistic function σ.
public final class SiLU: Activation {
  /// Creates the layer.
  public init() { super.init("SiLU()", silu) }
}

/// x Φ(x), with the normal distribution function Φ.
public final class GELU: Activation {
  /// Creates the layer.
  public init() { super.init("GELU()", gelu) }
}

/// The hyperbolic tangent.
public final class Tanh: Activation {
  /// Creates the layer.
  public init() { super.init("Tanh()", tanh) }
}

/// The logistic function 1 / (1 + e⁻ˣ).
public final class Sigmoid: Activation {
  /// Creates the layer.
  public init() { super.init("Sigmoid()", sigmoid) }
}

/// log(1 + eˣ).
public final class Softplus: Activation {
  /// Creates the layer.
  public init() { super.init("Softplus()", softplus) }
}

/// e^xᵢ / Σⱼ e^xⱼ along the last axis.
public final class Softmax: Activation {
  /// Creates the layer.
  public init() { super.init("Softmax()") { softmax($0) } }
}
