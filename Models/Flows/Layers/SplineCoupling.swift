import NN
import Tensor

/// y = x on one part; each number of the other part passes through its own rational-quadratic
/// spline, computed by a network from the first part (Durkan, Bekasov, Murray and Papamakarios
/// 2019).
///
/// The log-determinant is the sum of the logarithms of the splines' slopes. The layer starts as the
/// identity.
///
/// - Input and output: `[batch, features]`.
public final class SplineCoupling: FlowLayer {
  /// From the given part to the parameters of the splines, `[batch, moved · (3 · bins − 1)]`.
  public let network: Sequential
  /// The division into a given and a transformed part.
  public let parts: CouplingParts
  private let bound: Double

  /// The network.
  public var members: Members { ["network": network] }

  /// Creates a layer.
  ///
  /// - Parameters:
  ///   - parts: The division into a given and a transformed part.
  ///   - hidden: The widths of the network's hidden layers.
  ///   - bins: The number of bins of a spline.
  ///   - bound: The half-width of the splines; beyond ±`bound` they are the identity.
  ///   - random: Draws the initial weights.
  public init(
    _ parts: CouplingParts, hidden: [Int], bins: Int, bound: Double, using random: Random
  ) {
    precondition(
      bins > 0 && bound > 0,
      "SplineCoupling: expected bins and a bound above 0, found \(bins) and \(bound)")
    self.parts = parts
    self.bound = bound
    network = conditioner(parts.given, hidden, parts.moved * (3 * bins - 1), using: random)
  }

  /// y, and the sum of the logarithms of the slopes.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    let (given, moved) = parts(x)
    let (y, logSlope) = splines(given)(moved)
    return (parts.joined(given, y), logSlope.sum(along: 1))
  }

  /// The splines' inverses.
  public func inverse(_ y: Tensor) -> Tensor {
    let (given, moved) = parts(y)
    return parts.joined(given, splines(given).inverse(moved).x)
  }

  private func splines(_ given: Tensor) -> RationalQuadraticSpline {
    let output = network(given)
    let shape = [given.shape[0], parts.moved, output.shape[1] / parts.moved]
    return RationalQuadraticSpline(parameters: output.reshaped(to: shape), bound: bound)
  }

  /// A description of the network.
  public var description: String {
    "SplineCoupling\(parts.isSwapped ? ", swapped" : ""): \(network)"
  }
}
