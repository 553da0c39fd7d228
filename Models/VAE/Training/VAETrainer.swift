import Datasets
import Images
import NN
import Tensor
import Training
import VAE

/// Trains a variational autoencoder by Adam on the negative evidence lower bound.
public final class VAETrainer: Trainer {
  /// The model being trained.
  public let vae: VAE
  private let optimizer: Adam
  private let train: Batches
  private let test: Batches
  private let beta: Double
  private let samplesPerImage: Int

  // Each use has a stream of its own, so that none shifts the numbers of another.
  private let shuffling: Random
  private let coding: Random
  private let evaluation: Random
  private let pictureCodes: Tensor

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - vae: The model.
  ///   - train: The images to train on.
  ///   - test: The images to evaluate with.
  ///   - learningRate: Adam's.
  ///   - beta: The weight of the divergence in the loss.
  ///   - samplesPerImage: How many codes are drawn for each image and step.
  ///   - random: All further random numbers come from streams split off it.
  public init(
    _ vae: VAE, train: Batches, test: Batches, learningRate: Double = 0.001, beta: Double = 1,
    samplesPerImage: Int = 1, _ random: Random
  ) {
    for shape in [train, test].map(\.imageShape) {
      precondition(
        shape[2] == 1 && shape[0] * shape[1] == vae.features,
        "VAETrainer: expected images [height, width, 1] of \(vae.features) pixels, found"
          + " \(shape)")
    }
    self.vae = vae
    self.train = train
    self.test = test
    self.beta = beta
    self.samplesPerImage = samplesPerImage
    optimizer = Adam(learningRate: learningRate)
    shuffling = random.split()
    coding = random.split()
    evaluation = random.split()
    pictureCodes = random.split().normal([100, vae.latentSize])
  }

  /// The loss, −E[log p(x|z)] and the divergence, in nats per image.
  public let trainingColumns = ["train_loss", "train_reconstruction", "train_kl"]
  /// The same of the test images.
  public let testColumns = ["test_loss", "test_reconstruction", "test_kl"]
  /// The loss and each of its parts.
  public let charts = ["loss", "reconstruction", "KL"].map { part in
    Chart(
      part, unit: "nats per image", columns: ["train_", "test_"].map { $0 + part.lowercased() })
  }
  /// The number of training images.
  public var examplesPerEpoch: Int { train.count }

  /// The model, its optimiser and all random streams.
  public var state: [StatePart] {
    [
      .module("vae", vae), .optimizer("optimizer", optimizer, of: vae),
      .random("shuffling", shuffling), .random("coding", coding),
      .random("evaluation", evaluation),
    ]
  }

  /// The training images in a new order.
  public func nextEpoch() -> some Sequence<Batch> { train.epoch(shuffledBy: shuffling) }

  /// One step of Adam along the gradient of the loss (Kingma and Welling 2014, algorithm 1).
  public func step(_ batch: Batch) -> StepResult {
    let (_, loss, gradients) = valueWithGradient(of: vae) {
      let loss = vae.loss(batch.images, beta: beta, samplesPerImage: samplesPerImage, coding)
      return (loss.total, loss)
    }
    optimizer.update(vae, along: gradients)
    return StepResult(count: batch.count, metrics: figures(loss))
  }

  /// The loss and its terms over the test images, with the same codes' noise every time.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  public func evaluate() throws -> [Double] {
    let random = Random(state: evaluation.state)
    var mean = WeightedMean()
    for batch in test.epoch(shuffledBy: nil) {
      try Interrupt.check()
      mean.add(figures(vae.loss(batch.images, beta: beta, random)), count: batch.count)
    }
    return mean.values
  }

  private func figures(_ loss: VAE.Loss) -> [Double] {
    [loss.total.scalar, loss.reconstruction.scalar, loss.divergence.scalar]
  }

  /// The mean importance-weighted estimate of log p(x) over the test images, in nats per image.
  ///
  /// - Parameters:
  ///   - sampleCount: How many codes are drawn for each image.
  ///   - isInterrupted: Asked after every code that is drawn for the images of a batch.
  /// - Returns: The estimate, or nil where it was interrupted.
  public func logLikelihood(sampleCount: Int, isInterrupted: () -> Bool = { false }) -> Double? {
    let random = Random(state: evaluation.state)
    var mean = WeightedMean()
    for batch in test.epoch(shuffledBy: nil) {
      let estimate = try? vae.importanceWeightedLogLikelihood(
        of: batch.images, sampleCount: sampleCount, random,
        afterEach: { if isInterrupted() { throw CancellationError() } })
      guard let estimate else { return nil }
      mean.add([estimate.mean().scalar], count: batch.count)
    }
    return mean.values.first
  }
}

// MARK: - Pictures

extension VAETrainer {
  private var size: (height: Int, width: Int) { (train.images.height, train.images.width) }

  /// A hundred samples, of the same codes every time, and fifty test images beside their
  /// reconstructions.
  public func pictures() -> [(name: String, grid: ImageGrid)] {
    let originals = firstTestImages(50)
    return [
      ("samples", grid(vae.decode(pictureCodes), columns: 10)),
      (
        "reconstructions",
        ImageGrid.grouped(
          [originals.scalars, vae.reconstruct(originals).scalars], imageHeight: size.height,
          imageWidth: size.width, columns: 5)
      ),
    ]
  }

  /// Ten lines of images between the codes of two test images each.
  public func interpolations() -> ImageGrid {
    let images = firstTestImages(20)
    let pairs = images.shape[0] / 2
    let lines = (0..<max(1, pairs)).map { row in
      vae.interpolate(
        from: images.sliced(row..<row + 1),
        to: images.sliced(images.shape[0] - 1 - row..<images.shape[0] - row), count: 10)
    }
    return grid(Tensor.concatenated(lines), columns: 10)
  }

  /// The images of a grid of codes where the latent size is 2, else `nil`.
  public func manifold() -> ImageGrid? {
    vae.latentSize == 2 ? grid(vae.latentManifold(side: 20), columns: 20) : nil
  }

  /// As the model sees them: of a binarised data set, ones and zeros.
  private func firstTestImages(_ count: Int) -> Tensor {
    guard let batch = test.epoch(shuffledBy: nil).first(where: { _ in true }) else {
      preconditionFailure("VAETrainer: expected test images, found none")
    }
    return batch.images.sliced(0..<min(count, batch.count))
  }

  private func grid(_ images: Tensor, columns: Int) -> ImageGrid {
    ImageGrid(
      images.scalars, imageHeight: size.height, imageWidth: size.width, columns: columns)
  }
}
