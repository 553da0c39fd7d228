import NN
import Settings
import Tensor

/// An autoencoder with discrete codes from a codebook (van den Oord, Vinyals and Kavukcuoglu,
/// "Neural discrete representation learning", 2017), and an autoregressive prior over them.
///
/// A convolutional encoder computes a vector e for each position of a grid with a quarter of the
/// image's height and width; the nearest code replaces it, and a decoder turns the codes into an
/// image. The encoder receives the decoder's gradient as if its vectors had passed through
/// unchanged. The prior, a causal transformer over the codes in reading order, is trained at the
/// same time, on the codes that the encoder currently produces.
///
/// ```swift
/// let model = VQVAE(.init(), for: .images(28, 28), using: random)
/// let (loss, gradients) = valueWithGradient(of: model) { model.loss(of: batch, using: random).total }
/// let images = model.sample(count: 16, using: random)
/// ```
public final class VQVAE: LossModel, TemperedModel, EncodingModel {
  /// The settings.
  public struct Configuration: ModelConfiguration {
    /// Codes in the table.
    @Setting("codes in the table", in: 2...65_536) public var codes = 128
    /// Dimensions of a code.
    @Setting("dimensions of a code", in: layerWidths) public var codeSize = 32
    /// Channels of the convolutions.
    @Setting("channels of the convolutions", in: 2...65_536) public var width = 64
    /// Residual blocks in the encoder and in the decoder.
    @Setting("residual blocks in the encoder and in the decoder", in: 0...64) public var depth = 2
    /// Variance of the pixels, which scales squared errors.
    @Setting("variance of the pixels, which scales squared errors", in: .above(0))
    public var variance = 0.0949
    /// Weight of the commitment loss, the encoder's distance from the codes.
    @Setting("weight of the encoder's distance from the codes", in: .atLeast(0))
    public var commitment = 0.25
    /// Decay rate of the codes' moving averages.
    @Setting("decay rate of the codes' moving averages", in: .from(0, below: 1))
    public var decay = 0.99
    /// Restart a code that is used for fewer vectors of a batch.
    @Setting("restart a code that is used for fewer vectors of a batch", in: .atLeast(0))
    public var restartBelow = 0.5
    /// Features of a position in the prior.
    @Setting("features of a position in the prior", in: layerWidths) public var priorWidth = 64
    /// Blocks of the prior.
    @Setting("blocks of the prior", in: 1...64) public var priorDepth = 3
    /// Attention heads of the prior.
    @Setting("attention heads of the prior", in: 1...64) public var priorHeads = 4

    /// The defaults.
    public init() {}

    /// Checks the settings against each other and the data.
    public func check(for data: DataShape) throws(UnsuitableSetting) {
      let expected = "images whose sides are multiples of 4"
      try expectImages(data, expected)
      guard data.sizes[0] % 4 == 0, data.sizes[1] % 4 == 0 else {
        throw UnsuitableSetting("data", data.sizesText, "expected \(expected)")
      }
      if priorWidth % priorHeads != 0 {
        throw UnsuitableSetting(
          "prior-heads", priorHeads, "expected a divisor of the prior's width, \(priorWidth)")
      }
    }
  }

  /// The name on the command line and in files.
  public static let kind = "vq-vae"
  /// The settings that the model was built from.
  public let configuration: Configuration
  /// The shape of the data that the model was built for.
  public let dataShape: DataShape
  /// From images to a vector for each position, `[batch, height / 4, width / 4, codeSize]`.
  public let encoder: Sequential
  /// From the codes of all positions to images in [−1, 1], `[batch, height, width, channels]`.
  public let decoder: Sequential
  /// The codebook.
  public let codebook: Codebook
  /// The distribution of an image's codes in reading order, after an initial code 0.
  public let prior: LanguageModel
  /// Whether a loss updates the codes.
  public var mode = Mode.training {
    didSet { for module in [encoder, decoder, prior] as [any Module] { module.mode = mode } }
  }

  /// The networks, the codes and their prior.
  public var members: Members {
    ["encoder": encoder, "decoder": decoder, "codebook": codebook, "prior": prior]
  }

  /// Creates a model.
  public init(_ configuration: Configuration, for data: DataShape, using random: Random) {
    configuration.require(for: data, "VQVAE")
    self.configuration = configuration
    dataShape = data
    let (width, channels) = (configuration.width, data.sizes[2])
    let (half, size) = (width / 2, configuration.codeSize)
    func residual() -> Residual {
      Residual {
        ReLU()
        Conv2D(width, half, kernel: 3, padding: 1, using: random)
        ReLU()
        Conv2D(half, width, kernel: 1, using: random)
      }
    }
    encoder = Sequential {
      Conv2D(channels, half, kernel: 4, stride: 2, padding: 1, using: random)
      ReLU()
      Conv2D(half, width, kernel: 4, stride: 2, padding: 1, using: random)
      ReLU()
      Conv2D(width, width, kernel: 3, padding: 1, using: random)
      for _ in 0..<configuration.depth { residual() }
      ReLU()
      Conv2D(width, size, kernel: 1, using: random)
    }
    decoder = Sequential {
      Conv2D(size, width, kernel: 3, padding: 1, using: random)
      for _ in 0..<configuration.depth { residual() }
      ReLU()
      ConvTranspose2D(width, half, kernel: 4, stride: 2, padding: 1, using: random)
      ReLU()
      ConvTranspose2D(half, channels, kernel: 4, stride: 2, padding: 1, using: random)
    }
    codebook = Codebook(
      configuration.codes, size, decay: configuration.decay,
      leastCount: configuration.restartBelow, using: random)
    prior = LanguageModel(
      .with {
        $0.width = configuration.priorWidth
        $0.depth = configuration.priorDepth
        $0.heads = configuration.priorHeads
      },
      for: DataShape(
        .window(length: data.sizes[0] / 4 * (data.sizes[1] / 4), vocabulary: configuration.codes)),
      using: random)
  }

  /// A description of the parts.
  public var description: String {
    "VQVAE  // \(parameterCount) parameters\nencoder: \(encoder)\ndecoder: \(decoder)\n"
      + "codebook: \(codebook)\nprior: \(prior)"
  }
}

// MARK: - Codes

extension VQVAE {
  /// The positions of an image that have a code, `[rows, columns]`.
  public var places: [Int] { [dataShape.sizes[0] / 4, dataShape.sizes[1] / 4] }

  private var placeCount: Int { places[0] * places[1] }

  /// The total number of dimensions of an image's codes.
  public var latentSize: Int { placeCount * configuration.codeSize }

  /// The encoder's vectors of images `[batch, dataShape.count]`: `[batch · positions, codeSize]`.
  public func vectors(of images: Tensor) -> Tensor {
    precondition(
      images.rank == 2 && images.shape[1] == dataShape.count,
      "VQVAE: expected images of shape [batch, \(dataShape.count)], found \(images.shape)")
    let x = dataShape.centred(images).reshaped(to: [images.shape[0]] + dataShape.sizes)
    return encoder(x).reshaped(to: [images.shape[0] * placeCount, configuration.codeSize])
  }

  /// The index of the code at each position of images, image by image.
  public func indices(of images: Tensor) -> [Int] { codebook.nearest(to: vectors(of: images)) }

  /// The codes of images, position by position, `[batch, latentSize]`.
  public func encode(_ images: Tensor) -> Tensor {
    codebook(indices(of: images)).reshaped(to: [images.shape[0], latentSize])
  }

  /// The images of codes, `[batch, dataShape.count]`.
  public func decode(_ codes: Tensor) -> Tensor {
    dataShape.uncentred(restored(codes)).reshaped(to: [codes.shape[0], dataShape.count])
  }

  /// The decoder's images for vectors of all positions, in [−1, 1] and beyond.
  private func restored(_ vectors: Tensor) -> Tensor {
    let places = placeCount * configuration.codeSize
    return decoder(
      vectors.reshaped(to: [vectors.count / places] + self.places + [configuration.codeSize]))
  }

  /// log p of the codes of images under the prior, `[batch]`, in nats.
  public func logPrior(of indices: [Int]) -> Tensor {
    let count = indices.count / placeCount
    let rows = (0..<count).flatMap { image -> [Int] in
      [0] + indices[image * placeCount..<(image + 1) * placeCount]
    }
    let windows = Tensor(rows.map(Double.init), shape: [count, placeCount + 1], dtype: .float64)
    return prior.logProbabilities(of: windows).sum(along: 1)
  }
}

// MARK: - The loss

extension VQVAE {
  /// The loss of the autoencoder, its squared error, the perplexity of its codes, and the prior's
  /// loss.
  public var metrics: [Metric] {
    [
      Metric("loss", unit: "variances per pixel"), Metric("squared error", unit: "per pixel"),
      Metric("perplexity", unit: "codes"), Metric("prior", unit: "nats per image"),
    ]
  }

  /// Initialises the codes with vectors of the first batch.
  public func start(at batch: Batch, using random: Random) {
    codebook.start(at: vectors(of: batch.images), using: random)
  }

  /// Mean (x̂ − x)² / variance + β mean ‖e − sg(code)‖² (van den Oord and others 2017, equation 3,
  /// with the codes as moving averages), plus the prior's mean −log p of a code.
  ///
  /// In training mode the codes are updated too.
  public func loss(of batch: Batch, using random: Random) -> Loss {
    let (loss, error, indices) = restoration(of: batch, using: random)
    let nats = -logPrior(of: indices).mean()
    return Loss(
      minimizing: loss + nats / Double(placeCount),
      figures: [
        stopGradient(loss).scalar, stopGradient(error).scalar, codebook.perplexity(of: indices),
        stopGradient(nats).scalar,
      ])
  }

  /// The loss without the prior's part, the mean squared error of images in [0, 1], and the index
  /// of the code at each position of each image.
  public func restoration(
    of batch: Batch, using random: Random
  ) -> (loss: Tensor, error: Tensor, indices: [Int]) {
    let images = batch.images
    let vectors = vectors(of: images)
    let indices = codebook.nearest(to: vectors)
    let chosen = codebook(indices)
    let target = dataShape.centred(images).reshaped(to: [images.shape[0]] + dataShape.sizes)
    // For images in [−1, 1], whose distances are twice those in [0, 1].
    let error = meanSquaredError(restored(straightThrough(vectors, chosen)), target) / 4
    let distance = meanSquaredError(vectors, chosen)
    if mode == .training { codebook.learn(vectors, indices, using: random) }
    let loss = error / configuration.variance + configuration.commitment * distance
    return (loss, error, indices)
  }
}

// MARK: - Samples

extension VQVAE {
  /// Samples images by decoding codes drawn from the prior at a temperature.
  public func sample(count: Int, temperature: Double, using random: Random) -> Tensor {
    let shape = [count] + dataShape.sizes
    guard
      let drawn = prior.sequences(
        count: count, length: placeCount, after: 0, temperature: temperature, using: random)
    else { return Tensor(filledWith: .nan, shape) }
    let codes = codebook(drawn.flatMap { $0 })
    return decode(codes.reshaped(to: [count, latentSize])).reshaped(to: shape)
  }
}
