import Tensor

/// Divides a weight by its largest singular value, W / σ(W), so that the layer that uses it does
/// not increase distances (Miyato, Kataoka, Koyama and Yoshida, "Spectral normalization for
/// generative adversarial networks", 2018, equation 8).
///
/// A weight `[…, outputs]` is treated as a matrix with `outputs` columns; for a convolution,
/// `[kernel² · inputs, outputs]`. Its singular direction u comes from the power method, continued
/// from use to use: in training, each use of the weight is one step, u ← Wᵀ W u scaled to length 1
/// (algorithm 1). σ is ‖W u‖, at most the true value; its gradient flows to W alone, with u
/// constant.
///
/// - Parameters: none; u is a buffer, so that it is saved and a resumed training computes the same
///   values.
public final class SpectralNorm: Module {
  /// The direction u among the outputs that the weight stretches most, `[outputs]`, of length 1
  /// from the first step on.
  @Buffer public var direction: Tensor
  /// Whether each use is a step of the power method.
  public var mode: Mode = .training

  /// The direction.
  public var members: Members { ["direction": $direction] }

  /// The least length to divide by, so that a weight of zeros causes no division by 0.
  private static let smallestLength = 1e-12

  /// Creates the norm of a weight with this many outputs; its direction starts at random.
  public init(_ outputs: Int, using random: Random) {
    precondition(outputs > 0, "SpectralNorm: expected a size above 0, found \(outputs)")
    direction = Initializer.normal(standardDeviation: 1)(
      [outputs], fanIn: outputs, fanOut: outputs, using: random)
  }

  /// The weight divided by its largest singular value, of its shape.
  public func callAsFunction(_ weight: Tensor) -> Tensor { weight / norm(of: weight) }

  /// σ of a weight `[…, outputs]`, a scalar; in training, after a step of the power method.
  public func norm(of weight: Tensor) -> Tensor {
    let outputs = direction.count
    precondition(
      weight.rank > 1 && weight.shape.last == outputs,
      "SpectralNorm(\(outputs)): expected a weight of shape […, \(outputs)], found"
        + " \(weight.shape)")
    let matrix = weight.reshaped(to: [weight.count / outputs, outputs])
    if mode == .training { step(along: stopGradient(matrix)) }
    return length(of: matrix.matmul(unit(direction).expanded(at: 1)))
  }

  /// u ← Wᵀ W u, of length 1.
  private func step(along matrix: Tensor) {
    let left = unit(matrix.matmul(unit(direction).expanded(at: 1)))
    direction = unit(matrix.matmul(left, transposeLeft: true)).reshaped(to: direction.shape)
  }

  private func unit(_ x: Tensor) -> Tensor { x / length(of: x) }

  private func length(of x: Tensor) -> Tensor {
    let smallest = Self.smallestLength * Self.smallestLength
    return sqrt(clamp(square(x).sum(), to: smallest ... .greatestFiniteMagnitude))
  }
}
