import Distributions
import Tensor
import Testing

@Suite struct VonMisesTests {
  /// Values of 40 digits: x, log p(x) and P(X ≤ x).
  private static let rows:
    [(
      location: Double, concentration: Double, entropy: Double,
      values: [(x: Double, logDensity: Double, cumulative: Double)]
    )] = [
      (
        1, 0.3, 1.8157505269491248,
        [
          (-3.0, -2.056344841290471, 0.018418563894543579),
          (0.5, -1.5969769864642756, 0.51725843297616848),
          (3.0, -1.9850958059955301, 0.98091213385764267),
        ]
      ),
      (
        1, 4, 0.80875941782660246,
        [
          (-3.0, -6.8774243453792525, 0.00018392735453525842),
          (0.5, -0.75251961436331393, 0.17108541671772083),
          (2.5, -3.9799010552539932, 0.9956418003508421),
        ]
      ),
      (
        0.5, 49, -0.52178917623542411,
        [
          (-0.5, -21.500793019616419, 1.0984989427047725e-11),
          (0.4, 0.77959809146799781, 0.24261835694324395),
          (0.75, -0.49889734333367031, 0.95915096014579811),
        ]
      ),
      (
        0.5, 51, -0.54199819260691226,
        [
          (-0.5, -22.400083633624299, 4.2963416489841888e-12),
          (0.4, 0.7897111962798896, 0.23820819529726192),
          (0.75, -0.54096772565654048, 0.96215609180330425),
        ]
      ),
      (
        -1, 100_000, -4.3375216992616912,
        [
          (-1.02, -15.161810392947967, 1.2707463944825448e-10),
          (-1.001, 4.7875229534408579, 0.37591497202863421),
          (-0.995, 3.5875255534386879, 0.94307643683860124),
        ]
      ),
    ]

  @Test(arguments: rows.indices) func values(_ index: Int) {
    let row = Self.rows[index]
    let p = VonMises(location: row.location, concentration: row.concentration)
    // A large concentration amplifies only the angle's own rounding error.
    let tolerance = 1e-13 * max(10, row.concentration * 1e-2)
    for value in row.values {
      let x = double(value.x)
      #expect(Swift.abs(p.logDensity(of: x).scalar - value.logDensity) < tolerance)
      #expect(Swift.abs(p.cumulative(at: x).scalar - value.cumulative) < tolerance)
    }
    #expect(Swift.abs(p.entropy.scalar - row.entropy) < 1e-12)
  }

  /// Values of 40 digits: μ, κ, p and the angle.
  @Test(arguments: [
    (0.5, 0.25, 0.001, -3.1336415460177452), (-1, 4, 1e-9, -3.1415920370899626),
    (1.5, 8, 0x1p-13, 0.016995100659822381), (3, 100, 0.03125, -3.115904601967933),
    (0.5, 49, 0.75, 0.59664226657953981), (0.5, 51, 1e-12, -0.53317209350433588),
    (-2, 1e5, 0.999, -1.9902277763142682), (1, 2, 0.5, 0.97381087624428377),
  ]) func quantiles(_ location: Double, _ kappa: Double, _ p: Double, _ angle: Double) {
    let found = VonMises(location: location, concentration: kappa).quantile(at: double(p)).scalar
    #expect(Swift.abs(found - angle) < 1e-13, "\(found)")
    let mirrored = VonMises(location: -location, concentration: kappa)
      .quantile(atUpper: double(p)).scalar
    #expect(Swift.abs(found + mirrored) < 1e-15)
  }

  @Test func quantilesAtTheEnds() {
    let p = VonMises(location: double([0, 3]), concentration: double([2, 1e4]))
    let ends = p.quantile(at: double([[0, 0], [1, 1], [-0.1, 1.1]])).doubles
    #expect(ends[..<4] == [-.pi, -.pi, .pi, .pi] && ends[4].isNaN && ends[5].isNaN)
    let check = checkGradient(
      of: { VonMises(location: $0[0], concentration: $0[1]).quantile(at: $0[2]) },
      at: [double([0.3, 1, -2, 3]), double([0.2, 3, 45, 80]), double([0.1, 0.7, 0.4, 0.8])])
    #expect(check.passes(), "\(check)")
  }

  @Test func theEndsOfTheCircle() {
    let p = VonMises(location: 7, concentration: 2)
    #expect(p.logDensity(of: double([-3.2, 3.2])).doubles == twoImpossible)
    #expect(p.logDensity(of: double(Double.nan)).scalar.isNaN)
    let ends = p.cumulative(at: double([-4, -Double.pi, Double.pi, 4])).doubles
    #expect(zip(ends, [0, 0, 1, 1]).allSatisfy { Swift.abs($0 - $1) < 1e-15 })
    let angles = VonMises.wrapped(double([7, -7, 0.5]))
    let expected = double([7 - 2 * Double.pi, 2 * Double.pi - 7, 0.5])
    #expect(abs(angles - expected).max().scalar < 1e-15)
  }

  @Test(arguments: [1e-6, 0.3, 4, 60, 1e6])
  func samplesFollowTheDistributionFunction(_ concentration: Double) {
    let p = VonMises(location: 3, concentration: concentration)
    let count = 4_000
    let x = p.sample([count], using: Random(seed: 5)).sorted()
    #expect(!maximum(x .< -Double.pi, x .> Double.pi).any())
    let steps = (Tensor.range(0..<count, dtype: .float64) + 0.5) / Double(count)
    // 1.95/√n at a level of 0.001.
    #expect(abs(p.cumulative(at: x) - steps).max().scalar < 1.95 / Double(count).squareRoot())
  }

  @Test func extremeConcentrationsAreSampled() {
    let p = VonMises(
      location: double([0, 0]), concentration: double([1e-300, 1e300]))
    let x = p.sample([100], using: Random(seed: 1))
    #expect(x.isFinite && x.shape == [100, 2])
  }

  @Test func theDivergenceIsTheIntegral() {
    let p = VonMises(location: 0, concentration: 2)
    let q = VonMises(location: 1, concentration: 5)
    #expect(Swift.abs(klDivergence(p, q).value.scalar - 1.9911912668960630) < 1e-13)
    #expect(Divergence.jensenShannon(p, q).method == .quadrature)
  }

  @Test func gradients() {
    let check = checkGradient(
      of: {
        let p = VonMises(location: $0[0], concentration: $0[1])
        return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy
          + p.klDivergence(to: VonMises(location: $0[2], concentration: 2 * $0[1]))
      }, at: [double([0.3, 1, -2, 3]), double([0.2, 3, 45, 80]), double([1, 0.4, -2.1, 2.9])])
    #expect(check.passes(), "\(check)")
  }
}
