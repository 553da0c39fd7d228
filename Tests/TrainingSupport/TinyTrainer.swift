import Images
import NN
import Tensor
import Training

/// A trainer of three numbers, with everything that a checkpoint can contain.
package final class TinyTrainer: Trainer {
  package let model: Dense
  private let adam: Adam
  private let stream: Random
  package let trainingColumns = ["train_loss"]
  package let testColumns = ["test_loss"]
  package static let charts = [Chart("loss", unit: "nats", columns: ["train_loss", "test_loss"])]
  package var charts: [Chart] { Self.charts }
  package let examplesPerEpoch = 4

  package init() {
    let random = Random(seed: 1)
    model = Dense(2, 1, using: random)
    adam = Adam(for: model, learningRate: 0.01)
    stream = random.split()
  }

  package var state: [StatePart] {
    [.module("model", model), .optimizer("adam", adam), .random("stream", stream)]
  }

  package func nextEpoch() -> [Tensor] { [stream.normal([2, 2]), stream.normal([2, 2])] }

  package func step(_ batch: Tensor) -> StepResult {
    let (loss, gradients) = valueWithGradient(of: model) { square(model(batch)).mean() }
    adam.update(along: gradients)
    return StepResult(count: 2, metrics: [loss.scalar])
  }

  package func evaluate() -> [Double] { [square(model(Tensor([[1, 2]]))).mean().scalar] }

  package func pictures() -> [ModelPictures.Named] {
    let grid = ImageGrid([0.25], imageHeight: 1, imageWidth: 1, columns: 1)
    return [ModelPictures.Named(name: "samples", contents: "a pixel", grid: grid)]
  }
}
