import Distributions
import NN
import Settings
import Tensor

/// A variational autoencoder (Kingma and Welling, "Auto-encoding variational Bayes", 2014).
///
/// An encoder gives for an image x a Gaussian over latent codes, q(z|x) = N(μ(x), diag σ²(x)); a
/// decoder gives for a code a distribution over images, p(x|z); the prior over codes is N(0, I).
/// Both are trained to raise the evidence lower bound E[log p(x|z)] − KL(q(z|x) ‖ p(z)).
///
/// ```swift
/// let vae = VAE(.with { $0.latent = 20 }, for: .images(28, 28), using: random)
/// let (loss, gradients) = valueWithGradient(of: vae) { vae.loss(of: batch, using: random).total }
/// ```
///
/// Images are matrices `[batch, pixels]`, in row-major order. Sampling and encoding are safe from
/// several threads at once, each with its own `Random`; a model is trained from one.
public final class VAE: LossModel, PriorModel, EncodingModel, LikelihoodModel {
  /// The two kinds of network.
  public enum Architecture: String, Choice { case dense, conv }

  /// The likelihood of a pixel.
  public enum PixelDistribution: String, Choice {
    /// A Bernoulli distribution of the decoder's logit; grey values are taken as probabilities.
    case bernoulli
    /// A Gaussian about the decoder's output, for images about its logistic function, with one
    /// learned variance for all pixels (Rybkin, Daniilidis and Levine 2021).
    case gaussian
  }

  /// The settings.
  public struct Configuration: ConvolvableConfiguration {
    /// Fully connected layers alone, or convolutions too.
    @Setting("fully connected layers alone, or convolutions too")
    public var architecture = Architecture.dense
    /// Dimensions of a latent code.
    @Setting("dimensions of a latent code", in: layerWidths) public var latent = 20
    /// Widths of a dense network's hidden layers.
    @Setting("widths of a dense network's hidden layers", in: layerWidths)
    public var hidden = [400]
    /// Distribution of a pixel given the code.
    @Setting("distribution of a pixel given the code")
    public var likelihood = PixelDistribution.bernoulli
    /// Weight of the KL divergence.
    @Setting("weight of the KL divergence", in: .atLeast(0)) public var beta = 1.0
    /// Codes drawn for an image in a step.
    @Setting("codes drawn for an image in a step", in: 1...10_000, placeholder: "L")
    public var samplesPerImage = 1

    /// The defaults.
    public init() {}

    /// Whether it is of convolutions.
    public var isConvolutional: Bool { architecture == .conv }

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try checkConvolutions(for: data)
      if likelihood == .bernoulli {
        try expectImage(data, for: "likelihood", likelihood, instead: "gaussian")
      }
    }
    /// The codes drawn for an image.
    public var passesPerExample: Int { samplesPerImage }
  }

  /// The name on the command line and in files.
  public static let kind = "vae"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that it was built for.
  public let dataShape: DataShape
  /// From an image to the mean and the log-variance of its code, `[batch, 2 · latentSize]`.
  public let encoder: Sequential
  /// From a code to a number for each pixel, `[batch, pixels]`.
  public let decoder: Sequential
  /// log σ² of a pixel where the pixels are Gaussian, a scalar.
  public let pixelLogVariance: Parameter?
  /// Whether the model is being trained: then a loss takes several samples of a code, if asked for.
  public var mode = Mode.training {
    didSet { for network in [encoder, decoder] { network.mode = mode } }
  }

  /// The encoder, the decoder and what the pixels' distribution learns.
  public var members: Members {
    guard let pixelLogVariance else { return ["encoder": encoder, "decoder": decoder] }
    return ["encoder": encoder, "decoder": decoder, "pixelLogVariance": pixelLogVariance]
  }

  /// Creates a model of fully connected layers with rectifiers between, or one of convolutions that
  /// halve an image's sides twice, two fully connected layers and the mirror image of both.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "VAE")
    self.configuration = configuration
    dataShape = data
    let latent = configuration.latent
    switch configuration.architecture {
    case .dense:
      let hidden = configuration.hidden
      encoder = perceptron([data.count] + hidden + [2 * latent], using: random)
      decoder = perceptron([latent] + hidden.reversed() + [data.count], using: random)
    case .conv:
      let sides = ConvolutionalSides(data)
      encoder = Sequential {
        sides.encoder(using: random)
        Dense(sides.smallCount, 256, using: random)
        ReLU()
        Dense(256, 2 * latent, using: random)
      }
      decoder = Sequential {
        Dense(latent, 256, using: random)
        ReLU()
        Dense(256, sides.smallCount, using: random)
        ReLU()
        sides.decoder(using: random)
      }
    }
    pixelLogVariance =
      configuration.likelihood == .gaussian ? Parameter(wrappedValue: Tensor(-3)) : nil
  }

  /// The model as its two networks.
  public var description: String {
    "VAE  // \(parameterCount) parameters\nencoder: \(encoder)\ndecoder: \(decoder)"
  }
}

// MARK: - The distributions

extension VAE {
  /// The number of dimensions of a code.
  public var latentSize: Int { configuration.latent }

  /// p(z), the prior over codes: N(0, I), `[1, latentSize]`.
  public var prior: DiagonalGaussian {
    prior(dtype: encoder.parameters[0].parameter.wrappedValue.dtype)
  }

  private func prior(dtype: DType) -> DiagonalGaussian {
    .standard([1, latentSize], dtype: dtype)
  }

  /// q(z|x), the distribution of the codes of images `x`, `[batch, pixels]`.
  public func posterior(of x: Tensor) -> DiagonalGaussian {
    let parts = encoder(x).split(count: 2, along: 1)
    return DiagonalGaussian(mean: parts[0], logVariance: parts[1])
  }

  /// p(x|z), the distribution of the images of codes `z`, `[batch, latentSize]`.
  public func likelihood(given z: Tensor) -> any Distribution & KnownMoments {
    let output = decoder(z)
    guard let pixelLogVariance else { return Bernoulli(logits: output) }
    return DiagonalGaussian(
      mean: dataShape.isImage ? sigmoid(output) : output,
      logVariance: pixelLogVariance.wrappedValue.broadcast(to: output.shape))
  }
}

// MARK: - The loss

extension VAE {
  /// The negative evidence lower bound and its two terms.
  public var metrics: [Metric] {
    ["loss", "reconstruction", "KL"].map {
      Metric($0, unit: "nats per \(dataShape.element.exampleNoun.singular)")
    }
  }

  /// The negative evidence lower bound (Kingma and Welling 2014, equations 3 and 7).
  ///
  /// The divergence is in closed form, weighted by β (Higgins, Matthey, Pal and others 2017); the
  /// reconstruction is from samples of the code, of which there is one in inference.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let x = batch.images
    let posterior = posterior(of: x)
    let count = mode == .training ? configuration.samplesPerImage : 1
    let logDensities = (0..<count).map { _ in
      likelihood(given: posterior.sample(using: random)).logDensity(of: x)
    }
    let logDensity = logDensities.dropFirst().reduce(logDensities[0], +) / Double(count)
    let reconstruction = -logDensity.mean()
    let divergence = posterior.klDivergence(to: prior(dtype: x.dtype)).mean()
    return Loss(
      configuration.beta * divergence + reconstruction,
      others: [stopGradient(reconstruction).scalar, stopGradient(divergence).scalar])
  }

  /// The importance-weighted estimate of log p(x), log 1/K Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x), with zₖ drawn
  /// from q(z|x) (Burda, Grosse and Salakhutdinov 2016, equation 8).
  ///
  /// In expectation it is the evidence lower bound for K = 1 and rises to log p(x) with K.
  public func logLikelihood(
    of x: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    precondition(
      sampleCount > 0,
      "VAE.logLikelihood: expected one importance sample or more, found \(sampleCount)")
    let (posterior, prior) = (posterior(of: x), prior)
    let logWeights = try (0..<sampleCount).map { _ in
      let z = posterior.sample(using: random)
      let logWeight =
        likelihood(given: z).logDensity(of: x) + prior.logDensity(of: z)
        - posterior.logDensity(of: z)
      try afterEach()
      return logWeight
    }
    return Tensor.stacked(logWeights).logSumExp(along: 0) - log(Tensor(sampleCount, dtype: x.dtype))
  }
}

// MARK: - Images and codes

extension VAE {
  /// New images: pixels drawn from p(x|z) for codes drawn from the prior; their means are
  /// `decode(prior.sample(…))`.
  public func sample(count: Int, using random: Random) -> Tensor {
    let z = random.normal([count, latentSize], dtype: prior.mean.dtype)
    let drawn = likelihood(given: z).sample(using: random)
    return (dataShape.isImage ? clamp(drawn, to: 0...1) : drawn)
      .reshaped(to: [count] + dataShape.sizes)
  }

  /// The means of p(x|z).
  public func decode(_ z: Tensor) -> Tensor { likelihood(given: z).mean }

  /// The means of q(z|x).
  public func encode(_ x: Tensor) -> Tensor { posterior(of: x).mean }
}
