import ModelSupport
import Models
import Evaluation
import Tensor
import Testing

/// Compared with closed forms.
@Suite struct FrechetDistanceTests {
  private func gaussian(_ mean: [Double], _ covariance: [[Double]]) -> GaussianMoments {
    GaussianMoments(
      mean: Tensor(mean, dtype: .float64), covariance: Tensor(covariance, dtype: .float64))
  }

  /// A covariance of full rank.
  private func covariance(_ n: Int, seed: UInt64) -> Tensor {
    let a = Random(seed: seed).normal([n, 2 * n], dtype: .float64)
    return a.matmul(a, transposeRight: true) / Double(2 * n)
  }

  /// A rotation: the eigenvectors of some symmetric matrix.
  private func rotation(_ n: Int) -> Tensor {
    covariance(n, seed: 99).symmetricEigendecomposition().vectors
  }

  @Test func inOneDimensionItIsOfMeansAndStandardDeviations() {
    let (a, b) = (gaussian([1], [[4]]), gaussian([-2], [[0.25]]))
    #expect(abs(a.squaredFrechetDistance(to: b) - (9 + 1.5 * 1.5)) < 1e-12)
  }

  @Test func ofDiagonalCovariancesItIsTheSumOverTheAxes() {
    let a = gaussian([0, 1, 2], [[1, 0, 0], [0, 4, 0], [0, 0, 9]])
    let b = gaussian([0, 3, 2], [[4, 0, 0], [0, 4, 0], [0, 0, 0]])
    #expect(abs(a.squaredFrechetDistance(to: b) - (4 + 1 + 0 + 9)) < 1e-12)
  }

  @Test func fromItselfItIsZeroAndBothWaysTheSame() {
    let mean = Random(seed: 1).normal([20], dtype: .float64)
    let a = GaussianMoments(mean: mean, covariance: covariance(20, seed: 2))
    let b = GaussianMoments(mean: 2 * mean, covariance: covariance(20, seed: 3))
    #expect(abs(a.squaredFrechetDistance(to: a)) < 1e-10)
    let (there, back) = (a.squaredFrechetDistance(to: b), b.squaredFrechetDistance(to: a))
    #expect(abs(there - back) < 1e-10 && there > 1)
  }

  /// Σ and its multiple k² Σ have the same eigenvectors, so that the distance is (k − 1)² tr Σ,
  /// whatever the axes.
  @Test func ofMultiplesItIsOfTheTrace() {
    let sigma = covariance(12, seed: 4)
    let mean = Tensor.zeros([12], dtype: .float64)
    let trace = (sigma * Tensor.identity(12, dtype: .float64)).sum().scalar
    let a = GaussianMoments(mean: mean, covariance: sigma)
    let b = GaussianMoments(mean: mean, covariance: 9 * sigma)
    #expect(abs(a.squaredFrechetDistance(to: b) - 4 * trace) < 1e-10)
  }

  @Test func turningBothChangesNothing() {
    let turn = rotation(8)
    func turned(_ g: GaussianMoments) -> GaussianMoments {
      GaussianMoments(
        mean: turn.matmul(g.mean.expanded(at: 1)).squeezed(at: 1),
        covariance: turn.matmul(g.covariance).matmul(turn, transposeRight: true))
    }
    let random = Random(seed: 5)
    let a = GaussianMoments(
      mean: random.normal([8], dtype: .float64), covariance: covariance(8, seed: 6))
    let b = GaussianMoments(
      mean: random.normal([8], dtype: .float64), covariance: covariance(8, seed: 7))
    let difference =
      a.squaredFrechetDistance(to: b) - turned(a).squaredFrechetDistance(to: turned(b))
    #expect(abs(difference) < 1e-10)
  }

  /// Two covariances that are not simultaneously diagonalisable: (Σ₁ Σ₂)^½ of 2×2 matrices has the
  /// trace (tr Σ₁Σ₂ + 2 √det Σ₁Σ₂)^½.
  @Test func ofTwoByTwoCovariancesByHand() {
    let a = gaussian([0, 0], [[2, 1], [1, 2]])
    let b = gaussian([0, 0], [[3, -1], [-1, 1]])
    let trace = 6.0 - 1 - 1 + 2
    let determinant = 3.0 * 2.0
    let cross = (trace + 2 * determinant.squareRoot()).squareRoot()
    let expected = 8 - 2 * cross
    #expect(abs(a.squaredFrechetDistance(to: b) - expected) < 1e-12)
  }
}
