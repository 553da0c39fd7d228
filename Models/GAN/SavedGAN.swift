import Files
import NN
import Tensor

extension GAN: SavedModel {
  /// `gan`.
  public static let kind = "gan"

  /// Builds the model that a file describes, without taking its numbers.
  ///
  /// - Throws: `ModelFileError` for a description that is not one of such a model.
  public convenience init(describedBy file: SafetensorsFile) throws {
    let model = try Self.model(describedBy: file)
    self.init(
      generator: model.generator, discriminator: model.discriminator,
      latentSize: model.latentSize, sampleShape: model.sampleShape,
      configuration: model.configuration)
  }

  private static func model(describedBy file: SafetensorsFile) throws -> GAN {
    let latentSize = try file.size("latent")
    switch try file.choice("architecture", of: Architecture.self) {
    case .dense:
      let features = try file.size("features")
      let generatorSizes = try file.sizes("generator-hidden")
      let discriminatorSizes = try file.sizes("discriminator-hidden")
      let widths = [[latentSize] + generatorSizes + [features], [features] + discriminatorSizes]
      try file.expectRoom(
        for: widths.flatMap { widths in zip(widths, widths.dropFirst()).map { [$0, $1] } })
      return .dense(
        features: features, latentSize: latentSize, generatorSizes: generatorSizes,
        discriminatorSizes: discriminatorSizes, Random(seed: 0))
    case .dcgan:
      let imageSize = try file.size("image-size")
      guard convolutionalImageSizes.contains(imageSize) else {
        let sizes = convolutionalImageSizes.map(String.init).joined(separator: " or ")
        throw file.unsuitable("image-size", sizes)
      }
      let (channels, baseChannels) = (try file.size("channels"), try file.size("base-channels"))
      // The least that both sizes of images have, without their common layers of batch norm.
      try file.expectRoom(for: [
        [latentSize, 4, baseChannels, 16], [4, 4, 4, 2, baseChannels, baseChannels],
        [2, 4, 4, baseChannels, channels],
      ])
      return .dcgan(
        imageSize: imageSize, channels: channels, latentSize: latentSize,
        baseChannels: baseChannels, Random(seed: 0))
    }
  }
}
