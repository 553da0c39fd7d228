import Models
import NN
import Tensor

/// A decoder as a page computes it: its layers one after another, and their weights in half precision.
struct DecoderScript {
  /// The layers, as objects of JSON.
  private(set) var steps: [[String: JSONNumberOrText]] = []
  /// The weights of all layers, little-endian halves.
  private(set) var weights: [UInt8] = []

  /// Whether a page can compute the decoder of a model.
  static func knows(_ model: any Model) -> Bool {
    model is VAE || model is Autoencoder || model is GAN
  }

  /// The decoder of a model with codes of its own, and what makes the picture of its last layer; nil for a
  /// model whose decoder is of other layers than these.
  init?(of model: any LatentVariableModel) {
    switch model {
    case let vae as VAE:
      guard add(vae.decoder) else { return nil }
      if vae.dataShape.isImage { addStep("sigmoid") }
    case let autoencoder as Autoencoder:
      guard add(autoencoder.decoder) else { return nil }
      if autoencoder.configuration.output == .sigmoid { addStep("sigmoid") }
    case let gan as GAN:
      guard add(gan.generator) else { return nil }
      if gan.dataShape.isImage { addStep("unit") }
    default: return nil
    }
  }

  /// Adds a layer; false for one that a page does not know.
  private mutating func add(_ layer: any Layer) -> Bool {
    switch layer {
    case let layers as Sequential: return layers.layers.allSatisfy { add($0) }
    case let dense as Dense:
      addStep(
        "dense", ["inputs": dense.weight.shape[0], "outputs": dense.weight.shape[1]],
        [dense.weight, dense.bias])
    case let conv as ConvTranspose2D:
      let shape = conv.weight.shape
      addStep(
        "transposed",
        [
          "kernel": shape[0], "outputs": shape[2], "inputs": shape[3], "stride": conv.stride,
          "padding": conv.padding, "extra": conv.outputPadding,
        ], [conv.weight, conv.bias ?? Tensor.zeros([shape[2]])])
    case let norm as BatchNorm:
      // γ (x − μ) / √(σ² + ε) + β as one product and one sum.
      let scale = norm.scale / sqrt(norm.runningVariance + norm.epsilon)
      addStep(
        "scale", ["channels": scale.count], [scale, norm.shift - norm.runningMean * scale])
    case let reshape as Reshape: addStep("reshape", sizes: reshape.shape)
    case is Flatten: addStep("flatten")
    case let leaky as LeakyReLU: addStep("leaky", slope: leaky.slope)
    case is ReLU: addStep("leaky", slope: 0)
    case is Tanh: addStep("tanh")
    default: return false
    }
    return true
  }

  private mutating func addStep(
    _ name: String, _ numbers: [String: Int] = [:], _ tensors: [Tensor] = [], sizes: [Int]? = nil,
    slope: Double? = nil
  ) {
    var step: [String: JSONNumberOrText] = ["step": .text(name)]
    for (key, number) in numbers { step[key] = .number(Double(number)) }
    if let slope { step["slope"] = .number(slope) }
    if let sizes { step["sizes"] = .numbers(sizes.map(Double.init)) }
    if !tensors.isEmpty { step["weights"] = .number(Double(weights.count / 2)) }
    for tensor in tensors { weights += tensor.halves }
    steps.append(step)
  }
}

/// A value of a step.
enum JSONNumberOrText: Encodable {
  case number(Double)
  case numbers([Double])
  case text(String)

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .numbers(let numbers): try container.encode(numbers)
    case .text(let text): try container.encode(text)
    }
  }
}

extension Tensor {
  /// The elements in half precision, little-endian; what is beyond its range at its end.
  var halves: [UInt8] {
    scalars.flatMap { value -> [UInt8] in
      let half = Float16(Swift.max(-65_504, Swift.min(65_504, value))).bitPattern
      return [UInt8(truncatingIfNeeded: half), UInt8(truncatingIfNeeded: half >> 8)]
    }
  }
}
