import CKernels
import Testing

@testable import Tensor

@Suite struct MixturePointsTests {
  private static let instructionSets = ["AVX-512", "AVX2", "baseline"]
    .filter { (name: String) in ck_mixtures_named(name) != nil }

  /// Points, and lower triangular factors of the precisions of some components.
  private struct Mixture {
    let x, constants, means, inverses: Tensor

    init(_ n: Int, _ d: Int, _ k: Int, isDiagonal: Bool) {
      let random = Random(seed: 5)
      x = random.normal([n, d], dtype: .float64)
      constants = random.normal([k], dtype: .float64)
      means = random.normal([k, d], dtype: .float64)
      let all = random.normal([k, d, d], dtype: .float64)
      inverses = isDiagonal ? all.diagonal().diagonalMatrix() : all.lowerTriangle()
    }

    var components: MixturePoints.Components { components(isDiagonal: false) }
    func components(isDiagonal: Bool) -> MixturePoints.Components {
      .init(logConstants: constants, means: means, inverses: inverses, isDiagonal: isDiagonal)
    }

    /// The same by tensor operations.
    var logJoint: Tensor {
      let deviations = x.expanded(at: 1) - means.expanded(at: 0)  // [n, k, d]
      let whitened = deviations.permuted(to: [1, 0, 2]).matmul(inverses, transposeRight: true)
      return constants - 0.5 * square(whitened).sum(along: 2).transposed()
    }

    func scatters(_ weights: Tensor) -> Tensor {
      let deviations = (x.expanded(at: 1) - means.expanded(at: 0)).permuted(to: [1, 0, 2])
      let weighted = deviations * weights.transposed().expanded(at: 2)
      return weighted.matmul(deviations, transposeLeft: true)
    }
  }

  private static let sizes = [(1, 1, 1), (15, 2, 3), (16, 4, 2), (37, 8, 10), (1_100, 7, 4)]

  @Test(arguments: sizes, [false, true])
  func againstOperationsOfTensors(_ size: (n: Int, d: Int, k: Int), isDiagonal: Bool) {
    let mixture = Mixture(size.n, size.d, size.k, isDiagonal: isDiagonal)
    let points = MixturePoints(mixture.x)
    let components = mixture.components(isDiagonal: isDiagonal)
    let expected = mixture.logJoint
    let scale = abs(expected).max().scalar
    #expect(abs(points.logJoint(components) - expected).max().scalar < 1e-13 * scale)
    let (densities, q) = points.posterior(components)
    #expect(abs(densities - expected.logSumExp(along: 1)).max().scalar < 1e-13 * scale)
    #expect(abs(q - softmax(expected, along: 1)).max().scalar < 1e-13 * max(1, scale))
    let scatters = mixture.scatters(q)
    let found = points.scatters(around: mixture.means, weights: q, isDiagonal: isDiagonal)
    let wanted = isDiagonal ? scatters.diagonal().diagonalMatrix() : scatters
    #expect(abs(found - wanted).max().scalar < 1e-11)
  }

  @Test(arguments: instructionSets)
  func eachInstructionSet(_ name: String) async {
    await #expect(processExitsWith: .success) { [name] in
      #expect(ck_use_instruction_set(name))
      let mixture = Mixture(37, 9, 5, isDiagonal: false)
      let points = MixturePoints(mixture.x)
      let expected = mixture.logJoint
      let scale = abs(expected).max().scalar
      let (densities, q) = points.posterior(mixture.components)
      #expect(abs(densities - expected.logSumExp(along: 1)).max().scalar < 1e-13 * scale)
      #expect(abs(q - softmax(expected, along: 1)).max().scalar < 1e-13 * scale)
      let found = points.scatters(around: mixture.means, weights: q, isDiagonal: false)
      #expect(abs(found - mixture.scatters(q)).max().scalar < 1e-11)
    }
  }

  /// A point so far away that its density is 0 does not affect the others' results.
  @Test func aPointWithoutDensityIsToldByItsDensity() {
    let x = Tensor([0.0, 1e200, 1], shape: [3, 1], dtype: .float64)
    let components = MixturePoints.Components(
      logConstants: .zeros([2], dtype: .float64),
      means: Tensor([0.0, 1], shape: [2, 1], dtype: .float64),
      inverses: .ones([2, 1, 1], dtype: .float64), isDiagonal: false)
    let (densities, q) = MixturePoints(x).posterior(components)
    #expect(densities.doubles[1] == -.infinity)
    #expect(densities.doubles[0].isFinite && densities.doubles[2].isFinite)
    #expect(q.doubles[0] + q.doubles[1] == 1)
  }

  @Test func sameAtAnyNumberOfThreads() {
    let mixture = Mixture(3_000, 3, 4, isDiagonal: false)
    let points = MixturePoints(mixture.x)
    expectSameAtAnyNumberOfThreads {
      let (densities, q) = points.posterior(mixture.components)
      let scatters = points.scatters(around: mixture.means, weights: q, isDiagonal: false)
      return densities.doubles + q.doubles + scatters.doubles
    }
  }
}
