import Datasets
import Models
import NN
import Tensor
import Training

/// Trains a generative adversarial network on images.
public final class GANTrainer: Trainer {
  /// The model being trained.
  public let gan: GAN
  private let training: AdversarialTraining
  private let train: Batches
  private let shuffling: Random
  private let looks: ModelPictures
  private let isWasserstein: Bool
  /// Whether the generator permanently uses its averaged parameters.
  private var isFinished = false

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - gan: The model.
  ///   - train: The training images.
  ///   - learningRate: The learning rate of both networks' optimisers.
  ///   - random: All further random numbers come from streams split off it.
  ///   - processes: The processes that train together.
  public init(
    _ gan: GAN, train: Batches, learningRate: LearningRate = 0.0002, using random: Random,
    processes: Processes = .alone
  ) {
    precondition(
      gan.dataShape.count == train.imageShape.reduce(1, *),
      "GANTrainer: expected images of the shape of the model's samples, \(gan.sampleShape), found"
        + " \(train.imageShape)")
    self.gan = gan
    self.train = train
    training = AdversarialTraining(
      gan, learningRate: learningRate, batchesPerEpoch: train.batchesPerEpoch,
      using: random.split(), processes: processes)
    isWasserstein = gan.configuration.isWasserstein
    shuffling = random.split()
    looks = ModelPictures(gan, test: train, codes: random.split(), noise: random)
  }

  /// Both losses, D(x) and D(G(z)) as probabilities, and the norms of both gradients; for a critic,
  /// the estimated Wasserstein distance in place of the probabilities.
  public var trainingColumns: [String] {
    isWasserstein ? AdversarialTraining.Figures.wassersteinNames : AdversarialTraining.Figures.names
  }
  /// None: a loss on test images would say nothing about the samples.
  public let testColumns: [String] = []
  /// Each figure of the discriminator next to the generator's.
  public var charts: [Chart] {
    let norms = Chart(
      "gradient norm", unit: "Euclidean norm", columns: ["d_gradient_norm", "g_gradient_norm"])
    if isWasserstein {
      return [
        Chart("loss", unit: "critic's values", columns: ["d_loss", "g_loss"]), norms,
        Chart(
          "Wasserstein distance", unit: "critic's values", columns: ["wasserstein_distance"]),
      ]
    }
    return [
      Chart("loss", unit: "nats", columns: ["d_loss", "g_loss"]),
      Chart("probability", unit: "mean over images", columns: ["d_real", "d_fake"]), norms,
    ]
  }
  /// The number of training images.
  public var examplesPerEpoch: Int { train.count }

  /// The two networks, their optimisers, all random streams and the generator's average.
  public var state: [StatePart] { training.state + [.random("shuffling", shuffling)] }

  /// The moving average of the generator's parameters, if the model asks for one.
  public var average: MovingAverage? { training.average }

  /// Gives the generator its averaged parameters permanently, if it has any.
  public func finish() {
    if !isFinished { average?.swap(with: gan) }
    isFinished = true
  }

  /// The training images in a new order, in groups of one batch for each discriminator update.
  ///
  /// The last group holds the remaining batches, which may be fewer.
  public func nextEpoch() -> some Sequence<[Batch]> {
    let batches = train.epoch(shuffledBy: shuffling).makeIterator()
    return sequence(state: batches) { [steps = gan.configuration.stepsOfDiscriminator] batches in
      let group = (0..<steps).compactMap { _ in batches.next() }
      return group.isEmpty ? nil : group
    }
  }

  /// Updates the discriminator with each batch, then the generator once.
  public func step(_ batches: [Batch]) -> StepResult {
    let figures = training.step(batches.map(samples), labels: batches.map(\.labels))
    return StepResult(count: batches.reduce(0) { $0 + $1.count }, metrics: figures.values)
  }

  /// Nothing.
  public func evaluate() -> [Double] { [] }

  /// A hundred samples, from the same noise every time; generated in inference mode, with the
  /// running averages of batch norm, so that an image does not depend on the others in its batch.
  public func pictures() -> [ModelPictures.Named] { averaged { looks.eachEpoch } }

  /// Interpolations.
  public func finalPictures() -> [ModelPictures.Named] { averaged { looks.atTheEnd } }

  /// Calls `body` while the generator has its averaged parameters, if it has any.
  private func averaged<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average, !isFinished else { return try body() }
    average.swap(with: gan)
    defer { average.swap(with: gan) }
    return try body()
  }

  /// A batch in the form the discriminator takes: pixels from −1, black, to 1, white, the range of
  /// the generator's hyperbolic tangent.
  private func samples(_ batch: Batch) -> Tensor {
    (gan.dataShape.isImage ? 2 * batch.images - 1 : batch.images).reshaped(
      to: [batch.count] + gan.sampleShape)
  }
}
