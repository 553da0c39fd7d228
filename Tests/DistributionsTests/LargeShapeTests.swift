import Distributions
import Tensor
import Testing

/// Values of 40 digits where the plain formula loses accuracy: large shapes, small probabilities,
/// and truncation in a tail.
private let rows: [(name: String, expected: Double, found: @Sendable () -> Tensor)] = [
  // Steep at 0, where 1 − x is 1.
  (
    "beta survival", 0.43793832320217206, { Beta(0x1p-6, 64).survival(at: double(0x1p-60)) }
  ),
  (
    "gamma, near another", 0.0019530861960677417,
    { divergence(gamma(0x1p20, 1), gamma(0x1p20 + 64, 1)) }
  ),
  (
    "gamma of another rate", 0.49967471739913271,
    { divergence(gamma(0x1p20, 2), gamma(0x1p20, 2.001953125)) }
  ),
  (
    "gamma of a small shape", 16536.416312377886,
    { divergence(gamma(100_000, 3), gamma(17, 0.5)) }
  ),
  (
    "inverse gamma", 0.49967471739913271,
    {
      divergence(
        InverseGamma(concentration: 0x1p20, scale: 2),
        InverseGamma(concentration: 0x1p20, scale: 2.001953125))
    }
  ),
  (
    "beta, near another", 0.0013020160065438176,
    { divergence(Beta(0x1p18, 0x1p19), Beta(0x1p18 + 32, 0x1p19)) }
  ),
  (
    "Dirichlet, as beta", 0.0013020160065438176,
    {
      divergence(
        Dirichlet(concentration: double([0x1p18, 0x1p19])),
        Dirichlet(concentration: double([0x1p18 + 32, 0x1p19])))
    }
  ),
  (
    "beta, one power small", 0.30714832861507557,
    { divergence(Beta(0.5, 65536), Beta(0.25, 8192)) }
  ),
  (
    "Poisson, near another", 0.00012206907075077786,
    { divergence(Poisson(rate: 0x1p20), Poisson(rate: 0x1p20 + 16)) }
  ),
  (
    "geometric, rare", 0.30685281990571598,
    { divergence(Geometric(probability: 0x1p-30), Geometric(probability: 0x1p-29)) }
  ),
  ("t in a plane", 2.837877185618635, { student(0x1p24, 2).entropy }),
  ("t in space", 4.2568157784279499, { student(0x1p24, 3).entropy }),
  ("t in space, heavy tails", 5.0769712163322244, { student(3.5, 3).entropy }),
  ("Wishart", 19.471092414107834, { wishart(5).entropy }),
  ("Wishart of a large shape", 57.654606902448462, { wishart(0x1p20).entropy }),
  ("inverse Wishart", 6.5036024484993426, { inverseWishart(5).entropy }),
  ("inverse Wishart of a large shape", -108.70069354373117, { inverseWishart(0x1p20).entropy }),
  ("KL of Wisharts", 5.0297635365705652, { divergence(wishart(5), wishart(7, other)) }),
  (
    "KL of inverse Wisharts", 3.6102426745686296,
    { divergence(inverseWishart(5), inverseWishart(7, other)) }
  ),
]

private let scale = [[7.213, 3.699, 0.251], [3.699, 3.58, 0.461], [0.251, 0.461, 2.212]]
private let other = [[2, 0.5, 0], [0.5, 3, 1], [0.0, 1, 4]]

private func gamma(_ concentration: Double, _ rate: Double) -> Gamma {
  Gamma(concentration: concentration, rate: rate)
}

private func divergence(_ p: any Distribution, _ q: any Distribution) -> Tensor {
  let estimate = klDivergence(p, q)
  #expect(estimate.method == .closedForm)
  return estimate.value
}

private func student(_ freedom: Double, _ n: Int) -> MultivariateStudentT {
  MultivariateStudentT(degreesOfFreedom: double(freedom), normal: .standard(n))
}

private func factor(_ rows: [[Double]]) -> Tensor {
  (try? CholeskyFactor(of: double(rows)))?.lower ?? double(rows)
}

private func wishart(_ freedom: Double, _ rows: [[Double]] = scale) -> Wishart {
  Wishart(degreesOfFreedom: double(freedom), choleskyFactor: factor(rows))
}

private func inverseWishart(_ freedom: Double, _ rows: [[Double]] = scale) -> InverseWishart {
  InverseWishart(degreesOfFreedom: double(freedom), choleskyFactor: factor(rows))
}

@Suite struct LargeShapeTests {
  @Test(arguments: rows.indices) func values(_ index: Int) {
    let row = rows[index]
    let found = row.found().scalar
    #expect(
      Swift.abs(found - row.expected) < 1e-10 * max(1, Swift.abs(row.expected)),
      "\(row.name): \(found)")
  }

  /// Both bounds in one tail: quantiles and the distribution function invert each other, by
  /// symmetry.
  @Test(arguments: [7.0, 9, 20]) func truncatedInATail(_ start: Double) {
    let normal = Normal(mean: 0, standardDeviation: 1)
    let above = Truncated(normal, lower: double(start), upper: double(start + 1))
    let below = Truncated(normal, lower: double(-start - 1), upper: double(-start))
    let p = double([1e-9, 0.1, 0.5, 0.9, 1 - 1e-9])
    let x = above.quantile(at: p)
    #expect(abs(above.cumulative(at: x) - p).max().scalar < 1e-11)
    #expect(abs(x + below.quantile(at: 1 - p)).max().scalar < 1e-11)
  }

  @Test(arguments: scalarRows)
  func upperQuantilesInvertTheSurvival(_ row: ScalarRow) {
    if row.isDiscrete { return }
    let p = row.distribution
    let q = double([0.9, 0.5, 0.01])
    #expect(abs(p.survival(at: p.quantile(atUpper: q)) / q - 1).max().scalar < 1e-9)
    #expect(p.quantile(atUpper: double([-0.1, 1.1])).doubles.allSatisfy { $0.isNaN })
  }

  @Test func momentsOfMatrices() {
    let w = wishart(5).variance.doubles
    // ν (Vᵢⱼ² + Vᵢᵢ Vⱼⱼ).
    #expect(Swift.abs(w[0] - 10 * 7.213 * 7.213) < 1e-11)
    #expect(Swift.abs(w[1] - 5 * (3.699 * 3.699 + 7.213 * 3.58)) < 1e-11)
    // scipy.stats.invwishart.var.
    let expected = [
      1.38739651, 0.49975757, 0.17825953, 0.49975757, 0.34177067, 0.09129433, 0.17825953,
      0.09129433, 0.13047851,
    ]
    #expect(
      zip(inverseWishart(9).variance.doubles, expected).allSatisfy { Swift.abs($0 - $1) < 1e-8 })
    #expect(abs(5 * inverseWishart(9).mean - double(scale)).max().scalar < 1e-13)
    #expect(inverseWishart(4).mean.doubles.allSatisfy { $0.isNaN })
    #expect(inverseWishart(6).variance.doubles.allSatisfy { $0.isNaN })
  }

  @Test func gradients() {
    let check = checkGradient(
      of: { x in
        let (p, q) = (gamma(x[0], x[1]), gamma(x[1] + 3, x[0]))
        let counts = klDivergence(Poisson(rate: x[0]), Poisson(rate: x[1])).value
        return klDivergence(p, q).value + counts
          + klDivergence(Beta(x[0], x[1]), Beta(x[1] + 2, x[0])).value
      }, at: [double([0.7, 20, 3]), double([1.3, 17, 40])])
    #expect(check.passes(), "\(check)")
    let matrices = checkGradient(
      of: { x in
        let (a, b) = (x[0].lowerTriangle(), x[1].lowerTriangle())
        let p = Wishart(degreesOfFreedom: x[2], choleskyFactor: a)
        let q = Wishart(degreesOfFreedom: x[2] + 1, choleskyFactor: b)
        let r = InverseWishart(degreesOfFreedom: x[2], choleskyFactor: a)
        let s = InverseWishart(degreesOfFreedom: x[2] + 1, choleskyFactor: b)
        return p.entropy + r.entropy + p.klDivergence(to: q) + r.klDivergence(to: s)
          + r.variance.sum(along: [-2, -1]) + p.variance.sum(along: [-2, -1])
      }, at: [double([[1.2, 0], [0.3, 0.8]]), double([[0.9, 0], [-0.2, 1.1]]), double([6.5])])
    #expect(matrices.passes(), "\(matrices)")
  }
}

private func gamma(_ concentration: Tensor, _ rate: Tensor) -> Gamma {
  Gamma(concentration: concentration, rate: rate)
}
