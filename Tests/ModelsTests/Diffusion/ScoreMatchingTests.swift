import Models
import NN
import Tensor
import Testing

@Suite struct ScoreMatchingTests {
  private let random = Random(seed: 11)

  /// The mean of a loss, and five times its standard error.
  private func mean(_ losses: Tensor) -> (value: Double, error: Double) {
    let deviation = losses.variance().scalar.squareRoot()
    return (losses.mean().scalar, 5 * deviation / Double(losses.count).squareRoot())
  }

  /// For N(0, 1) with noise of σ = 0.1, the score is −x/1.01, and its loss, 49.50495, is the least.
  @Test func theDenoisingLossIsLeastAtTheScore() {
    let (data, noise) = (
      random.normal([200_000, 1], dtype: .float64), random.normal([200_000, 1], dtype: .float64)
    )
    let state = data + 0.1 * noise
    func loss(_ slope: Double) -> (value: Double, error: Double) {
      mean(
        denoisingScoreLoss(slope * state, noise: noise, deviation: Tensor(0.1, dtype: .float64)))
    }
    let least = loss(-1 / 1.01)
    #expect(abs(least.value - 49.5049505) < least.error)
    #expect(loss(-0.9).value > least.value && loss(-1.1).value > least.value)
  }

  /// For N(0, I), the least loss is −D/2, at s = −x.
  @Test func theSlicedLossIsLeastAtTheScore() {
    let shape = [50_000, 3]
    let (x, v) = (random.normal(shape, dtype: .float64), random.normal(shape, dtype: .float64))
    func loss(_ slope: Double) -> (value: Double, error: Double) {
      mean(slicedScoreLoss(at: x, along: v) { slope * $0 })
    }
    let least = loss(-1)
    #expect(abs(least.value + 1.5) < least.error)
    for slope in [-0.5, -1.5] {
      // D (a + a²/2) for the score a x.
      let other = loss(slope)
      #expect(abs(other.value - 3 * (slope + 0.5 * slope * slope)) < other.error)
      #expect(other.value > least.value)
    }
  }

  /// vᵀ J v + ‖s‖²/2 for s = (x₁x₂, x₁²): J has the rows (x₂, x₁) and (2x₁, 0).
  @Test func theSlicedLossOfAnExampleIsExact() {
    let (x, v) = (Tensor([[2, 3]], dtype: .float64), Tensor([[1, -2]], dtype: .float64))
    let loss = slicedScoreLoss(at: x, along: v) { x in
      let (a, b) = (x.sliced(0..<1, along: 1), x.sliced(1..<2, along: 1))
      return Tensor.concatenated([a * b, square(a)], along: 1)
    }
    // J v = (3·1 + 2·(−2), 4·1) = (−1, 4), vᵀ J v = −9; ‖(6, 4)‖²/2 = 26.
    #expect(abs(loss.scalar - 17) < 1e-12)
  }

  @Test func aMixturesScoresAreThoseThatAreKnown() {
    let (mixture, one) = (KnownMixture(variance: 1), Tensor([1.0], dtype: .float64))
    #expect(abs(mixture.score(of: one, signal: 1, noise: 0).scalar - 0.92805516) < 1e-8)
    let share = 0.0785872429
    let noisy = mixture.score(
      of: one, signal: share.squareRoot(), noise: (1 - share).squareRoot()
    ).scalar
    #expect(abs(noisy + 0.714915219) < 1e-8)
    #expect(abs(-(1 - share).squareRoot() * noisy - 0.686248886) < 1e-8)
  }
}
