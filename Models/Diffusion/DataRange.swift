import NN
import Tensor

// Diffusion models see images in [−1, 1], other data unchanged.

extension DataShape {
  /// Scales examples for such a model, keeping their shape.
  func centred(_ examples: Tensor) -> Tensor { isImage ? 2 * examples - 1 : examples }

  /// Scales values back to examples; images are clamped to [0, 1].
  func uncentred(_ values: Tensor) -> Tensor {
    isImage ? clamp(0.5 * values + 0.5, to: 0...1) : values
  }

  /// The constant that turns a log-density of the model's values into one of examples.
  var logScale: Double { isImage ? Double(count) * 0.693_147_180_559_945_3 : 0 }
}
