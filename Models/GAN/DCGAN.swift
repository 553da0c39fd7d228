import NN
import Tensor

extension GAN {
  /// The sides in pixels of the images that a DCGAN makes.
  public static let convolutionalImageSizes = [28, 64]

  /// A deep convolutional model, DCGAN (Radford, Metz and Chintala, "Unsupervised representation
  /// learning with deep convolutional generative adversarial networks", 2016).
  ///
  /// Strided convolutions in place of pooling, batch norm in all layers but the generator's last and
  /// the discriminator's first and last, no fully connected layers; rectifiers and a hyperbolic
  /// tangent in the generator, leaky rectifiers of slope 0.2 in the discriminator. Weights are drawn
  /// from N(0, 0.02²), the scales of batch norm from N(1, 0.02²), as in the authors' code. Samples
  /// lie in [−1, 1].
  ///
  /// - For 64×64 pixels, the paper's: the generator's channels are 512 at 4×4, 256, 128, 64, the
  ///   discriminator's 64, 128, 256, 512 at 4×4.
  /// - For 28×28: 256 at 7×7 and 128; 64 and 128 at 7×7.
  ///
  /// In training mode both networks normalise by the batch at hand; the generator's running
  /// averages are for sampling in inference mode, the discriminator's are of real and made images
  /// mixed and of no use. Running averages are not parameters: each pass in training mode moves
  /// those of the network that it goes through, whichever network is being trained.
  ///
  /// - Parameters:
  ///   - imageSize: The side of the images in pixels, one of ``convolutionalImageSizes``.
  ///   - channels: 1 for grey images, 3 for colour.
  ///   - latentSize: The number of dimensions of the noise.
  ///   - baseChannels: The channels of the discriminator's first layer, which the others' are
  ///     multiples of.
  ///   - random: Draws the first weights.
  /// - Returns: A model of samples `[imageSize, imageSize, channels]`.
  public static func dcgan(
    imageSize: Int = 28, channels: Int = 1, latentSize: Int = 100, baseChannels: Int = 64,
    _ random: Random
  ) -> GAN {
    precondition(
      convolutionalImageSizes.contains(imageSize),
      "GAN.dcgan: expected an image size among \(convolutionalImageSizes), found \(imageSize)")
    precondition(
      channels > 0 && baseChannels > 0,
      "GAN.dcgan: expected channels above 0, found \(channels) and \(baseChannels)")
    let firstSide = imageSize == 28 ? 7 : 4
    let (generatorWidths, discriminatorWidths) =
      imageSize == 28 ? ([4, 2], [1, 2]) : ([8, 4, 2, 1], [1, 2, 4, 8])
    let layers = ConvolutionalLayers(random)
    return GAN(
      generator: layers.generator(
        [latentSize] + generatorWidths.map { $0 * baseChannels } + [channels],
        firstSide: firstSide),
      discriminator: layers.discriminator(
        [channels] + discriminatorWidths.map { $0 * baseChannels } + [1], lastSide: firstSide),
      latentSize: latentSize, sampleShape: [imageSize, imageSize, channels],
      configuration: [
        "architecture": Architecture.dcgan.rawValue, "image-size": "\(imageSize)",
        "channels": "\(channels)", "latent": "\(latentSize)", "base-channels": "\(baseChannels)",
      ])
  }
}

/// Makes a DCGAN's networks.
private struct ConvolutionalLayers {
  private let random: Random
  private let weights = Initializer.normal(standardDeviation: 0.02)
  private let scales = Initializer.normal(mean: 1, standardDeviation: 0.02)

  init(_ random: Random) { self.random = random }

  /// From noise to images: to the first side at once, then twice the side with each layer.
  ///
  /// - Parameter channels: Those of the noise, of the layers' outputs, of the images.
  func generator(_ channels: [Int], firstSide: Int) -> Sequential {
    Sequential {
      Reshape([1, 1, channels[0]])
      ConvTranspose2D(
        channels[0], channels[1], kernel: firstSide, bias: false, random, initializer: weights)
      for index in 1..<channels.count - 1 {
        BatchNorm(channels[index], random, initializer: scales)
        ReLU()
        ConvTranspose2D(
          channels[index], channels[index + 1], kernel: 4, stride: 2, padding: 1,
          bias: index == channels.count - 2, random, initializer: weights)
      }
      Tanh()
    }
  }

  /// From images to logits: half the side with each layer, from the last side to 1 at once.
  ///
  /// - Parameter channels: Those of the images, of the layers' outputs, of the logit.
  func discriminator(_ channels: [Int], lastSide: Int) -> Sequential {
    Sequential {
      for index in 0..<channels.count - 2 {
        Conv2D(
          channels[index], channels[index + 1], kernel: 4, stride: 2, padding: 1, bias: index == 0,
          random, initializer: weights)
        // Of the first layer it would hide from the discriminator how bright an image is.
        if index > 0 { BatchNorm(channels[index + 1], random, initializer: scales) }
        LeakyReLU(slope: 0.2)
      }
      Conv2D(channels[channels.count - 2], 1, kernel: lastSide, random, initializer: weights)
      Reshape([1])  // one logit for an image, and not a map of them for a larger one
    }
  }
}
