import NN
import Tensor

@testable import Trainers

/// Steps with samples that have already been generated.
extension AdversarialTraining {
  func discriminatorStep(real: Tensor, fake: Tensor, labels: [Int] = []) -> [Double] {
    discriminatorStep(real: real, labels: labels) { examples, _ in fake.sliced(examples) }
  }

  func generatorStep(
    fake: Tensor, labels: [Int] = [], _ pullback: @escaping (Tensor) -> Gradients
  ) -> (loss: Double, gradientNorm: Double) {
    generatorStep(count: fake.shape[0], labels: labels) { _, _ in (fake, pullback) }
  }
}
