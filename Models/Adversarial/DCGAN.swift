import NN
import Tensor

extension GAN {
  /// The sizes of images, in pixels per side, that a DCGAN supports.
  public static let convolutionalImageSizes = [28, 64]
}

/// The networks of a DCGAN (Radford, Metz and Chintala, "Unsupervised representation learning with
/// deep convolutional generative adversarial networks", 2016).
///
/// They use strided convolutions in place of pooling, batch norm in all layers but the generator's
/// last and the discriminator's first and last, and no fully connected layers; rectifiers and a
/// hyperbolic tangent in the generator, leaky rectifiers of slope 0.2 in the discriminator. Weights
/// are drawn from N(0, 0.02²), the scales of batch norm from N(1, 0.02²), as in the authors' code.
///
/// - For 64×64 pixels, as in the paper: with 64 base channels the generator's channels are 512 at
///   4×4, 256, 128, 64, the discriminator's 64, 128, 256, 512 at 4×4.
/// - For 28×28: 256 at 7×7 and 128; 64 and 128 at 7×7.
///
/// A critic with a gradient penalty has no batch norm (Gulrajani et al. 2017), nor does a
/// discriminator with spectral norm. In a conditional model, the one-hot class is concatenated to
/// the noise, and one plane per class, all zeros except for ones in the plane of the image's class,
/// to the image's channels (Mirza and Osindero 2014).
///
/// In training mode both networks normalise with the statistics of the current batch; the
/// generator's running averages are for sampling in inference mode, while the discriminator's mix
/// real and generated images and are not used. Running averages are not parameters: each pass in
/// training mode updates the averages of the network that it goes through, whichever network is
/// being trained.
func convolutionalNetworks(
  _ configuration: GAN.Configuration, for data: DataShape, using random: Random
) -> (generator: Sequential, discriminator: Sequential) {
  let (side, channels, base) = (data.sizes[0], data.sizes[2], configuration.baseChannels)
  let firstSide = side == 28 ? 7 : 4
  let (generatorWidths, discriminatorWidths) =
    side == 28 ? ([4, 2], [1, 2]) : ([8, 4, 2, 1], [1, 2, 4, 8])
  let layers = ConvolutionalLayers(using: random)
  let classes = configuration.classes(of: data)
  return (
    layers.generator(
      [configuration.latent + classes] + generatorWidths.map { $0 * base } + [channels],
      firstSide: firstSide),
    layers.discriminator(
      [channels + classes] + discriminatorWidths.map { $0 * base } + [1], lastSide: firstSide,
      hasBatchNorm: configuration.discriminatorHasBatchNorm,
      hasSpectralNorm: configuration.hasSpectralNorm)
  )
}

/// Builds a DCGAN's networks.
private struct ConvolutionalLayers {
  private let random: Random
  private let weights = Initializer.normal(standardDeviation: 0.02)
  private let scales = Initializer.normal(mean: 1, standardDeviation: 0.02)

  init(using random: Random) { self.random = random }

  /// From noise to images: the first layer produces the first side, and each further layer doubles
  /// it.
  ///
  /// - Parameter channels: The numbers of channels: of the noise, of each layer's output, of the
  ///   images.
  func generator(_ channels: [Int], firstSide: Int) -> Sequential {
    Sequential {
      Reshape([1, 1, channels[0]])
      ConvTranspose2D(
        channels[0], channels[1], kernel: firstSide, bias: false, initializer: weights,
        using: random)
      for index in 1..<channels.count - 1 {
        BatchNorm(channels[index], initializer: scales, using: random)
        ReLU()
        ConvTranspose2D(
          channels[index], channels[index + 1], kernel: 4, stride: 2, padding: 1,
          bias: index == channels.count - 2, initializer: weights, using: random)
      }
      Tanh()
    }
  }

  /// From images to logits: each layer halves the side, and the last one reduces the last side to
  /// 1.
  ///
  /// Without batch norm, which fixes the scale of each layer's output, the initial weights preserve
  /// the scale.
  ///
  /// - Parameters:
  ///   - channels: The numbers of channels: of the images, of each layer's output, of the logit.
  ///   - lastSide: The side of the last layer's input.
  ///   - hasBatchNorm: Whether all layers except the first and the last have batch norm.
  ///   - hasSpectralNorm: Whether the weights are divided by their spectral norms.
  func discriminator(
    _ channels: [Int], lastSide: Int, hasBatchNorm: Bool, hasSpectralNorm: Bool
  ) -> Sequential {
    let weights = hasBatchNorm ? weights : .glorotUniform
    return Sequential {
      for index in 0..<channels.count - 2 {
        // In the first layer, it would hide an image's brightness from the discriminator.
        let isNormalized = hasBatchNorm && index > 0
        Conv2D(
          channels[index], channels[index + 1], kernel: 4, stride: 2, padding: 1,
          bias: !isNormalized, hasSpectralNorm: hasSpectralNorm, initializer: weights,
          using: random)
        if isNormalized { BatchNorm(channels[index + 1], initializer: scales, using: random) }
        LeakyReLU(slope: 0.2)
      }
      Conv2D(
        channels[channels.count - 2], 1, kernel: lastSide, hasSpectralNorm: hasSpectralNorm,
        initializer: weights, using: random)
      Reshape([1])  // one logit per image, not a map of logits for a larger image
    }
  }
}
