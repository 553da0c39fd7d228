import Distributions
import NN
import Tensor

/// A variational autoencoder (Kingma and Welling, "Auto-encoding variational Bayes", 2014).
///
/// An encoder gives for an image x a Gaussian over latent codes, q(z|x) = N(μ(x), diag σ²(x)); a
/// decoder gives for a code a distribution over images, p(x|z); codes are N(0, 1) beforehand. Both
/// are trained to raise the evidence lower bound E[log p(x|z)] − KL(q(z|x) ‖ p(z)).
///
/// ```swift
/// let vae = VAE(features: 784, random)
/// let (loss, gradients) = valueWithGradient(of: vae) { vae.loss(x, random).total }
/// ```
///
/// Sampling and encoding are safe from several threads at once, each with its own `Random`; a
/// model is trained from one.
public final class VAE: Module {
  /// What the decoder's distribution over a pixel is.
  public enum PixelDistribution: String, CaseIterable, Sendable {
    /// A Bernoulli distribution of the decoder's logit; grey values are taken as probabilities.
    case bernoulli
    /// A Gaussian about the logistic function of the decoder's output, with one learned variance
    /// for all pixels (Rybkin, Daniilidis and Levine 2021).
    case gaussian

    /// log σ² of a pixel, where it is learned.
    fileprivate var logVariance: Parameter? {
      self == .gaussian ? Parameter(wrappedValue: Tensor(-3)) : nil
    }
  }

  /// The two kinds of network, as a file names them.
  enum Architecture: String, CaseIterable {
    case dense, conv
  }

  /// From an image to the mean and the log-variance of its code, `[batch, 2 · latentSize]`.
  public let encoder: Sequential
  /// From a code to a number for each pixel, `[batch, features]`.
  public let decoder: Sequential
  /// log σ² of a pixel where the pixels are Gaussian, a scalar.
  public let pixelLogVariance: Parameter?
  /// The number of dimensions of a code.
  public let latentSize: Int
  /// The number of pixels of an image.
  public let features: Int
  /// What the model is built of, as its file says it.
  public let configuration: [String: String]

  /// The encoder, the decoder and what the pixels' distribution learns.
  public var members: Members {
    guard let pixelLogVariance else { return ["encoder": encoder, "decoder": decoder] }
    return ["encoder": encoder, "decoder": decoder, "pixelLogVariance": pixelLogVariance]
  }

  /// Creates a model of fully connected layers with rectifiers between.
  ///
  /// - Parameters:
  ///   - features: The number of pixels.
  ///   - hiddenSizes: The widths of the encoder's hidden layers; the decoder has them in reverse.
  ///   - latentSize: The number of dimensions of a code.
  ///   - pixels: The distribution over a pixel.
  ///   - random: Draws the first weights.
  public init(
    features: Int, hiddenSizes: [Int] = [400], latentSize: Int = 20,
    pixels: PixelDistribution = .bernoulli, _ random: Random
  ) {
    self.features = features
    self.latentSize = latentSize
    encoder = perceptron([features] + hiddenSizes + [2 * latentSize], random)
    decoder = perceptron([latentSize] + hiddenSizes.reversed() + [features], random)
    pixelLogVariance = pixels.logVariance
    configuration = [
      "architecture": Architecture.dense.rawValue, "features": "\(features)",
      "hidden": hiddenSizes.map(String.init).joined(separator: ","), "latent": "\(latentSize)",
      "likelihood": pixels.rawValue,
    ]
  }

  /// Creates a model of convolutions that halve an image's sides twice, two fully connected layers
  /// and the mirror image of both, with rectifiers between.
  ///
  /// Images are still matrices `[batch, height · width]`, in row-major order.
  ///
  /// - Parameters:
  ///   - height: The height of an image in pixels, a multiple of 4.
  ///   - width: The width of an image in pixels, a multiple of 4.
  ///   - latentSize: The number of dimensions of a code.
  ///   - pixels: The distribution over a pixel.
  ///   - random: Draws the first weights.
  public init(
    height: Int, width: Int, latentSize: Int = 20, pixels: PixelDistribution = .bernoulli,
    _ random: Random
  ) {
    precondition(
      height > 0 && width > 0 && height % 4 == 0 && width % 4 == 0,
      "VAE: expected images whose sides are multiples of 4, found \(height)×\(width)")
    features = height * width
    self.latentSize = latentSize
    let small = [height / 4, width / 4, 64]
    let smallSize = small.reduce(1, *)
    encoder = Sequential {
      Reshape([height, width, 1])
      Conv2D(1, 32, kernel: 4, stride: 2, padding: 1, random)
      ReLU()
      Conv2D(32, 64, kernel: 4, stride: 2, padding: 1, random)
      ReLU()
      Flatten()
      Dense(smallSize, 256, random)
      ReLU()
      Dense(256, 2 * latentSize, random)
    }
    decoder = Sequential {
      Dense(latentSize, 256, random)
      ReLU()
      Dense(256, smallSize, random)
      ReLU()
      Reshape(small)
      ConvTranspose2D(64, 32, kernel: 4, stride: 2, padding: 1, random)
      ReLU()
      ConvTranspose2D(32, 1, kernel: 4, stride: 2, padding: 1, random)
      Flatten()
    }
    pixelLogVariance = pixels.logVariance
    configuration = [
      "architecture": Architecture.conv.rawValue, "height": "\(height)", "width": "\(width)",
      "latent": "\(latentSize)", "likelihood": pixels.rawValue,
    ]
  }

  /// The model as its two networks.
  public var description: String {
    "VAE  // \(parameterCount) parameters\nencoder: \(encoder)\ndecoder: \(decoder)"
  }
}

/// Fully connected layers of these widths with rectifiers between.
private func perceptron(_ widths: [Int], _ random: Random) -> Sequential {
  Sequential {
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      if index > 0 { ReLU() }
      Dense(inputs, outputs, random)
    }
  }
}

// MARK: - The distributions

extension VAE {
  /// p(z), the distribution of codes beforehand: N(0, 1), `[1, latentSize]`.
  public var prior: DiagonalGaussian {
    prior(dtype: encoder.parameters[0].parameter.wrappedValue.dtype)
  }

  private func prior(dtype: DType) -> DiagonalGaussian {
    .standard([1, latentSize], dtype: dtype)
  }

  /// q(z|x), the distribution of the codes of images `x`, `[batch, features]`.
  public func posterior(of x: Tensor) -> DiagonalGaussian {
    let parts = encoder(x).split(count: 2, along: 1)
    return DiagonalGaussian(mean: parts[0], logVariance: parts[1])
  }

  /// p(x|z), the distribution of the images of codes `z`, `[batch, latentSize]`.
  public func likelihood(given z: Tensor) -> any Distribution {
    let output = decoder(z)
    guard let pixelLogVariance else { return Bernoulli(logits: output) }
    return DiagonalGaussian(
      mean: sigmoid(output),
      logVariance: pixelLogVariance.wrappedValue.broadcast(to: output.shape))
  }
}

// MARK: - The loss

extension VAE {
  /// The loss and its two terms, scalars, averaged over the batch, in nats per image.
  public struct Loss: Sendable {
    /// reconstruction + β · divergence: for β = 1 the negative evidence lower bound.
    public let total: Tensor
    /// −E[log p(x|z)], as a figure to report: no gradient flows through it.
    public let reconstruction: Tensor
    /// KL(q(z|x) ‖ p(z)), as a figure to report: no gradient flows through it.
    public let divergence: Tensor
  }

  /// The negative evidence lower bound (Kingma and Welling 2014, equations 3 and 7): the divergence
  /// in closed form, the reconstruction from samples of the code.
  ///
  /// - Parameters:
  ///   - x: Images, `[batch, features]`.
  ///   - beta: The weight of the divergence (Higgins et al. 2017); 1 gives the bound itself.
  ///   - samplesPerImage: How many codes are drawn for each image.
  ///   - random: Draws the codes.
  public func loss(
    _ x: Tensor, beta: Double = 1, samplesPerImage: Int = 1, _ random: Random
  ) -> Loss {
    precondition(
      samplesPerImage > 0,
      "VAE.loss: expected one sample or more for each image, found \(samplesPerImage)")
    let posterior = posterior(of: x)
    let logDensities = (0..<samplesPerImage).map { _ in
      let z = posterior.sample(random)
      return likelihood(given: z).logDensity(of: x)
    }
    let logDensity = logDensities.dropFirst().reduce(logDensities[0], +) / Double(samplesPerImage)
    let reconstruction = -logDensity.mean()
    let divergence = posterior.klDivergence(to: prior(dtype: x.dtype)).mean()
    return Loss(
      total: beta * divergence + reconstruction, reconstruction: stopGradient(reconstruction),
      divergence: stopGradient(divergence))
  }

  /// The importance-weighted estimate of log p(x), log 1/K Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x).
  ///
  /// With zₖ drawn from q(z|x) (Burda, Grosse and Salakhutdinov 2016, equation 8). In expectation
  /// it is the evidence lower bound for K = 1 and rises to log p(x) with K.
  ///
  /// - Parameters:
  ///   - x: Images, `[batch, features]`.
  ///   - sampleCount: K.
  ///   - random: Draws the codes.
  /// - Returns: Nats, `[batch]`.
  public func importanceWeightedLogLikelihood(
    of x: Tensor, sampleCount: Int, _ random: Random
  ) -> Tensor {
    importanceWeightedLogLikelihood(of: x, sampleCount: sampleCount, random, afterEach: {})
  }

  /// The same estimate, which can be given up on the way.
  ///
  /// - Parameters:
  ///   - x: Images, `[batch, features]`.
  ///   - sampleCount: K.
  ///   - random: Draws the codes.
  ///   - afterEach: Called after each k; what it throws ends the estimate.
  /// - Returns: Nats, `[batch]`.
  public func importanceWeightedLogLikelihood(
    of x: Tensor, sampleCount: Int, _ random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    precondition(
      sampleCount > 0,
      "importanceWeightedLogLikelihood: expected one importance sample or more, found"
        + " \(sampleCount)")
    let (posterior, prior) = (posterior(of: x), prior)
    let logWeights = try (0..<sampleCount).map { _ in
      let z = posterior.sample(random)
      let logWeight =
        likelihood(given: z).logDensity(of: x) + prior.logDensity(of: z)
        - posterior.logDensity(of: z)
      try afterEach()
      return logWeight
    }
    return Tensor.stacked(logWeights).logSumExp(along: 0) - log(Tensor(sampleCount, dtype: x.dtype))
  }
}

/// The same number of nats for an image of `features` pixels, in bits for each pixel.
public func bitsPerDimension(nats: Double, features: Int) -> Double {
  nats / (Double(features) * 0.6931471805599453)
}
