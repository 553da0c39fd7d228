import NN
import Tensor

/// z = (x − m) e⁻ˢ, where m and s of each number are computed from the numbers before it
/// (Papamakarios, Pavlakou and Murray, "Masked autoregressive flow for density estimation", 2017,
/// equations 4 and 5).
///
/// s = 2 tanh(ŝ/2) lies in (−2, 2); the log-determinant is −Σ s. The forward direction is one pass
/// of a masked network; the inverse proceeds number by number.
///
/// - Input and output: `[batch, features]`.
public final class MaskedAffine: FlowLayer {
  /// From x to m and ŝ, `[batch, 2 · features]`.
  public let network: MaskedPerceptron

  /// The network.
  public var members: Members { ["network": network] }

  /// Creates a layer for this many numbers; the last weights start at a tenth of their usual size.
  public init(_ features: Int, hidden: [Int], using random: Random) {
    network = MaskedPerceptron(features, hidden: hidden, outputsPerInput: 2, using: random)
    let last = network.layers[network.layers.count - 1]
    last.weight = 0.1 * last.weight
  }

  /// z, and −Σ s.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    let outputs = network(x).split(count: 2, along: 1)
    let logScale = boundedLogScale(outputs[1])
    return ((x - outputs[0]) * exp(-logScale), -logScale.sum(along: 1))
  }

  /// x = z eˢ + m, one number after another.
  public func inverse(_ z: Tensor) -> Tensor {
    network.unrolled(count: z.shape[0]) { index, outputs in
      let mean = outputs.sliced(0..<1, along: 1)
      let logScale = boundedLogScale(outputs.sliced(1..<2, along: 1))
      return (z.sliced(index..<index + 1, along: 1) * exp(logScale) + mean).squeezed(at: 1)
    }
  }

  /// A description of the network.
  public var description: String { "MaskedAffine: \(network)" }
}
