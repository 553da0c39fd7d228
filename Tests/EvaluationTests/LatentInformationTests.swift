import Distributions
import Foundation
import Tensor
import Testing

@testable import Evaluation

/// I(x; z), KL(q(z) ‖ p(z)) and the active units of posteriors in closed form.
@Suite struct LatentInformationTests {
  private func information(
    _ means: Tensor, variance: Double, dtype: DType = .float64
  ) -> LatentInformation {
    let posterior = DiagonalGaussian(
      mean: means.converted(to: dtype),
      logVariance: Tensor(filledWith: log(variance), means.shape, dtype: dtype))
    return LatentInformation(of: posterior, using: Random(seed: 1), beforeEach: {})
  }

  @Test func codesThatSayNothing() {
    // All N((2, 0), 1): KL to N(0, 1) is 2²/2, all of it due to the marginal.
    let means = Tensor([[2, 0]], dtype: .float64).broadcast(to: [300, 2])
    let found = information(means, variance: 1)
    #expect(found.count == 300 && found.activeUnits == 0 && found.latentSize == 2)
    #expect(abs(found.information) < 1e-12)
    #expect(abs(found.divergence - 2) < 1e-12 && abs(found.marginalDivergence - 2) < 1e-12)
  }

  @Test(arguments: [DType.float32, .float64]) func codesThatSayAll(dtype: DType) {
    // Eight means, far apart: the information is log 8.
    let means = Tensor((0..<8).map { 50 * Double($0) }, dtype: .float64).reshaped(to: [8, 1])
    let found = information(means, variance: 0.01, dtype: dtype)
    // Squares of 35,000 are subtracted from each other.
    #expect(abs(found.information - log(8)) < 1e-8)
    #expect(abs(found.information + found.marginalDivergence - found.divergence) < 1e-9)
    #expect(found.activeUnits == 1)
  }

  /// Two examples at ±m: I is log 2 minus the entropy of which of the two it was, by quadrature.
  @Test func twoOverlappingPosteriors() {
    let (m, half) = (0.8, 40)
    let means = Tensor((0..<2 * half).map { $0 % 2 == 0 ? m : -m }, dtype: .float64)
    let found = information(means.reshaped(to: [2 * half, 1]), variance: 1)
    var expected = 0.0
    for step in -4_000...4_000 {
      let z = 0.0025 * Double(step)
      let density = exp(-0.5 * (z - m) * (z - m)) / (2 * Double.pi).squareRoot()
      expected -= 0.0025 * density * log(0.5 * (1 + exp(-2 * m * z)))
    }
    // The estimate's standard error is 0.5/√10,000.
    #expect(abs(found.information - expected) < 0.03, "\(found) \(expected)")
    #expect(abs(found.divergence - 0.5 * m * m) < 1e-12)
  }

  /// Means N(0, 1 − s²) and variances s² have the marginal N(0, 1): I = −log s.
  @Test func aMarginalThatIsThePrior() {
    let draws = Random(seed: 2).normal([200, 1], dtype: .float64)
    let means = (draws - draws.mean()) * (0.75 / draws.variance().scalar).squareRoot()
    let found = information(means, variance: 0.25)
    #expect(abs(found.information - log(2)) < 0.08, "\(found)")
    #expect(abs(found.marginalDivergence) < 0.08, "\(found)")
  }

  /// Variances of the means of 0.0225, 0.0081 and 0.
  @Test func unitsAreActiveAboveAHundredth() {
    let means = Tensor(
      (0..<100).flatMap { $0 % 2 == 0 ? [0.15, 0.09, 3] : [-0.15, -0.09, 3] }, dtype: .float64
    ).reshaped(to: [100, 3])
    #expect(information(means, variance: 1).activeUnits == 1)
  }
}
