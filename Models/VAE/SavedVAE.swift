import Files
import NN
import Tensor

extension VAE: SavedModel {
  /// `vae`.
  public static let kind = "vae"

  /// Builds the model that a file describes, without taking its numbers.
  ///
  /// - Throws: `ModelFileError` for a description that is not one of such a model.
  public convenience init(describedBy file: SafetensorsFile) throws {
    let latentSize = try file.size("latent")
    let pixels = try file.choice("likelihood", of: PixelDistribution.self)
    switch try file.choice("architecture", of: Architecture.self) {
    case .dense:
      let (features, hiddenSizes) = (try file.size("features"), try file.sizes("hidden"))
      let widths = [features] + hiddenSizes
      try file.expectRoom(
        for: zip(widths, widths.dropFirst()).map { [2, $0, $1] }
          + [[3, widths[widths.count - 1], latentSize]])
      self.init(
        features: features, hiddenSizes: hiddenSizes, latentSize: latentSize, pixels: pixels,
        Random(seed: 0))
    case .conv:
      let (height, width) = (try file.size("height"), try file.size("width"))
      guard height % 4 == 0 else { throw file.unsuitable("height", "a multiple of 4") }
      guard width % 4 == 0 else { throw file.unsuitable("width", "a multiple of 4") }
      try file.expectRoom(for: [[2, 4 * height, width, 256], [3, 256, latentSize]])
      self.init(
        height: height, width: width, latentSize: latentSize, pixels: pixels, Random(seed: 0))
    }
  }
}
