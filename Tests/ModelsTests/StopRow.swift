import Datasets
import NN
import Tensor
import Training

/// A mistake, and the message with which the program stops.
struct StopRow<Model>: Sendable {
  let message: String
  let mistake: @Sendable (Model, Random) -> Void

  init(_ message: String, _ mistake: @escaping @Sendable (Model, Random) -> Void) {
    (self.message, self.mistake) = (message, mistake)
  }
}

/// Makes a trainer for black images of this size.
func startTraining(
  _ model: some LossModel, height: Int, width: Int, channels: Int, _ random: Random
) {
  let images = LabeledImages(
    height: height, width: width, channels: channels,
    pixels: [UInt8](repeating: 0, count: height * width * channels), labels: [0])
  guard let batches = try? Batches(images, size: 1) else { return }
  _ = LossTrainer(model, train: batches, test: batches, using: random)
}
