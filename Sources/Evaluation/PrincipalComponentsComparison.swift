import CommandLine
import Datasets
import Models
import NN
import Tensor
import Training

/// The squared errors of test images' reconstructions per pixel, from the same, perhaps noisy, input:
/// an encoding model's beside those of principal component analysis.
public struct PrincipalComponentsComparison: Sendable {
  /// The model's.
  public let model: Double
  /// That of as many principal components of the training images as the code has dimensions.
  public let principalComponents: Double
  /// How many these are: no more than there are pixels.
  public let componentCount: Int

  /// Compares.
  ///
  /// - Parameters:
  ///   - model: The model, in inference.
  ///   - train: The images to find the components of.
  ///   - test: The images to reconstruct.
  ///   - noise: Draws a denoising model's noise.
  /// - Throws: `CancellationError` if the program was asked to end.
  public init(
    _ model: some EncodingModel, train: Batches, test: Batches, noise: Random
  ) throws {
    let count = min(model.latentSize, model.dataShape.count)
    // In portions that suit matrix products, however small the batches of a step are.
    let components = try PrincipalComponents(
      of: train.resized(to: 500).epoch(shuffledBy: nil).lazy.map(\.images), count: count,
      beforeEach: Interrupt.check)
    var mean = WeightedMean()
    for batch in test.epoch(shuffledBy: nil) {
      try Interrupt.check()
      let input = model.corrupted(batch.images, using: noise) ?? batch.images
      let reconstructions = [model.reconstruct(input), components.reconstruct(input)]
      mean.add(
        reconstructions.map {
          meanSquaredError($0.converted(to: .float64), batch.images.converted(to: .float64)).scalar
        }, count: batch.count)
    }
    self.model = mean.values[0]
    principalComponents = mean.values[1]
    componentCount = count
  }
}
