import NN
import Tensor

/// x eˢ + t for each channel, initialised so that the first batch has mean 0 and variance 1 (Kingma
/// and Dhariwal, "Glow", 2018, section 3.1).
///
/// - Input and output: `[batch, …, channels]`. The log-determinant is Σ s for each pixel of an
///   image.
/// - Parameters: 2 · channels.
public final class ActNorm: FlowLayer {
  /// s, `[channels]`.
  @Parameter public var logScale: Tensor
  /// t, `[channels]`.
  @Parameter public var shift: Tensor

  /// The logarithms of the scales, and the shifts.
  public var members: Members { ["logScale": $logScale, "shift": $shift] }

  /// Creates a layer that is the identity until it is initialised.
  public init(_ channels: Int) {
    precondition(channels > 0, "ActNorm: expected a size above 0, found \(channels)")
    logScale = Tensor.zeros([channels])
    shift = Tensor.zeros([channels])
  }

  /// Initialises both to normalise `x`, and returns the layer's output for it.
  public func start(at x: Tensor) -> Tensor {
    let axes = Array(0..<x.rank - 1)
    let deviation = sqrt(x.variance(along: axes))
    logScale = -log(deviation + 1e-6)
    shift = -x.mean(along: axes) * exp(logScale)
    return forward(x)
  }

  /// The scaled and shifted channels, and Σ s for each pixel.
  public func forwardWithLogDeterminant(
    _ x: Tensor
  ) -> (value: Tensor, logDeterminant: Tensor) {
    let places = Double(x.shape.dropFirst().dropLast().reduce(1, *))
    return (x * exp(logScale) + shift, (places * logScale.sum()).broadcast(to: [x.shape[0]]))
  }

  /// (y − t) e⁻ˢ.
  public func inverse(_ y: Tensor) -> Tensor { (y - shift) * exp(-logScale) }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "ActNorm(\(shift.count))  // \(parameterCount) parameters" }
}
