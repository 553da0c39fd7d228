import NN
import Tensor

/// A model that draws the rest of an image whose first rows are given.
public protocol CompletingModel: TemperedModel {
  /// Images whose first rows are given and whose others are drawn.
  ///
  /// - Parameters:
  ///   - images: Values in [0, 1], `[count] + dataShape.sizes`.
  ///   - firstRow: The first row that is drawn.
  ///   - temperature: Above 0: 1 for draws from the model.
  ///   - random: Draws them.
  /// - Returns: Images of the same shape.
  func completed(
    _ images: Tensor, from firstRow: Int, temperature: Double, using random: Random
  ) -> Tensor
}
