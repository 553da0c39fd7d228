import Tensor

/// Normalises each group of channels of each example, also over an image's pixels, to mean 0 and
/// variance 1, then scales and shifts each channel: y = γ (x − μ) / √(σ² + ε) + β, with the biased
/// variance (Wu and He 2018).
///
/// An example's output does not depend on the batch. With one group it is layer normalisation over
/// the whole image, with one group per channel instance normalisation.
///
/// - Input and output: `[batch, …, channels]`, such as `[batch, channels]` or `[batch, height,
///   width, channels]`, with at least two values in each group.
/// - Parameters: 2 · channels.
public final class GroupNorm: Layer {
  /// The scale γ, `[channels]`.
  @Parameter public var scale: Tensor
  /// The shift β, `[channels]`.
  @Parameter public var shift: Tensor
  /// The number of groups.
  public let groups: Int
  private let epsilon: Double

  /// The scale and the shift.
  public var members: Members { ["scale": $scale, "shift": $shift] }

  /// Creates a layer with scale 1 and shift 0; the groups are of equal size.
  public init(_ groups: Int, _ channels: Int, epsilon: Double = 1e-5) {
    precondition(
      groups > 0 && channels > 0 && channels % groups == 0,
      "GroupNorm: expected channels that split into the groups, found \(groups) groups and"
        + " \(channels) channels")
    scale = Initializer.ones([channels])
    shift = Initializer.zeros([channels])
    self.groups = groups
    self.epsilon = epsilon
  }

  /// The normalised input.
  public func callAsFunction(_ x: Tensor) -> Tensor { normalized(x, isActivated: false) }

  /// ``/Tensor/silu(_:)`` of the normalised input, in the same pass.
  func silu(_ x: Tensor) -> Tensor { normalized(x, isActivated: true) }

  private func normalized(_ x: Tensor, isActivated: Bool) -> Tensor {
    let channels = scale.count
    precondition(
      x.rank > 1 && x.shape.last == channels,
      "\(call): expected an input of shape [batch, …, \(channels)], found \(x.shape)")
    let places = x.shape[1..<x.rank - 1].reduce(1, *)
    precondition(
      places * (channels / groups) > 1,
      "\(call): expected two values or more in each group, found an input of shape \(x.shape)")
    return groupNormalized(
      x, groups: groups, scale: scale, shift: shift, epsilon: epsilon, isActivated: isActivated)
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String { "GroupNorm(\(groups), \(scale.count))" }
}
