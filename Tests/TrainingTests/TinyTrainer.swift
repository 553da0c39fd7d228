import Images
import NN
import Tensor
import Training

/// A trainer of three numbers, with all that a checkpoint can hold.
final class TinyTrainer: Trainer {
  let model: Dense
  let adam = Adam(for: model, learningRate: 0.01)
  let stream: Random
  let trainingColumns = ["train_loss"]
  let testColumns = ["test_loss"]
  let charts = [Chart("loss", unit: "nats", columns: ["train_loss", "test_loss"])]
  let examplesPerEpoch = 4

  init() {
    let random = Random(seed: 1)
    model = Dense(2, 1, using: random)
    stream = random.split()
  }

  var state: [StatePart] {
    [.module("model", model), .optimizer("adam", adam), .random("stream", stream)]
  }

  func nextEpoch() -> [Tensor] { [stream.normal([2, 2]), stream.normal([2, 2])] }

  func step(_ batch: Tensor) -> StepResult {
    let (loss, gradients) = valueWithGradient(of: model) { square(model(batch)).mean() }
    adam.update(along: gradients)
    return StepResult(count: 2, metrics: [loss.scalar])
  }

  func evaluate() -> [Double] { [square(model(Tensor([[1, 2]]))).mean().scalar] }

  func pictures() -> [(name: String, grid: ImageGrid)] {
    [("samples", ImageGrid([0.25], imageHeight: 1, imageWidth: 1, columns: 1))]
  }
}
