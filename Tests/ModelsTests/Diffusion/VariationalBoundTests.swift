import Foundation
import Models
import Tensor
import Testing

@Suite struct VariationalBoundTests {
  private let schedule = NoiseSchedule(.linear, steps: 1_000)

  /// The bound for N(0, 1) with the exact mean √ᾱ x of x₀: with the variance β it is the entropy.
  @Test(arguments: [(DiffusionSampler.Variance.beta, 1.41893853), (.posterior, 1.88383085)])
  func theBoundOfAGaussianIsKnown(_ variance: DiffusionSampler.Variance, expected: Double) {
    let random = Random(seed: 2)
    let data = random.normal([1_000, 1], dtype: .float64)
    let bound = VariationalBound.estimate(
      of: data, schedule, variance: variance, isByte: false, using: random
    ) { state, level in level.signal * state }
    let total = bound.total
    let deviation = (total.variance().scalar / 1_000).squareRoot()
    #expect(abs(total.mean().scalar - expected) < 5 * deviation, "\(total.mean())")
    #expect(bound.steps.shape == [999, 1_000] && bound.steps.min().scalar >= -1e-12)
  }

  @Test func whatIsLeftAtTheEndIsKnown() {
    let bound = VariationalBound.estimate(
      of: Tensor([[1.0]], dtype: .float64), schedule, isByte: false, using: Random(seed: 1)
    ) { state, _ in state }
    #expect(abs(bound.prior.scalar / 2.01795560e-5 - 1) < 1e-6)
  }

  /// With the true x₀, a model still needs the bits of the last step's noise, N(0, β₁), within a
  /// byte; an uninformative model needs eight or more.
  @Test func bytesAreCountedInBits() {
    let random = Random(seed: 4)
    let bytes = (0..<64).map { 2 + 3 * $0 }
    let data = Tensor(bytes.map { Double($0) / 127.5 - 1 }, shape: [4, 16], dtype: .float64)
    let certain = VariationalBound.estimate(of: data, schedule, isByte: true, using: random) {
      _, _ in data
    }
    // Half a byte, in standard deviations.
    let halfByte = 1 / 255.0 / 0.01
    let mass = Foundation.erf(halfByte / 2.0.squareRoot())
    for found in certain.reconstruction.doubles {
      #expect(abs(found + 16 * Foundation.log(mass)) < 1e-6)
    }
    #expect(abs(certain.steps.sum().scalar / 64 - stepsOfTheTruth()) < 1e-6)
    let ignorant = VariationalBound.estimate(of: data, schedule, isByte: true, using: random) {
      state, _ in 0 * state
    }
    #expect(ignorant.bitsPerDimension(of: 16).min().scalar > 8)
  }

  /// Σ ½ (β̃/β − 1 − log(β̃/β)): the cost of the variance β if the mean is right.
  private func stepsOfTheTruth() -> Double {
    (2...1_000).map { step in
      let shares = schedule.signalShare
      let ratio = (1 - shares[step - 1]) / (1 - shares[step])
      return 0.5 * (ratio - 1 - Foundation.log(ratio))
    }.reduce(0, +)
  }
}
