import CommandLine
import Datasets
import Models
import NN
import Tensor
import Training

/// The squared reconstruction errors per pixel of an encoding model and of principal component
/// analysis, on the same, possibly noisy, test images.
public struct PrincipalComponentsComparison: Sendable {
  /// The model's error.
  public let model: Double
  /// The error with as many principal components of the training images as the code has dimensions.
  public let principalComponents: Double
  /// The number of components, at most the number of pixels.
  public let componentCount: Int

  /// Computes both errors.
  ///
  /// - Parameters:
  ///   - model: The model, in inference mode.
  ///   - train: The images whose components are computed.
  ///   - test: The images to reconstruct.
  ///   - noise: Draws a denoising model's noise.
  /// - Throws: `CancellationError` if the program was asked to end.
  public init(
    _ model: some EncodingModel, train: Batches, test: Batches, noise: Random
  ) throws {
    let count = min(model.latentSize, model.dataShape.count)
    // Portions that suit matrix products, however small the training batches are.
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
