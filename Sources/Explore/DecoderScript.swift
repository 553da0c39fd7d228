import Models
import NN
import Tensor

/// A decoder in the form a page computes it: its layers in sequence, and their weights in half
/// precision.
struct DecoderScript {
  /// A layer as the page's script reads it; fields that a kind of layer does not have are omitted.
  struct Step: Encodable {
    let step: String
    var inputs: Int?
    var outputs: Int?
    var channels: Int?
    var kernel: Int?
    var stride: Int?
    var padding: Int?
    /// The rows and columns that a transposed convolution adds at the bottom and the right.
    var extra: Int?
    var sizes: [Int]?
    var slope: Double?
    /// The offset of its weights among all weights.
    var weights: Int?
  }

  /// The layers in order.
  private(set) var steps: [Step] = []
  /// The weights of all layers, little-endian halves.
  private(set) var weights: [UInt8] = []

  /// Whether a page can compute a model's decoder.
  static func knows(_ model: any Model) -> Bool {
    model is VAE || model is Autoencoder || model is GAN
  }

  /// The decoder of a model with its own codes, and the step that turns its last layer into a
  /// picture; nil for a model whose decoder has other layers than these.
  init?(of model: any LatentVariableModel) {
    switch model {
    case let vae as VAE:
      guard add(vae.decoder) else { return nil }
      if vae.dataShape.isImage { add(Step(step: "sigmoid")) }
    case let autoencoder as Autoencoder:
      guard add(autoencoder.decoder) else { return nil }
      if autoencoder.configuration.output == .sigmoid { add(Step(step: "sigmoid")) }
    case let gan as GAN:
      guard add(gan.generator) else { return nil }
      if gan.dataShape.isImage { add(Step(step: "unit")) }
    default: return nil
    }
  }

  /// Adds a layer; false if the page cannot compute it.
  private mutating func add(_ layer: any Layer) -> Bool {
    switch layer {
    case let layers as Sequential: return layers.layers.allSatisfy { add($0) }
    case let dense as Dense:
      add(
        Step(step: "dense", inputs: dense.weight.shape[0], outputs: dense.weight.shape[1]),
        [dense.weight, dense.bias])
    case let conv as ConvTranspose2D:
      let shape = conv.weight.shape
      add(
        Step(
          step: "transposed", inputs: shape[3], outputs: shape[2], kernel: shape[0],
          stride: conv.stride, padding: conv.padding, extra: conv.outputPadding),
        [conv.weight, conv.bias ?? Tensor.zeros([shape[2]])])
    case let norm as BatchNorm:
      // γ (x − μ) / √(σ² + ε) + β as one multiplication and one addition.
      let scale = norm.scale / sqrt(norm.runningVariance + norm.epsilon)
      add(
        Step(step: "scale", channels: scale.count),
        [scale, norm.shift - norm.runningMean * scale])
    case let reshape as Reshape: add(Step(step: "reshape", sizes: reshape.shape))
    case is Flatten: add(Step(step: "flatten"))
    case let leaky as LeakyReLU: add(Step(step: "leaky", slope: leaky.slope))
    case is ReLU: add(Step(step: "leaky", slope: 0))
    case is Tanh: add(Step(step: "tanh"))
    default: return false
    }
    return true
  }

  private mutating func add(_ step: Step, _ tensors: [Tensor] = []) {
    var step = step
    if !tensors.isEmpty { step.weights = weights.count / 2 }
    for tensor in tensors { weights += tensor.halves }
    steps.append(step)
  }
}

extension Tensor {
  /// The elements in half precision, little-endian; values beyond its range are clamped.
  var halves: [UInt8] {
    scalars.flatMap { value -> [UInt8] in
      let half = Float16(Swift.max(-65_504, Swift.min(65_504, value))).bitPattern
      return [UInt8(truncatingIfNeeded: half), UInt8(truncatingIfNeeded: half >> 8)]
    }
  }
}
