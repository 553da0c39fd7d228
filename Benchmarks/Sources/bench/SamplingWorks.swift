import Models
import NN
import Tensor

// Sampling from models with random weights: a step is a whole call, of a hundred images or a thousand
// characters.

extension Work {
  /// Models that need many evaluations of their network for a sample.
  static let sampling: [(name: String, prepare: @Sendable () -> Work)] = [
    ("pixelcnn-samples", pixelCNNSamples), ("transformer-text", transformerText),
    ("unet-samples", unetSamples),
  ]

  /// A hundred images of 28×28 pixels; each pixel is drawn given the earlier ones.
  @Sendable private static func pixelCNNSamples() -> Work {
    let model = PixelCNN(.init(), for: .images(28, 28), using: Random(seed: 0))
    let random = Random(seed: 1)
    return Work(batchSize: 100) { model.sample(count: 100, using: random).sum().scalar }
  }

  /// A thousand characters after the first; the attention reaches back 128.
  @Sendable private static func transformerText() -> Work {
    let model = LanguageModel(
      .init(), for: DataShape(.window(length: 128, vocabulary: 96)), using: Random(seed: 0))
    let random = Random(seed: 1)
    return Work(batchSize: 1000) {
      Double(model.continuation(of: [0], count: 1000, using: random).reduce(0, +))
    }
  }

  /// A hundred images by 25 steps of Heun's method, two evaluations each.
  @Sendable private static func unetSamples() -> Work {
    let model = FlowMatching(.init(), for: .images(28, 28, classes: 10), using: Random(seed: 0))
    let random = Random(seed: 1)
    return Work(batchSize: 100) { model.sample(count: 100, using: random).sum().scalar }
  }
}
