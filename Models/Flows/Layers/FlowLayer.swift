import NN
import Tensor

/// A layer of a normalising flow: an invertible map with a known Jacobian determinant.
///
/// The forward direction is from the data to the base distribution, so that the density of x is
/// that of y = f(x) times |det ∂y/∂x| (Rezende and Mohamed 2015).
public protocol FlowLayer: Module {
  /// y = f(x), and log |det ∂y/∂x| of each example, `[batch]`.
  func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor)

  /// The x for which y = f(x).
  func inverse(_ y: Tensor) -> Tensor

  /// Initialises data-dependent parameters from `x`, and returns the layer's output for it.
  func start(at x: Tensor) -> Tensor
}

extension FlowLayer {
  /// y = f(x).
  public func forward(_ x: Tensor) -> Tensor { forwardWithLogDeterminant(x).value }

  /// The output: by default, no parameter depends on data.
  public func start(at x: Tensor) -> Tensor { forward(x) }
}

/// A chain of invertible layers, itself a layer: a density with the base N(0, I).
///
/// log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|, in nats (Dinh, Sohl-Dickstein and Bengio 2017,
/// equation 3).
public final class Flow: FlowLayer {
  /// The layers, starting next to the data.
  public let layers: [any FlowLayer]
  /// The layers by index.
  public let members: Members

  /// Creates a chain of layers, starting next to the data.
  public init(_ layers: [any FlowLayer]) {
    self.layers = layers
    members = Members(layers.enumerated().map { ("\($0.offset)", $0.element) })
  }

  /// The output of all layers in sequence, and the sum of their log-determinants.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    var (y, sum) = (x, Tensor?.none)
    for layer in layers {
      let (next, logDeterminant) = layer.forwardWithLogDeterminant(y)
      y = next
      sum = sum.map { $0 + logDeterminant } ?? logDeterminant
    }
    return (y, sum ?? Tensor.zeros([x.shape[0]], dtype: x.dtype))
  }

  /// Initialises each layer from the output of those before it.
  public func start(at x: Tensor) -> Tensor { layers.reduce(x) { $1.start(at: $0) } }

  /// Inverts all layers.
  public func inverse(_ y: Tensor) -> Tensor { layers.reversed().reduce(y) { $1.inverse($0) } }

  /// log p(x) of each example, `[batch]`, in nats.
  public func logDensity(of x: Tensor) -> Tensor {
    let (z, logDeterminant) = forwardWithLogDeterminant(x)
    return standardNormalLogDensity(of: z) + logDeterminant
  }

  /// A description of the chain, one line per layer.
  public var description: String {
    let lines = layers.flatMap { "\($0)".split(separator: "\n").map { "  \($0)" } }
    return (["Flow {  // \(parameterCount) parameters"] + lines + ["}"]).joined(separator: "\n")
  }
}
