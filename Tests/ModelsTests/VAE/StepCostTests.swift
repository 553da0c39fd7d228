import NN
import Testing
import ModelSupport
import Models

@testable import Tensor

@Suite struct StepCostTests {
  /// The number of times that each operation may run in a training step of the default model,
  /// forward and backward.
  ///
  /// Change it if a step is meant to take more, and say why. A mean is a sum in double precision
  /// and its rounding.
  static let most = [
    "*": 1,
    "*, back": 5,
    "+": 3,
    "-": 2,
    "-, back": 1,
    "accumulate, back": 3,
    "adam": 8,
    "affine": 4,
    "bernoulliLogDensity": 1,
    "exp": 2,
    "exp, back": 2,
    "filled": 2,
    "filled, back": 2,
    "matmul, back": 7,
    "mean": 4,
    "normal": 1,
    "padded, back": 2,
    "rearranged": 2,
    "rearranged, back": 2,
    "scaled": 3,
    "scaled, back": 6,
    "square": 1,
    "standardGaussianDivergence": 1,
    "sum": 1,
    "sum, back": 3,
  ]

  /// In a separate process, where no other test's operations are counted.
  @Test func aStepHasNoMoreOperationsAndTakesNoMoreMemory() async {
    await #expect(processExitsWith: .success) {
      // Which thread takes which piece is random, and so is the step from which each has all its
      // buffers.
      threadCount = 1
      let random = Random(seed: 0)
      let vae = VAE(features: 784, random)
      let optimizer = Adam(for: vae)
      let batch = unlabelled(random.uniform([16, 784]))
      func step() {
        let gradients = valueWithGradient(of: vae) { vae.loss(of: batch, using: random).total }
          .gradients
        optimizer.update(along: gradients)
      }
      for _ in 0..<3 { step() }
      let bytes = BufferPool.shared.allocatedBytes
      Profile.start()
      step()
      let entries = Profile.stop().entries
      for entry in entries {
        let name = entry.name + (entry.isBackward ? ", back" : "")
        #expect(entry.calls <= Self.most[name, default: 0], "\(name)")
      }
      for _ in 0..<100 { step() }
      #expect(BufferPool.shared.allocatedBytes == bytes)
    }
  }
}
