import Autoencoder
import Datasets
import Images
import NN
import Tensor
import Training

/// Trains an autoencoder by Adam on its reconstruction error.
///
/// A denoising one (Vincent, Larochelle, Bengio and Manzagol 2008) restores images from noisy
/// copies.
public final class AutoencoderTrainer: Trainer {
  /// The model being trained.
  public let autoencoder: Autoencoder
  private let optimizer: Adam
  private let train: Batches
  private let test: Batches
  private let corruption: Corruption

  // Each use has a stream of its own, so that none shifts the numbers of another.
  private let shuffling: Random
  private let corrupting: Random
  private let evaluation: Random

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - autoencoder: The model.
  ///   - train: The images to train on.
  ///   - test: The images to evaluate with.
  ///   - learningRate: Adam's.
  ///   - corruption: The noise through which the model sees the images that it is to restore.
  ///   - random: All further random numbers come from streams split off it.
  public init(
    _ autoencoder: Autoencoder, train: Batches, test: Batches, learningRate: Double = 0.001,
    corruption: Corruption = .none, _ random: Random
  ) {
    for shape in [train, test].map(\.imageShape) {
      precondition(
        shape[2] == 1 && shape[0] * shape[1] == autoencoder.features,
        "AutoencoderTrainer: expected images [height, width, 1] of \(autoencoder.features) pixels, found"
          + " \(shape)")
    }
    self.autoencoder = autoencoder
    self.train = train
    self.test = test
    self.corruption = corruption
    optimizer = Adam(learningRate: learningRate)
    shuffling = random.split()
    corrupting = random.split()
    evaluation = random.split()
  }

  /// The reconstruction error per pixel.
  public let trainingColumns = ["train_loss"]
  /// The same of the test images.
  public let testColumns = ["test_loss"]
  /// Both in one chart.
  public var charts: [Chart] {
    let unit =
      switch autoencoder.error {
      case .meanSquaredError: "mean squared error per pixel"
      case .binaryCrossEntropy: "nats per pixel"
      }
    return [Chart("loss", unit: unit, columns: trainingColumns + testColumns)]
  }
  /// The number of training images.
  public var examplesPerEpoch: Int { train.count }

  /// The model, its optimiser and all random streams.
  public var state: [StatePart] {
    [
      .module("autoencoder", autoencoder), .optimizer("optimizer", optimizer, of: autoencoder),
      .random("shuffling", shuffling), .random("corrupting", corrupting),
      .random("evaluation", evaluation),
    ]
  }

  /// The training images in a new order.
  public func nextEpoch() -> some Sequence<Batch> { train.epoch(shuffledBy: shuffling) }

  /// One step of Adam along the gradient of the reconstruction error.
  public func step(_ batch: Batch) -> StepResult {
    let noisy = corruption(batch.images, corrupting)
    let (loss, gradients) = valueWithGradient(of: autoencoder) {
      autoencoder.loss(batch.images, from: noisy)
    }
    optimizer.update(autoencoder, along: gradients)
    return StepResult(count: batch.count, metrics: [loss.scalar])
  }

  /// The reconstruction error over the test images, with the same noise every time.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  public func evaluate() throws -> [Double] {
    var mean = WeightedMean()
    for (batch, noisy) in testBatches() {
      try Interrupt.check()
      mean.add([autoencoder.loss(batch.images, from: noisy).scalar], count: batch.count)
    }
    return mean.values
  }

  /// The batches of test images, each with what the model sees of it.
  private func testBatches() -> some Sequence<(batch: Batch, noisy: Tensor)> {
    let random = Random(state: evaluation.state)
    return test.epoch(shuffledBy: nil).lazy.map { ($0, self.corruption($0.images, random)) }
  }
}

// MARK: - After training

extension AutoencoderTrainer {
  /// The squared errors of the test images' reconstructions per pixel, from the same, perhaps
  /// noisy, input.
  public struct Comparison: Sendable {
    /// The autoencoder's.
    public let autoencoder: Double
    /// That of as many principal components of the training images as the code has dimensions.
    public let principalComponents: Double
    /// How many these are: no more than there are pixels.
    public let componentCount: Int
  }

  /// Compares the model with principal component analysis of the training images.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  public func comparison() throws -> Comparison {
    let count = min(autoencoder.codeSize, autoencoder.features)
    // In portions that suit matrix products, however small the batches of a step are.
    let components = try PrincipalComponents(
      of: train.resized(to: 500).epoch(shuffledBy: nil).lazy.map(\.images), count: count,
      beforeEach: Interrupt.check)
    var mean = WeightedMean()
    for (batch, noisy) in testBatches() {
      try Interrupt.check()
      let reconstructions = [autoencoder.reconstruct(noisy), components.reconstruct(noisy)]
      mean.add(
        reconstructions.map {
          meanSquaredError($0.converted(to: .float64), batch.images.converted(to: .float64)).scalar
        }, count: batch.count)
    }
    return Comparison(
      autoencoder: mean.values[0], principalComponents: mean.values[1], componentCount: count)
  }

  /// The codes of all test images, without noise, `[count, codeSize]`, and the images' classes.
  ///
  /// - Throws: `CancellationError` if the program was asked to end.
  public func testCodes() throws -> (codes: Tensor, labels: [Int]) {
    let batches = Array(test.epoch(shuffledBy: nil))
    let codes = try batches.map { batch in
      try Interrupt.check()
      return autoencoder.encode(batch.images)
    }
    return (Tensor.concatenated(codes), batches.flatMap(\.labels))
  }

  /// Fifty test images, each beside its reconstruction; of a denoising autoencoder, thirty, each
  /// beside what the model sees of it and its reconstruction.
  public func pictures() -> [(name: String, grid: ImageGrid)] {
    guard let (batch, noisy) = testBatches().first(where: { _ in true }) else {
      preconditionFailure("AutoencoderTrainer: expected test images, found none")
    }
    let isDenoising = corruption != .none
    let shown = 0..<min(isDenoising ? 30 : 50, batch.count)
    let input = noisy.sliced(shown)
    let originals = batch.images.sliced(shown)
    let members = [originals] + (isDenoising ? [input] : []) + [autoencoder.reconstruct(input)]
    let grid = ImageGrid.grouped(
      members.map(\.scalars), imageHeight: test.imageShape[0], imageWidth: test.imageShape[1],
      columns: 5)
    return [("reconstructions", grid)]
  }
}
