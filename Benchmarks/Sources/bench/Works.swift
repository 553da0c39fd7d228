import Models
import Trainers
import NN
import Tensor

/// A training step to be timed, prepared with its model, data and optimiser.
struct Work {
  /// How many images a step trains on.
  let batchSize: Int
  /// Draws a batch, trains on it and returns the loss.
  let step: () -> Double

  /// The works by name, each with what prepares it.
  ///
  /// The models are those of the papers; the arithmetic does not depend on the pixels, so random
  /// ones serve.
  static let all: [(name: String, prepare: @Sendable () -> Work)] = [
    ("vae-mlp", { denseVAE() }), ("ae-mlp", autoencoder), ("gan-mlp", gan), ("dcgan-28", dcgan28),
    ("dcgan-64", dcgan64), ("cnn-mnist", classifier), ("conv-vae", { convolutionalVAE() }),
    ("dcgan-small", dcganSmall),
  ]
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
  func batch(_ size: Int) -> Tensor {
    if order.count < size { order = random.permutation(count) }
    defer { order.removeLast(size) }
    return Tensor(bytes: pixels, rows: order.suffix(size), rowLength: pixels.count / count)
      .reshaped(to: [size] + shape)
  }
}

// MARK: - Autoencoders and the classifier

extension Work {
  /// A fully connected variational autoencoder.
  static func denseVAE(hiddenSize: Int = 400, batchSize: Int = 128) -> Work {
    training(VAE(features: 784, hiddenSizes: [hiddenSize], Random(seed: 1)), batchSize: batchSize)
  }

  /// A convolutional variational autoencoder of images of `side` by `side` pixels.
  static func convolutionalVAE(side: Int = 28, batchSize: Int = 128) -> Work {
    training(VAE(height: side, width: side, Random(seed: 1)), batchSize: batchSize)
  }
}

private func training(_ vae: VAE, batchSize: Int) -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [vae.features], random)
  let optimizer = Adam(for: network)
  return Work(batchSize: batchSize) {
    let x = images.batch(batchSize)
    let (loss, gradients) = valueWithGradient(of: vae) { vae.loss(x, random).total }
    optimizer.update(along: gradients)
    return loss.scalar
  }
}

@Sendable private func autoencoder() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [784], random)
  let model = Autoencoder(features: 784, random)
  let optimizer = Adam(for: network)
  return Work(batchSize: 128) {
    let x = images.batch(128)
    let (loss, gradients) = valueWithGradient(of: model) { model.loss(x, from: x) }
    optimizer.update(along: gradients)
    return loss.scalar
  }
}

@Sendable private func classifier() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [28, 28, 1], random)
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

@Sendable private func gan() -> Work {
  let random = Random(seed: 0)
  return adversarial(.dense(random), Images(60_000, [784], random), batchSize: 128, random)
}

@Sendable private func dcgan28() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [28, 28, 1], random)
  return adversarial(.dcgan(imageSize: 28, random), images, batchSize: 128, random)
}

/// Small enough to count its instructions in an emulation of the processor.
@Sendable private func dcganSmall() -> Work {
  let random = Random(seed: 0)
  let images = Images(1_000, [28, 28, 1], random)
  return adversarial(
    .dcgan(imageSize: 28, baseChannels: 8, random), images, batchSize: 16, random)
}

@Sendable private func dcgan64() -> Work {
  let random = Random(seed: 0)
  let images = Images(2_000, [64, 64, 3], random)
  return adversarial(.dcgan(imageSize: 64, channels: 3, random), images, batchSize: 64, random)
}

/// A step of the discriminator, with real and made images apart, and one of the generator.
private func adversarial(
  _ gan: GAN, _ images: Images, batchSize: Int, using random: Random
) -> Work {
  let training = AdversarialTraining(gan, random)
  return Work(batchSize: batchSize) {
    training.step([2 * images.batch(batchSize) - 1]).discriminatorLoss
  }
}
