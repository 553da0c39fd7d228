import NN
import Tensor

extension GAN {
  /// A model of fully connected layers with leaky rectifiers (slope 0.2) between.
  ///
  /// By default the generator is 100-256-512-1024-784 and the discriminator 784-512-256-1. Samples
  /// lie in [−1, 1], the hyperbolic tangent's range.
  ///
  /// - Parameters:
  ///   - features: The number of pixels, the size of a sample.
  ///   - latentSize: The number of dimensions of the noise.
  ///   - generatorSizes: The widths of the generator's hidden layers.
  ///   - discriminatorSizes: The widths of the discriminator's hidden layers.
  ///   - random: Draws the first weights.
  public static func dense(
    features: Int = 784, latentSize: Int = 100, generatorSizes: [Int] = [256, 512, 1024],
    discriminatorSizes: [Int] = [512, 256], _ random: Random
  ) -> GAN {
    GAN(
      generator: perceptron([latentSize] + generatorSizes + [features], endsInTanh: true, random),
      discriminator: perceptron([features] + discriminatorSizes + [1], endsInTanh: false, random),
      latentSize: latentSize, sampleShape: [features],
      configuration: [
        "architecture": Architecture.dense.rawValue, "features": "\(features)",
        "latent": "\(latentSize)",
        "generator-hidden": generatorSizes.map(String.init).joined(separator: ","),
        "discriminator-hidden": discriminatorSizes.map(String.init).joined(separator: ","),
      ])
  }
}

/// Fully connected layers of these widths with leaky rectifiers between.
private func perceptron(_ widths: [Int], endsInTanh: Bool, _ random: Random) -> Sequential {
  Sequential {
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      if index > 0 { LeakyReLU(slope: 0.2) }
      Dense(inputs, outputs, random)
    }
    if endsInTanh { Tanh() }
  }
}
