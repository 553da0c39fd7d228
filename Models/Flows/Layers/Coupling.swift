import NN
import Tensor

/// A division of the last axis into a given part and a transformed part (Dinh, Krueger and Bengio
/// 2015): the first numbers and the rest, or vice versa.
public struct CouplingParts: Equatable, Sendable {
  /// The size of the given part.
  public let given: Int
  /// The size of the transformed part.
  public let moved: Int
  /// Whether the transformed part comes first.
  public let isSwapped: Bool

  /// Divides two or more numbers into halves; if the number is odd, the first half is the smaller
  /// one.
  public init(halvesOf count: Int, isSwapped: Bool) {
    precondition(count > 1, "CouplingParts: expected two numbers or more, found \(count)")
    let first = count / 2
    (given, moved) = isSwapped ? (count - first, first) : (first, count - first)
    self.isSwapped = isSwapped
  }

  /// The two parts of `x`.
  func callAsFunction(_ x: Tensor) -> (given: Tensor, moved: Tensor) {
    precondition(
      x.rank > 1 && x.shape[x.rank - 1] == given + moved,
      "coupling: expected an input of shape [batch, …, \(given + moved)], found \(x.shape)")
    let parts = x.split(into: isSwapped ? [moved, given] : [given, moved], along: x.rank - 1)
    return isSwapped ? (parts[1], parts[0]) : (parts[0], parts[1])
  }

  /// Both parts, joined in their original order.
  func joined(_ given: Tensor, _ moved: Tensor) -> Tensor {
    Tensor.concatenated(isSwapped ? [moved, given] : [given, moved], along: given.rank - 1)
  }
}

/// y = x on one part; y = x eˢ + t on the other, with s and t computed by a network from the first
/// (Dinh, Sohl-Dickstein and Bengio 2017, equations 7 and 8).
///
/// s = 2 tanh(ŝ/2) lies in (−2, 2). The log-determinant is the sum of s. If the network's last
/// layer starts at zero, the coupling starts as the identity.
///
/// - Input and output: `[batch, …, features]`; the parts are along the last axis.
public final class AffineCoupling: FlowLayer {
  /// From the given part to ŝ and t, concatenated: `[batch, …, 2 · moved]`.
  public let network: Sequential
  /// The division into a given and a transformed part.
  public let parts: CouplingParts

  /// The network.
  public var members: Members { ["network": network] }

  /// Creates a layer from the network that computes ŝ and t.
  public init(_ parts: CouplingParts, _ network: Sequential) {
    (self.parts, self.network) = (parts, network)
  }

  /// Creates a layer for rows of numbers, with a network of fully connected layers of these widths.
  public convenience init(_ parts: CouplingParts, hidden: [Int], using random: Random) {
    self.init(parts, conditioner(parts.given, hidden, 2 * parts.moved, using: random))
  }

  /// y, and the sum of s.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    let (given, moved) = parts(x)
    let (logScale, shift) = coefficients(given)
    return (parts.joined(given, moved * exp(logScale) + shift), logScale.flattened().sum(along: 1))
  }

  /// x = (y − t) e⁻ˢ.
  public func inverse(_ y: Tensor) -> Tensor {
    let (given, moved) = parts(y)
    let (logScale, shift) = coefficients(given)
    return parts.joined(given, (moved - shift) * exp(-logScale))
  }

  private func coefficients(_ given: Tensor) -> (logScale: Tensor, shift: Tensor) {
    let output = network(given).split(count: 2, along: given.rank - 1)
    return (boundedLogScale(output[0]), output[1])
  }

  /// A description of the network.
  public var description: String {
    "AffineCoupling\(parts.isSwapped ? ", swapped" : ""): \(network)"
  }
}

/// 2 tanh(ŝ/2), in (−2, 2): bounds a network's log-scale, so that it cannot diverge.
func boundedLogScale(_ raw: Tensor) -> Tensor { 2 * tanh(0.5 * raw) }

/// Fully connected layers with rectifiers between them; the last layer starts at zero.
func conditioner(_ inputs: Int, _ hidden: [Int], _ outputs: Int, using random: Random) -> Sequential
{
  Sequential {
    for (from, to) in zip([inputs] + hidden, hidden) {
      Dense(from, to, using: random)
      ReLU()
    }
    Dense(hidden.last ?? inputs, outputs, initializer: .constant(0), using: random)
  }
}
