import NN
import Tensor

/// z + û tanh(wᵀz + b), which stretches or compresses space on both sides of a plane (Rezende and
/// Mohamed, "Variational inference with normalizing flows", 2015, equations 10–12).
///
/// û = u + (log(1 + e^{wᵀu}) − 1 − wᵀu) w / ‖w‖² keeps wᵀû above −1; otherwise the layer would not
/// be invertible (appendix A.1). The log-determinant is log(1 + wᵀû (1 − tanh²(wᵀz + b))).
///
/// - Input and output: `[batch, features]`.
/// - Parameters: 2 · features + 1.
public final class PlanarLayer: FlowLayer {
  /// u, `[features]`.
  @Parameter public var direction: Tensor
  /// w, `[features]`, the normal of the plane.
  @Parameter public var normal: Tensor
  /// b, a scalar.
  @Parameter public var bias: Tensor

  /// u, w and b.
  public var members: Members { ["direction": $direction, "normal": $normal, "bias": $bias] }

  /// Creates a layer for this many numbers; u and w are drawn, b starts at 0.
  public init(_ features: Int, using random: Random) {
    precondition(features > 0, "PlanarLayer: expected a size above 0, found \(features)")
    let small = Initializer.normal(standardDeviation: 0.1)
    direction = small([features], fanIn: features, fanOut: features, using: random)
    // Drawn as a row, from which `ModelSize` counts the layer's outputs.
    let row = Initializer.leCunNormal(
      [1, features], fanIn: features, fanOut: features, using: random)
    normal = row.reshaped(to: [row.count])
    bias = Tensor(0)
  }

  /// z + û tanh(wᵀz + b), and the logarithm of the slope along w.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    Self.transform(x, along: invertibleDirection.direction, normal: normal, bias: bias)
  }

  /// The layer with a given û, for which wᵀû > −1, applied to x `[batch, features]`.
  public static func transform(
    _ x: Tensor, along direction: Tensor, normal: Tensor, bias: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    let bend = tanh(x.matmul(normal.expanded(at: 1)) + bias)
    let product = (direction * normal).sum()
    let slope = product * (1 - square(bend))
    return (x + bend * direction, log1p(slope).squeezed(at: 1))
  }

  /// The z that maps to y: a = wᵀz solves a + wᵀû tanh(a + b) = wᵀy, whose left side increases with
  /// a, so that bisection finds it.
  public func inverse(_ y: Tensor) -> Tensor {
    let (direction, product) = invertibleDirection
    let target = y.matmul(normal.expanded(at: 1))
    var low = target - abs(product)
    var high = target + abs(product)
    for _ in 0..<(y.dtype == .float64 ? 60 : 32) {
      let middle = 0.5 * (low + high)
      let isBelow = middle + product * tanh(middle + bias) .< target
      low = select(isBelow, middle, low)
      high = select(isBelow, high, middle)
    }
    return y - tanh(0.5 * (low + high) + bias) * direction
  }

  /// û, and wᵀû.
  private var invertibleDirection: (direction: Tensor, product: Tensor) {
    let product = (direction * normal).sum()
    let length = square(normal).sum() + 1e-12
    let moved = softplus(product) - 1
    return (direction + (moved - product) / length * normal, moved)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String {
    "PlanarLayer(\(normal.count))  // \(parameterCount) parameters"
  }
}
