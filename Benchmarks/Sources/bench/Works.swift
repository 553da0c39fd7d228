import Models
import NN
import Tensor
import Trainers

/// A training step to be timed, prepared with its model, data and optimiser; or a single operation.
struct Work {
  /// The number of images that a step trains on.
  let batchSize: Int
  /// Draws a batch, trains on it and returns the loss.
  let step: () -> Double

  /// The workloads by name, each with the function that prepares it.
  ///
  /// The models are those of the papers; the arithmetic does not depend on the pixels, so random
  /// ones suffice.
  static let all: [(name: String, prepare: @Sendable () -> Work)] =
    [
      ("vae-mlp", { denseVAE() }), ("ae-mlp", autoencoder), ("gan-mlp", gan), ("dcgan-28", dcgan28),
      ("dcgan-64", dcgan64), ("cnn-mnist", classifier), ("conv-vae", { convolutionalVAE() }),
      ("dcgan-small", dcganSmall),
    ] + deep + sampling + linearAlgebra + functions + classical
}

// MARK: - Data

/// A table of images, drawn from in a new random order each time it is exhausted.
final class Images {
  private let count: Int
  private let shape: [Int]
  private let pixels: [UInt8]
  private let random: Random
  private var order: [Int] = []

  init(_ count: Int, _ shape: [Int], using random: Random) {
    self.count = count
    self.shape = shape
    self.random = random
    let pixelCount = count * shape.reduce(1, *)
    pixels = [UInt8](unsafeUninitializedCapacity: pixelCount) { buffer, initializedCount in
      adviseLargePages(for: UnsafeMutableRawBufferPointer(buffer))
      for i in 0..<pixelCount { buffer[i] = UInt8(truncatingIfNeeded: i &* 2_654_435_761 >> 13) }
      initializedCount = pixelCount
    }
  }

  /// The next images, in [0, 1], `[size] + shape`.
  func batch(_ size: Int) -> Tensor { next(size).values }

  /// The next images, made when they are needed.
  func next(_ size: Int, labels: [Int] = []) -> Batch {
    if order.count < size { order = random.permutation(count) }
    defer { order.removeLast(size) }
    let (rows, pixels, shape) = (Array(order.suffix(size)), pixels, shape)
    let length = shape.reduce(1, *)
    return Batch(count: size, labels: labels) { examples in
      Tensor(bytes: pixels, rows: rows[examples], rowLength: length)
        .reshaped(to: [examples.count] + shape)
    }
  }
}

// MARK: - Autoencoders and the classifier

extension Work {
  /// A fully connected variational autoencoder.
  static func denseVAE(hiddenSize: Int = 400, batchSize: Int = 128) -> Work {
    training(
      VAE(.with { $0.hidden = [hiddenSize] }, for: .images(28, 28), using: Random(seed: 1)),
      batchSize: batchSize)
  }

  /// A convolutional variational autoencoder for images of `side` by `side` pixels.
  static func convolutionalVAE(side: Int = 28, batchSize: Int = 128) -> Work {
    training(
      VAE(.with { $0.architecture = .conv }, for: .images(side, side), using: Random(seed: 1)),
      batchSize: batchSize)
  }
}

@Sendable private func autoencoder() -> Work {
  training(Autoencoder(.init(), for: .images(28, 28), using: Random(seed: 0)), batchSize: 128)
}

/// A step of Adam along the gradient of a model's loss.
private func training(_ model: some LossModel, batchSize: Int) -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [model.dataShape.count], using: random)
  return .trainingSteps(of: model, batchSize: batchSize, using: random) {
    images.next(batchSize)
  }
}

@Sendable private func classifier() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [28, 28, 1], using: random)
  let network = Sequential {
    Conv2D(1, 32, kernel: 3, using: random)
    ReLU()
    Conv2D(32, 64, kernel: 3, using: random)
    ReLU()
    MaxPool2D(2)
    Dropout(0.25, using: random)
    Flatten()
    Dense(12 * 12 * 64, 128, using: random)
    ReLU()
    Dropout(0.5, using: random)
    Dense(128, 10, using: random)
  }
  let labels = (0..<64).map { $0 % 10 }
  let optimizer = Adam(for: network)
  return Work(batchSize: 64) {
    let x = images.batch(64)
    let (loss, gradients) = valueWithGradient(of: network) {
      softmaxCrossEntropy(logits: network(x), labels: labels)
    }
    optimizer.update(along: gradients)
    return loss.scalar
  }
}

// MARK: - Adversarial networks

@Sendable private func gan() -> Work { adversarial(.images(28, 28), 60_000, batchSize: 128) }

@Sendable private func dcgan28() -> Work {
  adversarial(.images(28, 28), 60_000, .dcgan, batchSize: 128)
}

/// Small enough to count its instructions in an emulator.
@Sendable private func dcganSmall() -> Work {
  adversarial(.images(28, 28), 1_000, .dcgan, baseChannels: 8, batchSize: 16)
}

@Sendable private func dcgan64() -> Work {
  adversarial(.images(64, 64, channels: 3), 2_000, .dcgan, batchSize: 64)
}

/// A step of the discriminator, with real and generated images in separate batches, and one of the
/// generator.
private func adversarial(
  _ data: DataShape, _ count: Int, _ architecture: GAN.Architecture = .dense,
  baseChannels: Int = 64, batchSize: Int
) -> Work {
  let random = Random(seed: 0)
  let gan = GAN(
    .with {
      $0.architecture = architecture
      $0.baseChannels = baseChannels
    }, for: data, using: random)
  let images = Images(count, gan.sampleShape, using: random)
  let training = AdversarialTraining(
    gan, using: random, processes: processes(dividing: batchSize))
  return Work(batchSize: batchSize) {
    training.step([2 * images.batch(batchSize) - 1]).discriminatorLoss
  }
}
