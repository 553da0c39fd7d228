import Files
import NN
import Tensor

extension Autoencoder: SavedModel {
  /// `autoencoder`.
  public static let kind = "autoencoder"

  /// Builds the model that a file describes, without taking its numbers.
  ///
  /// - Throws: `ModelFileError` for a description that is not one of such a model.
  public convenience init(describedBy file: SafetensorsFile) throws {
    let codeSize = try file.size("latent")
    let error = try file.choice("loss", of: ReconstructionError.self)
    let output = try file.choice("output", of: Output.self)
    guard error == .meanSquaredError || output == .sigmoid else {
      throw file.unsuitable("output", "'sigmoid' for the loss 'bce'")
    }
    switch try file.choice("architecture", of: Architecture.self) {
    case .dense:
      let (features, hiddenSizes) = (try file.size("features"), try file.sizes("hidden"))
      let widths = [features] + hiddenSizes + [codeSize]
      try file.expectRoom(for: zip(widths, widths.dropFirst()).map { [2, $0, $1] })
      self.init(
        features: features, hiddenSizes: hiddenSizes, codeSize: codeSize, error: error,
        output: output, Random(seed: 0))
    case .conv:
      let (height, width) = (try file.size("height"), try file.size("width"))
      guard height % 4 == 0 else { throw file.unsuitable("height", "a multiple of 4") }
      guard width % 4 == 0 else { throw file.unsuitable("width", "a multiple of 4") }
      try file.expectRoom(for: [[2, 4 * height, width, codeSize]])
      self.init(
        height: height, width: width, codeSize: codeSize, error: error, output: output,
        Random(seed: 0))
    }
  }
}
