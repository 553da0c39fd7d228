import Datasets
import GAN
import Images
import NN
import Tensor
import Training

/// Trains a generative adversarial network on images.
public final class GANTrainer: Trainer {
  /// The model being trained.
  public let gan: GAN
  private let training: AdversarialTraining
  private let train: Batches
  private let discriminatorSteps: Int
  private let shuffling: Random
  private let pictureNoise: Tensor

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - gan: The model; its samples have the shape of an image or are its pixels in a row.
  ///   - train: The images to train on.
  ///   - learningRate: Adam's, for both networks.
  ///   - discriminatorSteps: How many steps the discriminator takes for one of the generator's, each
  ///     with a batch of its own.
  ///   - generatorLoss: What the generator is trained on.
  ///   - labelSmoothing: What a real image's probability of being real is short of 1.
  ///   - random: All further random numbers come from streams split off it.
  public init(
    _ gan: GAN, train: Batches, learningRate: Double = 0.0002, discriminatorSteps: Int = 1,
    generatorLoss: GAN.GeneratorLoss = .nonSaturating, labelSmoothing: Double = 0, _ random: Random
  ) {
    precondition(
      gan.sampleShape == train.imageShape || gan.sampleShape == [train.imageShape.reduce(1, *)],
      "GANTrainer: expected images of the shape of the model's samples, \(gan.sampleShape), found"
        + " \(train.imageShape)")
    precondition(
      discriminatorSteps > 0,
      "GANTrainer: expected one discriminator step or more, found \(discriminatorSteps)")
    self.gan = gan
    self.train = train
    self.discriminatorSteps = discriminatorSteps
    training = AdversarialTraining(
      gan, learningRate: learningRate, generatorLoss: generatorLoss,
      labelSmoothing: labelSmoothing, random.split())
    shuffling = random.split()
    pictureNoise = gan.noise(count: 100, random.split())
  }

  /// Both losses in nats, D(x) and D(G(z)) as probabilities, and the norms of both gradients.
  public let trainingColumns = AdversarialTraining.Figures.names
  /// None: a figure of test images would say nothing of the samples.
  public let testColumns: [String] = []
  /// Each figure of the discriminator beside that of the generator.
  public let charts = [
    Chart("loss", unit: "nats", columns: ["d_loss", "g_loss"]),
    Chart("probability", unit: "mean over images", columns: ["d_real", "d_fake"]),
    Chart(
      "gradient norm", unit: "Euclidean norm", columns: ["d_gradient_norm", "g_gradient_norm"]),
  ]
  /// The number of training images.
  public var examplesPerEpoch: Int { train.count }

  /// The two networks, their optimisers and all random streams.
  public var state: [StatePart] { training.state + [.random("shuffling", shuffling)] }

  /// The training images in a new order, in groups of a batch for each of the discriminator's steps.
  ///
  /// The last group has the batches that are left, which may be fewer.
  public func nextEpoch() -> some Sequence<[Batch]> {
    let batches = train.epoch(shuffledBy: shuffling).makeIterator()
    return sequence(state: batches) { [discriminatorSteps] batches in
      let group = (0..<discriminatorSteps).compactMap { _ in batches.next() }
      return group.isEmpty ? nil : group
    }
  }

  /// A step of the discriminator with each batch, then a step of the generator.
  public func step(_ batches: [Batch]) -> StepResult {
    let figures = training.step(batches.map(samples))
    return StepResult(count: batches.reduce(0) { $0 + $1.count }, metrics: figures.values)
  }

  /// Nothing.
  public func evaluate() -> [Double] { [] }

  /// A batch's images as the discriminator takes them: from −1, black, to 1, white, the range of the
  /// generator's hyperbolic tangent.
  private func samples(_ batch: Batch) -> Tensor {
    (2 * batch.images - 1).reshaped(to: [batch.count] + gan.sampleShape)
  }
}

// MARK: - Pictures

extension GANTrainer {
  /// A hundred samples, of the same noise every time.
  public func pictures() -> [(name: String, grid: ImageGrid)] {
    [("samples", grid(of: pixels { gan.generator(pictureNoise) }))]
  }

  /// New samples as pixels in [0, 1], `[count, height · width · channels]`.
  public func images(count: Int, _ random: Random) -> Tensor {
    pixels { gan.sample(count: count, random) }
  }

  /// Ten lines of samples, each from the noise of one of the pictures to that of another.
  public func interpolations() -> ImageGrid {
    let lines = (0..<10).map { row in
      let (a, b) = (
        pictureNoise.sliced(2 * row..<2 * row + 1), pictureNoise.sliced(2 * row + 1..<2 * row + 2)
      )
      return pixels { gan.interpolate(from: a, to: b, count: 10) }
    }
    return grid(of: Tensor.concatenated(lines))
  }

  /// Samples as pixels in [0, 1], made in inference mode: with the running averages of batch norm, so
  /// that an image does not depend on the ones beside it.
  private func pixels(_ samples: () -> Tensor) -> Tensor {
    gan.generator.mode = .inference
    defer { gan.generator.mode = .training }
    return (0.5 * samples() + 0.5).flattened()
  }

  private func grid(of pixels: Tensor) -> ImageGrid {
    ImageGrid(
      pixels.scalars, imageHeight: train.imageShape[0], imageWidth: train.imageShape[1],
      channels: train.imageShape[2], columns: 10)
  }
}
