import Foundation
import NN
import Tensor
import Testing

@Suite struct TimeEmbeddingTests {
  @Test func theFeaturesAreSinesAndThenCosines() {
    let found = sinusoidalFeatures(of: Tensor([0, 3.5], dtype: .float64), count: 6)
    #expect(found.shape == [2, 6])
    let angles = (0..<3).map { 3.5 * Foundation.pow(10_000, -Double($0) / 3) }
    let expected =
      [0, 0, 0, 1, 1, 1] + angles.map { Foundation.sin($0) } + angles.map { Foundation.cos($0) }
    for (a, b) in zip(found.doubles, expected) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func theGradientsAreRight() {
    let layer = TimeEmbedding(features: 4, 3, using: Random(seed: 1))
    let check = checkGradient(of: layer, at: [Tensor([0.2, 1.7], dtype: .float64)]) {
      layer($0[0])
    }
    #expect(check.passes(), "\(check)")
    #expect(layer.parameterCount == 4 * 3 + 3 * 3 + 6)
  }
}
