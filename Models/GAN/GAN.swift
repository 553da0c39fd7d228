import NN
import Tensor

/// A generative adversarial network (Goodfellow et al., "Generative adversarial nets", 2014).
///
/// A generator G makes samples of noise z ~ N(0, 1); a discriminator D gives the probability that a
/// sample is real, by its logit. They play the game min_G max_D V(D, G) with
/// V(D, G) = E[log D(x)] + E[log(1 − D(G(z)))] (equation 1).
///
/// ```swift
/// let gan = GAN.dense(random)
/// let training = AdversarialTraining(gan, random)
/// let figures = training.step([images])          // images in [−1, 1], [batch, 784]
/// let made = gan.sample(count: 100, random)      // [100, 784]
/// ```
///
/// Sampling in inference mode is safe from several threads at once, each with its own `Random`; a
/// model is trained from one.
public final class GAN: Module {
  /// G: from noise, `[batch, latentSize]`, to samples, `[batch] + sampleShape`.
  public let generator: any Layer
  /// D: from samples, `[batch] + sampleShape`, to the logits of their being real, `[batch, 1]`.
  public let discriminator: any Layer
  /// The number of dimensions of the noise.
  public let latentSize: Int
  /// The shape of one sample.
  public let sampleShape: [Int]
  /// What the model is built of, as its file says it.
  public let configuration: [String: String]

  /// The two networks.
  public var members: Members { ["generator": generator, "discriminator": discriminator] }

  /// The kinds of networks, as a file names them.
  enum Architecture: String, CaseIterable {
    case dense, dcgan
  }

  /// Creates a model of any two networks.
  ///
  /// It can be saved, but its file does not say how to build it again: load it into a model that is
  /// built as this one is.
  ///
  /// - Parameters:
  ///   - generator: Takes `[batch, latentSize]`, gives `[batch] + sampleShape`.
  ///   - discriminator: Takes `[batch] + sampleShape`, gives logits, `[batch, 1]`.
  ///   - latentSize: The number of dimensions of the noise.
  ///   - sampleShape: The shape of one sample.
  public convenience init(
    generator: any Layer, discriminator: any Layer, latentSize: Int, sampleShape: [Int]
  ) {
    self.init(
      generator: generator, discriminator: discriminator, latentSize: latentSize,
      sampleShape: sampleShape, configuration: [:])
  }

  init(
    generator: any Layer, discriminator: any Layer, latentSize: Int, sampleShape: [Int],
    configuration: [String: String]
  ) {
    precondition(latentSize > 0, "GAN: expected a latent size above 0, found \(latentSize)")
    self.generator = generator
    self.discriminator = discriminator
    self.latentSize = latentSize
    self.sampleShape = sampleShape
    self.configuration = configuration
  }

  /// The model as its two networks.
  public var description: String {
    "GAN  // \(parameterCount) parameters\n"
      + "generator: \(generator)\ndiscriminator: \(discriminator)"
  }
}

// MARK: - Samples

extension GAN {
  /// Noise z ~ N(0, 1), `[count, latentSize]`.
  public func noise(count: Int, _ random: Random) -> Tensor {
    let dtype = generator.parameters.first?.parameter.wrappedValue.dtype ?? .float32
    return random.normal([count, latentSize], dtype: dtype)
  }

  /// New samples G(z), `[count] + sampleShape`.
  public func sample(count: Int, _ random: Random) -> Tensor {
    generator(noise(count: count, random))
  }

  /// The samples on an arc of noise, both ends included.
  ///
  /// z(t) = cos(½πt) a + sin(½πt) b for t from 0 to 1. If a and b are N(0, 1), so is each z(t); on
  /// the straight line between them noise is shorter than any that the generator has seen (White,
  /// "Sampling generative networks", 2016).
  ///
  /// - Parameters:
  ///   - a: The first noise, `[1, latentSize]`.
  ///   - b: The last noise, `[1, latentSize]`.
  ///   - count: How many samples, 2 or more.
  /// - Returns: `[count] + sampleShape`.
  public func interpolate(from a: Tensor, to b: Tensor, count: Int) -> Tensor {
    precondition(count > 1, "interpolate: expected two samples or more, found \(count)")
    let angle = Tensor.linearSpace(from: 0, through: 0.5 * Double.pi, count: count, dtype: a.dtype)
      .expanded(at: 1)
    return generator(cos(angle) * a + sin(angle) * b)
  }
}

// MARK: - The losses

extension GAN {
  /// What the generator is trained on (section 3 of the paper).
  public enum GeneratorLoss: String, CaseIterable, Sendable {
    /// −E[log D(G(z))]: strong gradients where the discriminator is sure.
    case nonSaturating = "non-saturating"
    /// E[log(1 − D(G(z)))], the game's own value: its gradients vanish where the discriminator is
    /// sure.
    case saturating
  }

  /// −V = −E[log D(x)] − E[log(1 − D(G(z)))], in nats.
  ///
  /// With logits l: −log D = softplus(−l) and −log(1 − D) = softplus(l), stable for logits of any
  /// size. Label smoothing s takes 1 − s in place of 1 as the probability that a real sample is
  /// real: (1 − s) softplus(−l) + s softplus(l). It is one-sided: that a made one is not stays
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
