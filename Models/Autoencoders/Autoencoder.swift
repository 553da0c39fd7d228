import NN
import Settings
import Tensor

/// An autoencoder: encodes images into short codes and reconstructs them (Rumelhart, Hinton and
/// Williams 1986; Hinton and Salakhutdinov 2006).
///
/// An encoder computes a code z = f(x) for an image x; a decoder computes an image g(z) close to x.
/// Information that does not fit into the code is lost, so both learn what images have in common.
/// If it is trained to restore x from a noisy copy, it is a denoising autoencoder (Vincent et al.
/// 2008; see ``Corruption``).
///
/// ```swift
/// let autoencoder = Autoencoder(.init(), for: .images(28, 28), using: random)
/// let (loss, gradients) = valueWithGradient(of: autoencoder) {
///   autoencoder.loss(of: batch, using: random).total
/// }
/// ```
///
/// Images are matrices `[batch, pixels]`, in row-major order. The code itself has no rectifier:
/// half of every axis would be lost, and with few dimensions some would never learn. With no hidden
/// layer, a linear output and squared errors, the model finds the space of the first principal
/// components (Baldi and Hornik 1989).
public final class Autoencoder: LossModel, EncodingModel {
  /// The two kinds of network.
  public enum Architecture: String, Choice {
    /// Fully connected layers.
    case dense
    /// Strided convolutions, and transposed ones in the decoder.
    case conv
  }

  /// The distance between a reconstruction and its image, averaged over pixels and images.
  public enum ReconstructionError: String, Choice {
    /// (x − x̂)² of each pixel.
    case meanSquaredError = "mse"
    /// −x log x̂ − (1 − x) log(1 − x̂) of each pixel, in nats: grey values are probabilities.
    case binaryCrossEntropy = "bce"
  }

  /// The function from the decoder's last layer to pixels.
  public enum Output: String, Choice {
    /// The logistic function, so that pixels lie in [0, 1].
    case sigmoid
    /// The identity.
    case linear
  }

  /// The settings.
  public struct Configuration: ConvolvableConfiguration {
    /// Fully connected layers alone, or convolutions too.
    @Setting("fully connected layers alone, or convolutions too")
    public var architecture = Architecture.dense
    /// Dimensions of a latent code.
    @Setting("dimensions of a latent code", in: layerWidths) public var latent = 64
    /// Widths of a dense network's hidden layers.
    @Setting("widths of a dense network's hidden layers", in: layerWidths)
    public var hidden = [256]
    /// Mean squared error, or binary cross-entropy.
    @Setting("mean squared error, or binary cross-entropy")
    public var loss = ReconstructionError.meanSquaredError
    /// Function from the last layer to pixels.
    @Setting("function from the last layer to pixels") public var output = Output.sigmoid
    /// Noise on the images, to be removed.
    @Setting("noise on the images, to be removed") public var noise = Corruption.Kind.none
    // Among the levels of Vincent et al. (2008).
    /// Standard deviation of the noise, or share of pixels masked.
    @Setting(
      "standard deviation of the noise, or share of pixels masked", in: .atLeast(0),
      absence: "0.25") public var noiseLevel: Double? = nil

    /// The defaults.
    public init() {}

    /// Whether the networks are convolutional.
    public var isConvolutional: Bool { architecture == .conv }

    /// The noise with its level.
    public var corruption: Corruption {
      noise == .none ? .none : Corruption(noise, level: noiseLevel ?? 0.25)
    }

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try checkConvolutions(for: data)
      if loss == .binaryCrossEntropy {
        try expectImage(data, for: "loss", loss, instead: "mse")
      }
      if output == .sigmoid { try expectImage(data, for: "output", output, instead: "linear") }
      if loss == .binaryCrossEntropy, output == .linear {
        throw UnsuitableSetting(
          "output", "linear",
          "expected sigmoid, as binary cross-entropy needs pixels between 0 and 1")
      }
      guard let noiseLevel else { return }
      if noise == .none {
        throw UnsuitableSetting(
          "noise-level", noiseLevel, "expected --noise gaussian or --noise masking with it")
      }
      if noise == .masking, noiseLevel > 1 {
        throw UnsuitableSetting(
          "noise-level", noiseLevel, "expected at most 1, the share of pixels to be masked")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "autoencoder"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// From images `[batch, pixels]` to codes `[batch, latentSize]`.
  public let encoder: Sequential
  /// From codes to a number for each pixel, `[batch, pixels]`: its logit for a sigmoid output.
  public let decoder: Sequential

  /// The encoder and the decoder.
  public var members: Members { ["encoder": encoder, "decoder": decoder] }

  /// Creates a model of fully connected layers with rectifiers between them, or a convolutional
  /// one: convolutions halve an image's sides twice, a fully connected layer leads to the code, and
  /// the decoder mirrors both.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "Autoencoder")
    self.configuration = configuration
    dataShape = data
    let latent = configuration.latent
    switch configuration.architecture {
    case .dense:
      let hidden = configuration.hidden
      encoder = perceptron([data.count] + hidden + [latent], using: random)
      decoder = perceptron([latent] + hidden.reversed() + [data.count], using: random)
    case .conv:
      let sides = ConvolutionalSides(data)
      encoder = Sequential {
        sides.encoder(using: random)
        Dense(sides.smallCount, latent, using: random)
      }
      decoder = Sequential {
        Dense(latent, sides.smallCount, using: random)
        ReLU()
        sides.decoder(using: random)
      }
    }
  }

  /// A description of the two networks.
  public var description: String {
    "Autoencoder  // \(parameterCount) parameters\nencoder: \(encoder)\ndecoder: \(decoder)"
  }
}

// MARK: - Codes and reconstructions

extension Autoencoder {
  /// The number of dimensions of a code.
  public var latentSize: Int { configuration.latent }

  /// The codes of examples.
  public func encode(_ x: Tensor) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == dataShape.count,
      "Autoencoder: expected images of shape [batch, \(dataShape.count)], found \(x.shape)")
    return encoder(x)
  }

  /// The images of codes; with a linear output they may leave [0, 1].
  public func decode(_ z: Tensor) -> Tensor {
    switch configuration.output {
    case .sigmoid: sigmoid(decoder(z))
    case .linear: decoder(z)
    }
  }

  /// Noisy copies of examples, or nil if there is no noise.
  public func corrupted(_ x: Tensor, using random: Random) -> Tensor? {
    configuration.noise == .none ? nil : configuration.corruption(x, using: random)
  }
}

// MARK: - The loss

extension Autoencoder {
  /// The reconstruction error.
  public var metrics: [Metric] {
    switch configuration.loss {
    case .meanSquaredError: [Metric("loss", unit: "mean squared error per pixel")]
    case .binaryCrossEntropy: [Metric("loss", unit: "nats per pixel")]
    }
  }

  /// The mean reconstruction error per pixel; a denoising autoencoder reconstructs from noisy
  /// copies.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let x = batch.images
    return Loss(error(x, from: corrupted(x, using: random) ?? x))
  }

  /// The mean error per pixel of the reconstructions of `x` from `input`, both `[batch, pixels]`: a
  /// scalar, in nats for the cross-entropy.
  public func error(_ x: Tensor, from input: Tensor) -> Tensor {
    let z = encode(input)
    switch configuration.loss {
    case .meanSquaredError: return meanSquaredError(decode(z), x)
    // From logits: the logarithm of a sigmoid that underflows to 0 would be infinite.
    case .binaryCrossEntropy: return binaryCrossEntropy(logits: decoder(z), x)
    }
  }
}
