import NN
import Settings
import Tensor

/// A generative adversarial network (Goodfellow et al., "Generative adversarial nets", 2014).
///
/// A generator G makes samples of noise z ~ N(0, I); a discriminator D gives the probability that a
/// sample is real, by its logit. They play the game min_G max_D V(D, G) with
/// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))] (equation 1).
///
/// ```swift
/// let gan = GAN(.init(), for: .images(28, 28), using: random)
/// let training = AdversarialTraining(gan, using: random)
/// let figures = training.step([images])                    // [batch, 784], in [−1, 1]
/// let made = gan.sample(count: 100, using: random)         // [100, 28, 28, 1], in [0, 1]
/// ```
///
/// Sampling in inference mode is safe from several threads at once, each with its own `Random`; a
/// model is trained from one.
public final class GAN: PriorModel {
  /// The kind of layers in both networks.
  public enum Architecture: String, Choice {
    /// Fully connected layers.
    case dense
    /// Convolutions (Radford, Metz and Chintala 2016).
    case dcgan
  }

  /// The loss of the generator (section 3 of the paper).
  public enum GeneratorLoss: String, Choice {
    /// −E[log D(G(z))]: strong gradients where the discriminator is sure.
    case nonSaturating = "non-saturating"
    /// E[log(1 − D(G(z)))], the game's own value: its gradients vanish where the discriminator is
    /// sure.
    case saturating
  }

  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Fully connected layers, or convolutions.
    @Setting("fully connected layers, or convolutions") public var architecture = Architecture.dense
    /// Dimensions of the noise z.
    @Setting("dimensions of the noise z", in: layerWidths) public var latent = 100
    /// Widths of a dense generator's hidden layers.
    @Setting("widths of a dense generator's hidden layers", in: layerWidths)
    public var generatorHidden = [256, 512, 1024]
    /// Widths of a dense discriminator's hidden layers.
    @Setting("widths of a dense discriminator's hidden layers", in: layerWidths)
    public var discriminatorHidden = [512, 256]
    /// Channels of a DCGAN's first layer.
    @Setting("channels of a DCGAN's first layer", in: 1...4096) public var baseChannels = 64
    /// -log D(G(z)), or log(1 - D(G(z))).
    @Setting("-log D(G(z)), or log(1 - D(G(z)))")
    public var generatorLoss = GeneratorLoss.nonSaturating
    /// Steps of the discriminator for one of the generator.
    @Setting("steps of the discriminator for one of the generator", in: 1...5, placeholder: "K")
    public var discriminatorSteps = 1
    /// The amount subtracted from a real image's label.
    @Setting("the amount subtracted from a real image's label", in: .from(0, below: 0.5))
    public var labelSmoothing = 0.0

    /// The defaults.
    public init() {}

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try expectNoText(data)
      guard architecture == .dcgan else { return }
      let sizes = GAN.convolutionalImageSizes
      guard data.sizes.count == 3, data.sizes[0] == data.sizes[1], sizes.contains(data.sizes[0])
      else {
        let expected = sizes.map { "\($0)×\($0)" }.joined(separator: " or ")
        throw UnsuitableSetting(
          "architecture", "dcgan",
          "expected images of \(expected) pixels, found \(data.sizesText)"
            + (data.isImage ? "; --image-size resizes them" : ""))
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "gan"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that it was built for.
  public let dataShape: DataShape
  /// G: from noise, `[batch, latentSize]`, to samples, `[batch] + sampleShape`, in [−1, 1].
  public let generator: any Layer
  /// D: from samples, `[batch] + sampleShape`, to the logits of their being real, `[batch, 1]`.
  public let discriminator: any Layer
  /// The shape of a sample as the networks have it.
  public let sampleShape: [Int]

  /// The two networks.
  public var members: Members { ["generator": generator, "discriminator": discriminator] }

  /// Creates a model of fully connected layers with leaky rectifiers (slope 0.2) between, or a
  /// DCGAN; images lie in [−1, 1], the hyperbolic tangent's range, other data anywhere.
  public convenience init(_ configuration: Configuration, for data: DataShape, using random: Random)
  {
    configuration.require(for: data, "GAN")
    switch configuration.architecture {
    case .dense:
      let (latent, count) = (configuration.latent, data.count)
      let generator = leakyPerceptron(
        [latent] + configuration.generatorHidden + [count], endsInTanh: data.isImage, using: random)
      let discriminator = leakyPerceptron(
        [count] + configuration.discriminatorHidden + [1], endsInTanh: false, using: random)
      self.init(
        generator: generator, discriminator: discriminator, sampleShape: [count], configuration,
        data)
    case .dcgan:
      let networks = convolutionalNetworks(configuration, for: data, using: random)
      self.init(
        generator: networks.generator, discriminator: networks.discriminator,
        sampleShape: data.sizes, configuration, data)
    }
  }

  /// Creates a model of any two networks.
  ///
  /// It can be saved, but its file does not say how to build it again: load it into a model that is
  /// built as this one is.
  ///
  /// - Parameters:
  ///   - generator: Takes `[batch, latentSize]`, gives `[batch] + sampleShape`.
  ///   - discriminator: Takes `[batch] + sampleShape`, gives logits, `[batch, 1]`.
  ///   - sampleShape: The shape of one sample.
  ///   - configuration: The size of the noise, and how the networks are trained.
  ///   - data: The kind and shape of a sample as others see it; by default an image of three sizes,
  ///     otherwise a row of numbers. Images lie in [0, 1], and for the networks in [−1, 1].
  public convenience init(
    generator: any Layer, discriminator: any Layer, sampleShape: [Int],
    _ configuration: Configuration, for data: DataShape? = nil
  ) {
    self.init(
      generator: generator, discriminator: discriminator, sampleShape: sampleShape, configuration,
      data
        ?? DataShape(
          sampleShape.count == 3
            ? .image(height: sampleShape[0], width: sampleShape[1], channels: sampleShape[2])
            : .row(columns: sampleShape.reduce(1, *))))
  }

  private init(
    generator: any Layer, discriminator: any Layer, sampleShape: [Int],
    _ configuration: Configuration, _ data: DataShape
  ) {
    self.generator = generator
    self.discriminator = discriminator
    self.sampleShape = sampleShape
    self.configuration = configuration
    dataShape = data
  }

  /// The model as its two networks.
  public var description: String {
    "GAN  // \(parameterCount) parameters\n"
      + "generator: \(generator)\ndiscriminator: \(discriminator)"
  }
}

/// Fully connected layers of these widths with leaky rectifiers between.
private func leakyPerceptron(_ widths: [Int], endsInTanh: Bool, using random: Random) -> Sequential
{
  Sequential {
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      if index > 0 { LeakyReLU(slope: 0.2) }
      Dense(inputs, outputs, using: random)
    }
    if endsInTanh { Tanh() }
  }
}

// MARK: - Samples

extension GAN {
  /// The number of dimensions of the noise.
  public var latentSize: Int { configuration.latent }

  /// Noise z ~ N(0, I), `[count, latentSize]`.
  public func noise(count: Int, using random: Random) -> Tensor {
    let dtype = generator.parameters.first?.parameter.wrappedValue.dtype ?? .float32
    return random.normal([count, latentSize], dtype: dtype)
  }

  /// The examples of noise; images are brought from G's range [−1, 1] to [0, 1].
  public func decode(_ noise: Tensor) -> Tensor {
    let made = generator(noise)
    return (dataShape.isImage ? 0.5 * made + 0.5 : made)
      .reshaped(to: [noise.shape[0], dataShape.count])
  }

  /// New images.
  public func sample(count: Int, using random: Random) -> Tensor {
    decode(noise(count: count, using: random)).reshaped(to: [count] + dataShape.sizes)
  }
}

// MARK: - The losses

extension GAN {
  /// −V = −E[log D(x)] − E[log(1 − D(G(z)))], in nats.
  ///
  /// With logits l: −log D = softplus(−l) and −log(1 − D) = softplus(l), stable for logits of any
  /// size. Label smoothing s takes 1 − s in place of 1 as the probability that a real sample is
  /// real: (1 − s) softplus(−l) + s softplus(l). It is one-sided: that a generated one is not stays
  /// certain (Salimans et al. 2016, section 3.4).
  ///
  /// - Parameters:
  ///   - real: The logits of real samples, `[batch, 1]`.
  ///   - fake: The logits of samples that the generator made, `[batch, 1]`.
  ///   - labelSmoothing: s, in [0, 1).
  /// - Returns: A scalar; 2 log 2 where the discriminator knows nothing.
  public static func discriminatorLoss(
    real: Tensor, fake: Tensor, labelSmoothing: Double = 0
  ) -> Tensor {
    let realTerm = softplus(-real).mean()
    let fakeTerm = softplus(fake).mean()
    if labelSmoothing == 0 { return realTerm + fakeTerm }
    // Both parts are positive; in softplus(−l) + s l, which is the same, digits would cancel.
    return (1 - labelSmoothing) * realTerm + labelSmoothing * softplus(real).mean() + fakeTerm
  }

  /// The generator's loss, in nats.
  ///
  /// - Parameters:
  ///   - fake: The logits of samples that the generator made, `[batch, 1]`.
  ///   - kind: Which one; the two have the same fixed point.
  /// - Returns: A scalar; log 2 and −log 2 where the discriminator knows nothing.
  public static func generatorLoss(
    fake: Tensor, _ kind: GeneratorLoss = .nonSaturating
  ) -> Tensor {
    switch kind {
    case .nonSaturating: softplus(-fake).mean()
    case .saturating: -softplus(fake).mean()
    }
  }
}
