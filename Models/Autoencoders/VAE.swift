import Distributions
import NN
import Settings
import Tensor

/// A variational autoencoder (Kingma and Welling, "Auto-encoding variational Bayes", 2014).
///
/// For an image x, an encoder computes a Gaussian over latent codes, q(z|x) = N(μ(x), diag σ²(x));
/// for a code, a decoder computes a distribution over images, p(x|z); the prior over codes is N(0,
/// I). Both are trained to maximise the evidence lower bound E[log p(x|z)] − KL(q(z|x) ‖ p(z)), or
/// an importance-weighted bound.
///
/// ```swift
/// let vae = VAE(.with { $0.latent = 20 }, for: .images(28, 28), using: random)
/// let (loss, gradients) = valueWithGradient(of: vae) { vae.loss(of: batch, using: random).total }
/// ```
///
/// A conditional VAE (Sohn, Lee and Yan, "Learning structured output representation using deep
/// conditional generative models", 2015) has q(z|x, c) and p(x|z, c) with the class c of the image;
/// its codes are N(0, I) for every class, and represent what the class does not determine, such as
/// the style of a digit.
///
/// Images are matrices `[batch, pixels]`, in row-major order. Sampling and encoding are safe from
/// several threads at once, each with its own `Random`; a model is trained from one.
public final class VAE: LossModel, PriorModel, EncodingModel, LikelihoodModel, ClassConditional {
  /// The two kinds of network.
  public enum Architecture: String, Choice {
    /// Fully connected layers.
    case dense
    /// Strided convolutions, and transposed ones in the decoder.
    case conv
  }

  /// The likelihood of a pixel.
  public enum PixelDistribution: String, Choice {
    /// A Bernoulli distribution with the decoder's logit; grey values are treated as probabilities.
    case bernoulli
    /// A Gaussian whose mean is the decoder's output, or for images its logistic function, with one
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
    // The following may be absent, so that files of models without them keep their bytes.
    /// Epochs over which the weight of the KL divergence grows from 0; nil for none.
    @Setting(
      "epochs over which the weight of the KL divergence grows from 0", in: .above(0),
      placeholder: "EPOCHS", absence: "none") public var betaWarmUp: Double? = nil
    /// Nats of KL divergence that cost nothing in each latent dimension; nil for none.
    @Setting(
      "nats of KL divergence that cost nothing in each latent dimension", in: .above(0),
      placeholder: "NATS", absence: "none") public var freeBits: Double? = nil
    /// Whether to maximise the importance-weighted bound, with as many codes as are drawn for an
    /// image.
    @Setting("maximise the importance-weighted bound of the L codes") public var importanceWeighted:
      Bool? = nil
    /// Whether the encoder and the decoder receive the class of an image.
    @Setting("give encoder and decoder the class") public var conditional: Bool? = nil

    /// The defaults.
    public init() {}

    /// Whether the networks are convolutional.
    public var isConvolutional: Bool { architecture == .conv }

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      try checkConvolutions(for: data)
      if likelihood == .bernoulli {
        try expectImage(data, for: "likelihood", likelihood, instead: "gaussian")
      }
      try checkObjective()
      if conditional == true, data.classes < 2 {
        throw UnsuitableSetting(
          "conditional", true,
          "expected data of two classes or more, found \(data.classes == 0 ? "none" : "one")")
      }
    }
    /// The number of codes drawn for an image.
    public var passesPerExample: Int { samplesPerImage }
  }

  /// The name on the command line and in files.
  public static let kind = "vae"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// From an image to the mean and the log-variance of its code, `[batch, 2 · latentSize]`.
  public let encoder: Sequential
  /// From a code to a number for each pixel, `[batch, pixels]`.
  public let decoder: Sequential
  /// log σ² of Gaussian pixels, a scalar; nil for other pixels.
  public let pixelLogVariance: Parameter?
  /// Whether the model is being trained: if so, a loss draws as many codes as the settings request.
  public var mode = Mode.training {
    didSet { for network in [encoder, decoder] { network.mode = mode } }
  }
  /// The fraction of β that weights the divergence in the next training step.
  public internal(set) var warmth = 1.0

  /// The encoder, the decoder and the learned parameters of the pixels' distribution.
  public var members: Members {
    guard let pixelLogVariance else { return ["encoder": encoder, "decoder": decoder] }
    return ["encoder": encoder, "decoder": decoder, "pixelLogVariance": pixelLogVariance]
  }

  /// Creates a model of fully connected layers with rectifiers between them, or a convolutional
  /// one: convolutions halve an image's sides twice, two fully connected layers follow, and the
  /// decoder mirrors both.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "VAE")
    self.configuration = configuration
    dataShape = data
    let latent = configuration.latent
    let classes = configuration.conditional == true ? data.classes : 0
    switch configuration.architecture {
    case .dense:
      let hidden = configuration.hidden
      encoder = perceptron([data.count + classes] + hidden + [2 * latent], using: random)
      decoder = perceptron([latent + classes] + hidden.reversed() + [data.count], using: random)
    case .conv:
      let sides = ConvolutionalSides(data, planes: classes)
      encoder = Sequential {
        sides.encoder(using: random)
        Dense(sides.smallCount, 256, using: random)
        ReLU()
        Dense(256, 2 * latent, using: random)
      }
      decoder = Sequential {
        Dense(latent + classes, 256, using: random)
        ReLU()
        Dense(256, sides.smallCount, using: random)
        ReLU()
        sides.decoder(using: random)
      }
    }
    pixelLogVariance =
      configuration.likelihood == .gaussian ? Parameter(wrappedValue: Tensor(-3)) : nil
  }

  /// A description of the two networks.
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

  func prior(dtype: DType) -> DiagonalGaussian {
    .standard([1, latentSize], dtype: dtype)
  }

  /// q(z|x), the distribution of the codes of images `x`, `[batch, pixels]`; a conditional model
  /// also needs their classes.
  public func posterior(of x: Tensor, labels: [Int] = []) -> DiagonalGaussian {
    let isConvolutional = configuration.isConvolutional
    let input =
      conditionalClasses == 0
      ? x
      : isConvolutional ? besidePlanes(x, of: classes(labels, for: x)) : beside(x, labels)
    let parts = encoder(input).split(count: 2, along: 1)
    return DiagonalGaussian(mean: parts[0], logVariance: parts[1])
  }

  /// p(x|z), the distribution of the images of codes `z`, `[batch, latentSize]`; a conditional
  /// model also needs the images' classes.
  public func likelihood(
    given z: Tensor, labels: [Int] = []
  ) -> any Distribution & KnownMoments {
    let output = decoder(conditionalClasses == 0 ? z : beside(z, labels))
    guard let pixelLogVariance else { return Bernoulli(logits: output) }
    return DiagonalGaussian(
      mean: dataShape.isImage ? sigmoid(output) : output,
      logVariance: pixelLogVariance.wrappedValue.broadcast(to: output.shape))
  }
}

// MARK: - Classes

extension VAE {
  /// The number of classes; 0 for an unconditional model.
  public var conditionalClasses: Int { configuration.conditional == true ? dataShape.classes : 0 }

  /// Appends the one-hot class to each row.
  private func beside(_ rows: Tensor, _ labels: [Int]) -> Tensor {
    .concatenated([rows, classes(labels, for: rows)], along: 1)
  }

  /// Appends a plane for each class to images, of ones for an image's own class and zeros
  /// otherwise.
  private func besidePlanes(_ x: Tensor, of classes: Tensor) -> Tensor {
    let (batch, count) = (x.shape[0], dataShape.count)
    let planes = classes.expanded(at: 1).broadcast(to: [batch, count, conditionalClasses])
    return Tensor.concatenated([x.expanded(at: 2), planes], along: 2).flattened()
  }

  /// The one-hot classes, `[batch, classes]`.
  private func classes(_ labels: [Int], for rows: Tensor) -> Tensor {
    let classes = conditionalClasses
    precondition(
      labels.count == rows.shape[0] && labels.allSatisfy { (0..<classes).contains($0) },
      "VAE: expected a class in 0 ..< \(classes) for each of \(rows.shape[0]) examples, found \(labels)"
    )
    return .oneHot(labels, count: classes, dtype: rows.dtype)
  }
}

// MARK: - Images and codes

extension VAE {
  /// Samples images: pixels drawn from p(x|z) for codes drawn from the prior;
  /// `decode(prior.sample(…))` gives their means.
  ///
  /// A conditional model generates each class in turn.
  public func sample(count: Int, using random: Random) -> Tensor {
    sample(count: count, labels: classesInTurn(count: count), using: random)
  }

  /// Samples one image of each of these classes.
  public func sample(labels: [Int], using random: Random) -> Tensor {
    sample(count: labels.count, labels: labels, using: random)
  }

  private func sample(count: Int, labels: [Int], using random: Random) -> Tensor {
    let z = random.normal([count, latentSize], dtype: prior.mean.dtype)
    let drawn = likelihood(given: z, labels: labels).sample(using: random)
    return (dataShape.isImage ? clamp(drawn, to: 0...1) : drawn)
      .reshaped(to: [count] + dataShape.sizes)
  }

  /// The means of p(x|z).
  public func decode(_ z: Tensor) -> Tensor { decode(z, labels: []) }

  /// The means of p(x|z), for a conditional model given the classes of the images.
  public func decode(_ z: Tensor, labels: [Int]) -> Tensor {
    likelihood(given: z, labels: labels).mean
  }

  /// The means of q(z|x).
  public func encode(_ x: Tensor) -> Tensor { encode(x, labels: []) }

  /// The means of q(z|x), for a conditional model given the classes of the images.
  public func encode(_ x: Tensor, labels: [Int]) -> Tensor { posterior(of: x, labels: labels).mean }
}
