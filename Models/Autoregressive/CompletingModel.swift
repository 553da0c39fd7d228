import NN
import Tensor

/// A model that completes images whose first rows are given.
public protocol CompletingModel: TemperedModel {
  /// Completes images whose first rows are given, drawing the other rows.
  ///
  /// - Parameters:
  ///   - images: Values in [0, 1], `[count] + dataShape.sizes`.
  ///   - firstRow: The first row that is drawn.
  ///   - temperature: Above 0; 1 samples from the model itself.
  ///   - random: Draws the pixels.
  /// - Returns: Images of the same shape.
  func completed(
    _ images: Tensor, from firstRow: Int, temperature: Double, using random: Random
  ) -> Tensor
}
