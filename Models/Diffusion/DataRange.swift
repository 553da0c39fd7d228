import NN
import Tensor

// Models of noise see images in [−1, 1]; other data as they are.

extension DataShape {
  /// Examples as such a model sees them, of the same shape.
  func centred(_ examples: Tensor) -> Tensor { isImage ? 2 * examples - 1 : examples }

  /// The way back; images are limited to [0, 1].
  func uncentred(_ values: Tensor) -> Tensor {
    isImage ? clamp(0.5 * values + 0.5, to: 0...1) : values
  }

  /// What is added to a log-density of what the model sees to have that of the examples.
  var logScale: Double { isImage ? Double(count) * 0.693_147_180_559_945_3 : 0 }
}
