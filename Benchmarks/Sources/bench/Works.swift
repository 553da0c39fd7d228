import NN
import Tensor
import VAE

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
    ("vae-mlp", vae), ("ae-mlp", autoencoder), ("gan-mlp", gan), ("dcgan-28", dcgan28),
    ("dcgan-64", dcgan64), ("cnn-mnist", classifier), ("conv-vae", convolutionalVAE),
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

  init(_ count: Int, _ shape: [Int], _ random: Random) {
    self.count = count
    self.shape = shape
    self.random = random
    pixels = (0..<count * shape.reduce(1, *)).map {
      UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13)
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

@Sendable private func vae() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [784], random)
  let vae = VAE(features: 784, random)
  let optimizer = Adam()
  return Work(batchSize: 128) {
    let x = images.batch(128)
    let (loss, gradients) = valueWithGradient(of: vae) { vae.loss(x, random).total }
    optimizer.update(vae, along: gradients)
    return loss.scalar
  }
}

@Sendable private func autoencoder() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [784], random)
  let network = Sequential {
    Dense(784, 256, random)
    ReLU()
    Dense(256, 64, random)
    ReLU()
    Dense(64, 256, random)
    ReLU()
    Dense(256, 784, random)
    Sigmoid()
  }
  let optimizer = Adam()
  return Work(batchSize: 128) {
    let x = images.batch(128)
    let (loss, gradients) = valueWithGradient(of: network) { square(network(x) - x).mean() }
    optimizer.update(network, along: gradients)
    return loss.scalar
  }
}

@Sendable private func classifier() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [28, 28, 1], random)
  let network = Sequential {
    Conv2D(1, 32, kernel: 3, random)
    ReLU()
    Conv2D(32, 64, kernel: 3, random)
    ReLU()
    MaxPool2D(2)
    Dropout(0.25, random)
    Flatten()
    Dense(12 * 12 * 64, 128, random)
    ReLU()
    Dropout(0.5, random)
    Dense(128, 10, random)
  }
  let labels = (0..<64).map { $0 % 10 }
  let optimizer = Adam()
  return Work(batchSize: 64) {
    let x = images.batch(64)
    let (loss, gradients) = valueWithGradient(of: network) {
      softmaxCrossEntropy(logits: network(x), labels: labels)
    }
    optimizer.update(network, along: gradients)
    return loss.scalar
  }
}

@Sendable private func convolutionalVAE() -> Work {
  let random = Random(seed: 0)
  let images = Images(60_000, [784], random)
  let encoder = Sequential {
    Reshape([28, 28, 1])
    Conv2D(1, 32, kernel: 4, stride: 2, padding: 1, random)
    ReLU()
    Conv2D(32, 64, kernel: 4, stride: 2, padding: 1, random)
    ReLU()
    Flatten()
    Dense(3136, 256, random)
    ReLU()
    Dense(256, 40, random)
  }
  let decoder = Sequential {
    Dense(20, 256, random)
    ReLU()
    Dense(256, 3136, random)
    ReLU()
    Reshape([7, 7, 64])
    ConvTranspose2D(64, 32, kernel: 4, stride: 2, padding: 1, random)
    ReLU()
    ConvTranspose2D(32, 1, kernel: 4, stride: 2, padding: 1, random)
    Flatten()
  }
  let network = Pair(encoder, decoder)
  let optimizer = Adam()
  return Work(batchSize: 128) {
    let x = images.batch(128)
    let (loss, gradients) = valueWithGradient(of: network) {
      let parts = encoder(x).split(count: 2, along: 1)
      let (mean, logVariance) = (parts[0], parts[1])
      let z = mean + exp(0.5 * logVariance) * random.normal(mean.shape)
      let divergence = 0.5 * (exp(logVariance) + square(mean) - 1 - logVariance).sum(along: 1)
      return (divergence - bernoulliLogDensity(of: x, logits: decoder(z))).mean()
    }
    optimizer.update(network, along: gradients)
    return loss.scalar
  }
}

/// Two modules trained as one.
private final class Pair: Module {
  private let first: Sequential
  private let second: Sequential
  var members: Members { ["first": first, "second": second] }

  init(_ first: Sequential, _ second: Sequential) {
    self.first = first
    self.second = second
  }
}

// MARK: - Adversarial networks

@Sendable private func gan() -> Work {
  let random = Random(seed: 0)
  let generator = Sequential {
    for (inputs, outputs) in [(100, 256), (256, 512), (512, 1024)] {
      Dense(inputs, outputs, random)
      LeakyReLU(slope: 0.2)
    }
    Dense(1024, 784, random)
    Tanh()
  }
  let discriminator = Sequential {
    for (inputs, outputs) in [(784, 512), (512, 256)] {
      Dense(inputs, outputs, random)
      LeakyReLU(slope: 0.2)
    }
    Dense(256, 1, random)
  }
  return adversarial(
    generator, discriminator, Images(60_000, [784], random), codeShape: [100], batchSize: 128,
    random)
}

@Sendable private func dcgan28() -> Work {
  let random = Random(seed: 0)
  let generator = Sequential {
    ConvTranspose2D(100, 256, kernel: 7, bias: false, random)
    BatchNorm(256)
    ReLU()
    ConvTranspose2D(256, 128, kernel: 4, stride: 2, padding: 1, bias: false, random)
    BatchNorm(128)
    ReLU()
    ConvTranspose2D(128, 1, kernel: 4, stride: 2, padding: 1, random)
    Tanh()
  }
  let discriminator = Sequential {
    Conv2D(1, 64, kernel: 4, stride: 2, padding: 1, random)
    LeakyReLU(slope: 0.2)
    Conv2D(64, 128, kernel: 4, stride: 2, padding: 1, bias: false, random)
    BatchNorm(128)
    LeakyReLU(slope: 0.2)
    Conv2D(128, 1, kernel: 7, random)
  }
  return adversarial(
    generator, discriminator, Images(60_000, [28, 28, 1], random), codeShape: [1, 1, 100],
    batchSize: 128, random)
}

@Sendable private func dcgan64() -> Work {
  let random = Random(seed: 0)
  let generator = Sequential {
    ConvTranspose2D(100, 512, kernel: 4, bias: false, random)
    BatchNorm(512)
    ReLU()
    for (inputs, outputs) in [(512, 256), (256, 128), (128, 64)] {
      ConvTranspose2D(inputs, outputs, kernel: 4, stride: 2, padding: 1, bias: false, random)
      BatchNorm(outputs)
      ReLU()
    }
    ConvTranspose2D(64, 3, kernel: 4, stride: 2, padding: 1, random)
    Tanh()
  }
  let discriminator = Sequential {
    Conv2D(3, 64, kernel: 4, stride: 2, padding: 1, random)
    LeakyReLU(slope: 0.2)
    for (inputs, outputs) in [(64, 128), (128, 256), (256, 512)] {
      Conv2D(inputs, outputs, kernel: 4, stride: 2, padding: 1, bias: false, random)
      BatchNorm(outputs)
      LeakyReLU(slope: 0.2)
    }
    Conv2D(512, 1, kernel: 4, random)
  }
  return adversarial(
    generator, discriminator, Images(2_000, [64, 64, 3], random), codeShape: [1, 1, 100],
    batchSize: 64, random)
}

/// A step of the discriminator, with real and made images apart, and one of the generator.
private func adversarial(
  _ generator: Sequential, _ discriminator: Sequential, _ images: Images, codeShape: [Int],
  batchSize: Int, _ random: Random
) -> Work {
  let generatorOptimizer = Adam(learningRate: 2e-4, beta1: 0.5)
  let discriminatorOptimizer = Adam(learningRate: 2e-4, beta1: 0.5)
  return Work(batchSize: batchSize) {
    let real = images.batch(batchSize) * 2 - 1
    let made = generator(random.normal([batchSize] + codeShape))
    let (loss, gradients) = valueWithGradient(of: discriminator) {
      softplus(-discriminator(real)).mean() + softplus(discriminator(made)).mean()
    }
    discriminatorOptimizer.update(discriminator, along: gradients)
    let code = random.normal([batchSize] + codeShape)
    let (_, generatorGradients) = valueWithGradient(of: generator) {
      softplus(-discriminator(generator(code))).mean()
    }
    generatorOptimizer.update(generator, along: generatorGradients)
    return loss.scalar
  }
}
