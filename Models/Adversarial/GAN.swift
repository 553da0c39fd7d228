import NN
import Settings
import Tensor

/// A generative adversarial network (Goodfellow et al., "Generative adversarial nets", 2014).
///
/// A generator G turns noise z ~ N(0, I) into samples; a discriminator D gives the probability that
/// a sample is real, as a logit. They play the game min_G max_D V(D, G) with V(D, G) = E[log D(x)]
/// + E[log(1 − D(G(z)))] (equation 1).
///
/// With a Wasserstein loss the discriminator is a critic, whose values are not logits: the
/// difference of their means over real and generated samples estimates the distance between the two
/// distributions. The networks of a conditional model also receive the class (Mirza and Osindero,
/// "Conditional generative adversarial nets", 2014).
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
public final class GAN: PriorModel, ClassConditional {
  /// The name on the command line and in files.
  public static let kind = "gan"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// G: from noise, `[batch, latentSize]`, to samples, `[batch] + sampleShape`, in [−1, 1]; for a
  /// conditional model, the one-hot class follows the noise (``samples(of:labels:)``).
  public let generator: any Layer
  /// D: from samples, `[batch] + sampleShape`, to logits of being real, or a critic's values,
  /// `[batch, 1]`; for a conditional model, the one-hot class is appended along the last axis
  /// (``logits(of:labels:)``).
  public let discriminator: any Layer
  /// The shape of a sample as seen by the networks.
  public let sampleShape: [Int]

  /// The two networks.
  public var members: Members { ["generator": generator, "discriminator": discriminator] }

  /// Creates a model of fully connected layers with leaky rectifiers (slope 0.2) between them, or a
  /// DCGAN; images lie in [−1, 1], the range of the hyperbolic tangent, other data anywhere.
  public convenience init(_ configuration: Configuration, for data: DataShape, using random: Random)
  {
    configuration.require(for: data, "GAN")
    switch configuration.architecture {
    case .dense:
      let (classes, count) = (configuration.classes(of: data), data.count)
      let generator = leakyPerceptron(
        [configuration.latent + classes] + configuration.generatorHidden + [count],
        endsInTanh: data.isImage, using: random)
      let discriminator = leakyPerceptron(
        [count + classes] + configuration.discriminatorHidden + [1], endsInTanh: false,
        hasSpectralNorm: configuration.hasSpectralNorm, using: random)
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

  /// Creates a model from any two networks.
  ///
  /// It can be saved, but its file does not describe how to build it again: load the file into a
  /// model that is built in the same way.
  ///
  /// - Parameters:
  ///   - generator: Maps `[batch, latentSize]` to `[batch] + sampleShape`.
  ///   - discriminator: Maps `[batch] + sampleShape` to logits, `[batch, 1]`.
  ///   - sampleShape: The shape of one sample.
  ///   - configuration: The size of the noise, and the settings of the training.
  ///   - data: The kind and shape of a sample outside the model; by default an image if the shape
  ///     has three axes, otherwise a row of numbers. Images lie in [0, 1] outside, in [−1, 1] for
  ///     the networks.
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

  /// A description of the two networks.
  public var description: String {
    "GAN  // \(parameterCount) parameters\n"
      + "generator: \(generator)\ndiscriminator: \(discriminator)"
  }
}

/// Fully connected layers of these widths with leaky rectifiers between them.
private func leakyPerceptron(
  _ widths: [Int], endsInTanh: Bool, hasSpectralNorm: Bool = false, using random: Random
) -> Sequential {
  Sequential {
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      if index > 0 { LeakyReLU(slope: 0.2) }
      Dense(inputs, outputs, hasSpectralNorm: hasSpectralNorm, using: random)
    }
    if endsInTanh { Tanh() }
  }
}

// MARK: - Classes

extension GAN {
  /// The number of classes that both networks receive; 0 for an unconditional model.
  public var conditionalClasses: Int { configuration.classes(of: dataShape) }

  /// The generator's samples for noise `[batch, latentSize]`: `[batch] + sampleShape`.
  ///
  /// - Parameters:
  ///   - noise: z.
  ///   - labels: The class of each sample, for a conditional model.
  public func samples(of noise: Tensor, labels: [Int] = []) -> Tensor {
    generator(conditioned(noise, labels))
  }

  /// The discriminator's output for samples `[batch] + sampleShape`: `[batch, 1]`.
  ///
  /// - Parameters:
  ///   - samples: Real or generated samples.
  ///   - labels: The class of each, for a conditional model.
  public func logits(of samples: Tensor, labels: [Int] = []) -> Tensor {
    discriminator(conditioned(samples, labels))
  }

  /// Appends the one-hot class of each example along the last axis, the same at every pixel of an
  /// image.
  private func conditioned(_ x: Tensor, _ labels: [Int]) -> Tensor {
    let classes = conditionalClasses
    if classes == 0 { return x }
    precondition(
      labels.count == x.shape[0],
      "GAN: expected a class for each of \(x.shape[0]) examples, found \(labels.count)")
    let places = x.shape.dropFirst().dropLast()
    let oneHot = Tensor.oneHot(labels, count: classes, dtype: x.dtype)
      .reshaped(to: [labels.count] + places.map { _ in 1 } + [classes])
    return .concatenated(
      [x, oneHot.broadcast(to: x.shape.dropLast() + [classes])], along: x.rank - 1)
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

  /// The examples generated from noise; images are mapped from G's range [−1, 1] to [0, 1].
  ///
  /// A conditional model generates the classes in turn.
  public func decode(_ noise: Tensor) -> Tensor {
    decode(noise, labels: classesInTurn(count: noise.shape[0]))
  }

  /// The examples generated from noise `[batch, latentSize]`, each with its own class.
  public func decode(_ noise: Tensor, labels: [Int]) -> Tensor {
    let made = samples(of: noise, labels: labels)
    return (dataShape.isImage ? 0.5 * made + 0.5 : made)
      .reshaped(to: [noise.shape[0], dataShape.count])
  }

  /// Generates images; a conditional model generates the classes in turn.
  public func sample(count: Int, using random: Random) -> Tensor {
    decode(noise(count: count, using: random)).reshaped(to: [count] + dataShape.sizes)
  }

  /// Generates one image of each of these classes.
  public func sample(labels: [Int], using random: Random) -> Tensor {
    decode(noise(count: labels.count, using: random), labels: labels)
      .reshaped(to: [labels.count] + dataShape.sizes)
  }
}
