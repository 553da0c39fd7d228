import Models
import NN
import Tensor

// Concise initialisers for tests: models by their sizes.

/// Examples with a given number of values.
public func vectors(_ count: Int) -> DataShape { .images(1, count) }

/// Images of a shape, `[height, width, channels]`.
public func images(_ shape: [Int]) -> DataShape {
  .images(shape[0], shape[1], channels: shape[2])
}

extension VAE {
  /// A model of fully connected layers.
  public convenience init(
    features: Int, hidden: [Int] = [400], latent: Int = 20,
    pixels: PixelDistribution = .bernoulli, beta: Double = 1, samplesPerImage: Int = 1,
    shape: [Int]? = nil, _ random: Random
  ) {
    self.init(
      .with {
        $0.hidden = hidden
        $0.latent = latent
        $0.likelihood = pixels
        $0.beta = beta
        $0.samplesPerImage = samplesPerImage
      }, for: shape.map(images) ?? vectors(features), using: random)
  }

  /// A model of convolutions.
  public convenience init(
    height: Int, width: Int, latent: Int = 20, pixels: PixelDistribution = .bernoulli,
    _ random: Random
  ) {
    self.init(
      .with {
        $0.architecture = .conv
        $0.latent = latent
        $0.likelihood = pixels
      }, for: .images(height, width), using: random)
  }
}

extension VAE {
  /// The loss and its terms, with a given weight and number of samples instead of the model's.
  public func loss(
    _ x: Tensor, beta: Double = 1, samplesPerImage: Int = 1, _ random: Random
  ) -> (total: Tensor, reconstruction: Double, divergence: Double) {
    var changed = configuration
    changed.beta = beta
    changed.samplesPerImage = samplesPerImage
    let other = VAE(changed, for: dataShape, using: Random(seed: 0))
    for (copy, own) in zip(other.parameters, parameters) {
      copy.parameter.wrappedValue = own.parameter.wrappedValue
    }
    let loss = other.loss(of: unlabelled(x), using: random)
    return (loss.total, loss.figures[1], loss.figures[2])
  }
}

extension Autoencoder {
  /// A model of fully connected layers.
  public convenience init(
    features: Int, hidden: [Int] = [256], latent: Int = 64,
    error: ReconstructionError = .meanSquaredError, output: Output = .sigmoid,
    corruption: Corruption = .none, shape: [Int]? = nil, _ random: Random
  ) {
    self.init(
      .with {
        $0.hidden = hidden
        $0.latent = latent
        $0.loss = error
        $0.output = output
        $0.noise = corruption.kind
        $0.noiseLevel = corruption == .none ? nil : corruption.level
      }, for: shape.map(images) ?? vectors(features), using: random)
  }

  /// A model of convolutions.
  public convenience init(
    height: Int, width: Int, latent: Int = 64, error: ReconstructionError = .meanSquaredError,
    output: Output = .sigmoid, _ random: Random
  ) {
    self.init(
      .with {
        $0.architecture = .conv
        $0.latent = latent
        $0.loss = error
        $0.output = output
      }, for: .images(height, width), using: random)
  }
}

extension GAN {
  /// A model of fully connected layers.
  public static func dense(
    features: Int = 784, latent: Int = 100, generatorHidden: [Int] = [256, 512, 1024],
    discriminatorHidden: [Int] = [512, 256], discriminatorSteps: Int = 1,
    generatorLoss: GeneratorLoss = .nonSaturating, labelSmoothing: Double = 0,
    shape: [Int]? = nil, _ random: Random
  ) -> GAN {
    GAN(
      .with {
        $0.latent = latent
        $0.generatorHidden = generatorHidden
        $0.discriminatorHidden = discriminatorHidden
        $0.discriminatorSteps = discriminatorSteps
        $0.generatorLoss = generatorLoss
        $0.labelSmoothing = labelSmoothing
      }, for: shape.map(images) ?? vectors(features), using: random)
  }

  /// A DCGAN.
  public static func dcgan(
    imageSize: Int = 28, channels: Int = 1, latent: Int = 100, baseChannels: Int = 64,
    _ random: Random
  ) -> GAN {
    GAN(
      .with {
        $0.architecture = .dcgan
        $0.latent = latent
        $0.baseChannels = baseChannels
      }, for: .images(imageSize, imageSize, channels: channels), using: random)
  }
}

extension GAN {
  /// Samples in the networks' range, [−1, 1].
  public func made(_ count: Int, _ random: Random) -> Tensor {
    generator(noise(count: count, using: random))
  }
}

extension Classifier {
  /// A classifier.
  public convenience init(
    _ architecture: Architecture, height: Int, width: Int, classes: Int = 10, _ random: Random
  ) {
    self.init(
      .with { $0.architecture = architecture }, for: .images(height, width, classes: classes),
      using: random)
  }
}

/// Unlabelled examples.
public func unlabelled(_ x: Tensor) -> Batch {
  Batch(values: x, labels: Array(repeating: 0, count: x.shape[0]))
}
