import CKernels
import Testing

@testable import Tensor

/// The derivative L of w = log z with respect to the shape a of a gamma sample z at a fixed
/// quantile, and the derivatives of L with respect to a and w.
private struct SlopeRow: Sendable {
  let shape: Double
  let logarithm: Double
  let slopes: [Double]

  init(_ shape: Double, _ logarithm: Double, _ slopes: [Double]) {
    (self.shape, self.logarithm, self.slopes) = (shape, logarithm, slopes)
  }
}

/// Computed by differences of the distribution function with 80 digits.
private let rows: [SlopeRow] = [
  .init(0.001, -2500.0, [2499424.4280681896, -2499422785.5349937, -999.99999999999998]),
  .init(0.001, -0.25, [704.26999127946241, -703321.40672924368, -452.54382122095294]),
  .init(0.001, 0.75, [346.48369949749187, -345831.16069833871, -268.1660580390965]),
  .init(0.1, -8.0, [75.788332353965683, -743.57201210176395, -9.9771640226718347]),
  .init(0.5, -3.0, [6.324313578782194, -10.915812984601714, -1.8107977828858811]),
  .init(0.5, 1.25, [0.87859103190347225, -1.0689647792661738, -0.58622152127974323]),
  .init(1, -1.0, [1.8329897900481257, -1.3339705675795963, -0.73588619531379469]),
  .init(2.5, 0.5, [0.52209114606457137, -0.12567759169797732, -0.24128844675531892]),
  .init(2.5, 2.25, [0.2035281650746328, -0.03684621344489401, -0.12464230655445147]),
  .init(12, 2.0, [0.10662179994352608, -0.0049267838693726429, -0.04896545819482589]),
  .init(12, 3.0, [0.064591293072805716, -0.0025335376235124888, -0.035083034967581538]),
  .init(29, 3.25, [0.036755222708991018, -0.0006534507530750388, -0.018016397098892333]),
  .init(30, 3.5, [0.031890469971834515, -0.00052863860864055633, -0.016208640177104867]),
  .init(30, 2.625, [0.048188450878625143, -0.00091520182053202352, -0.020994348607598542]),
  .init(75, 4.25, [0.013818989604266484, -9.3574400220704017e-5, -0.0068316235801104197]),
  .init(400, 6.0, [0.0024903833467392639, -3.1111439501646416e-6, -0.0012469635113103221]),
  .init(1000.0, 7.0, [0.00095474569894022209, -4.7019281821947602e-7, -0.00048471196660802946]),
  .init(1000.0, 6.75, [0.0010811306994563687, -5.549542408197724e-7, -0.00052635650081772457]),
  .init(
    1000000.0, 13.8125, [1.0015062011879329e-6, -5.010045252130314e-13, -5.0050184289255681e-7]),
  .init(
    1000000.0, 13.8155, [1.0000054456589894e-6, -5.0000376933234758e-13, -5.0000184299422162e-7]),
]

@Suite struct GammaSlopeTests {
  @Test(arguments: rows.indices)
  func slopesAgainstManyDigits(_ index: Int) {
    let row = rows[index]
    for (part, expected) in zip(
      [CKGammaSlope.itself, .inShape, .inLogarithm], row.slopes)
    {
      var found = 0.0
      withUnsafePointer(to: row.shape) { shape in
        withUnsafePointer(to: row.logarithm) { logarithm in
          ck_log_gamma_slope(part, CKParameter(values: shape, step: 0), logarithm, &found, 0, 1)
        }
      }
      #expect(Swift.abs(found / expected - 1) < 1e-8, "\(part): \(found) for \(expected)")
    }
  }

  @Test func theSlopeHasTheRightGradient() {
    let shapes = Tensor(rows.map(\.shape), dtype: .float64)
    let logarithms = Tensor(rows.map(\.logarithm), dtype: .float64)
    // Not at the smallest shapes, for which a step of 2e-4 is large.
    for range in [3..<12, 12..<15] {
      let check = checkGradient(
        of: { logGammaSlope($0[0], $0[1]) },
        at: [shapes.sliced(range), logarithms.sliced(range)], order: 1)
      #expect(check.passes(), "\(range): \(check)")
    }
  }
}

@Suite struct SamplerGradientTests {
  private let count = 20_000

  /// Checks the mean of samples' gradients with respect to a parameter, and its derivative.
  private func expectMeanGradient(
    _ expected: Double, within tolerance: Double, at parameter: Double,
    _ function: (Tensor) -> Tensor, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = gradient(at: Tensor(parameter, dtype: .float64)) { function($0).mean() }.scalar
    #expect(
      Swift.abs(found - expected) < tolerance, "\(found) for \(expected)",
      sourceLocation: sourceLocation)
  }

  @Test func gammaSamplesHaveTheGradientOfTheirMoments() {
    for a in [0.05, 0.7, 3, 50, 1e6] {
      // E z = a, E z² = a (a + 1).
      expectMeanGradient(1, within: 0.05, at: a) {
        Random(seed: 71).gamma([count], concentration: $0, rate: Tensor(1, dtype: .float64))
      }
      expectMeanGradient(2 * a + 1, within: 0.1 * (2 * a + 1), at: a) {
        square(Random(seed: 72).gamma([count], concentration: $0, rate: Tensor(1, dtype: .float64)))
      }
    }
    // E log z = ψ(a): its derivatives at 0.001, ½ and 2 are 10⁶ + 1.6429, π²/2 and π²/6 − 1.
    for (a, trigamma) in [(1e-3, 1_000_001.6425), (0.5, 4.9348), (2, 0.6449)] {
      expectMeanGradient(trigamma, within: 0.04 * trigamma, at: a) {
        Random(seed: 73).logGamma([count], concentration: $0)
      }
    }
    expectMeanGradient(-3.0 / 4, within: 0.02, at: 2) {
      Random(seed: 74).gamma([count], concentration: Tensor(3, dtype: .float64), rate: $0)
    }
  }

  @Test func madeOfGammaSamplesToo() {
    let one = Tensor(1, dtype: .float64)
    // The mean a / (a + b) has the derivative b / (a + b)² in a.
    for a in [0.02, 0.7, 5] {
      expectMeanGradient(2 / ((a + 2) * (a + 2)), within: 0.02, at: a) {
        Random(seed: 75).beta([count], $0, 2 * one)
      }
      expectMeanGradient(-2 / ((a + 2) * (a + 2)), within: 0.02, at: a) {
        Random(seed: 76).beta([count], 2 * one, $0)
      }
    }
    let gradients = gradient(at: Tensor([0.3, 1, 0.7], dtype: .float64)) {
      Random(seed: 77).dirichlet([count], concentration: $0).mean(along: 0).sliced(1..<2)
    }
    for (found, expected) in zip(gradients.doubles, [-0.25, 0.25, -0.25]) {
      #expect(Swift.abs(found - expected) < 0.02)
    }
    // The variance ν / (ν − 2).
    expectMeanGradient(-2.0 / 64, within: 0.005, at: 10) {
      square(
        Random(seed: 78).studentT([count], degreesOfFreedom: $0, location: 0 * one, scale: one))
    }
    expectMeanGradient(1.5, within: 0.05, at: 3) {
      Random(seed: 79).studentT(
        [count], degreesOfFreedom: 30 * one, location: 1.5 * $0, scale: $0)
    }
    // The mean ν L Lᵀ.
    let factor = Tensor([[1, 0], [0.5, 2]], dtype: .float64)
    expectMeanGradient(4.25, within: 0.15, at: 5) {
      Random(seed: 80).wishart([2_000], degreesOfFreedom: $0, choleskyFactor: factor)
        .sliced(1..<2, along: 1).sliced(1..<2, along: 2)
    }
    let factorGradient = gradient(at: factor) {
      Random(seed: 81).wishart(
        [2_000], degreesOfFreedom: Tensor(5, dtype: .float64), choleskyFactor: $0
      )
      .mean(along: 0).sliced(1..<2).sliced(1..<2, along: 1)
    }
    for (found, expected) in zip(factorGradient.doubles, [0.0, 0, 5, 20]) {
      #expect(Swift.abs(found - expected) < 0.6)
    }
  }

  /// A sample's second derivative is that of its quantile: of z = −log(1 − u) at a = 1, by differences of
  /// the quantile in 40 digits; and E z² = a (a + 1) has the second derivative 2.
  @Test func secondDerivatives() {
    let random = { Random(seed: 82) }
    for a in [0.3, 3, 200] {
      let second = gradient(at: Tensor(a, dtype: .float64)) { a in
        gradient(at: a) { a in
          square(random().gamma([count], concentration: a, rate: Tensor(1, dtype: .float64))).mean()
        }
      }
      #expect(Swift.abs(second.scalar - 2) < 0.15, "\(a): \(second.scalar)")
    }
    let mixed = gradient(at: Tensor(2, dtype: .float64)) { b in
      gradient(at: Tensor(2, dtype: .float64)) { a in random().beta([count], a, b).mean() }
    }
    // Of a / (a + b): (a − b) / (a + b)³ = 0.
    #expect(Swift.abs(mixed.scalar) < 0.01)
  }

  @Test func gradientsHaveTheParametersTypeAndShape() {
    let slopes = gradient(at: Tensor([[0.5], [2]])) {
      Random(seed: 83).gamma([4, 2, 3], concentration: $0, rate: Tensor([1, 2, 3])).sum()
    }
    #expect(slopes.shape == [2, 1] && slopes.dtype == .float32 && slopes.isFinite)
    // Here most shares are 0.
    let corners = gradient(at: Tensor([1e-3, 1e-3, 1e-3])) {
      Random(seed: 87).dirichlet([200], concentration: $0).sliced(0..<1, along: 1).mean()
    }
    #expect(corners.isFinite)
    let zeros = gradient(at: Tensor(1e-3)) {
      Random(seed: 88).gamma([200], concentration: $0, rate: Tensor(1)).mean()
    }
    #expect(zeros.isFinite)
  }

  @Test func fixedNoiseIsMovedAndScaled() {
    let rate = Tensor(2, dtype: .float64)
    let draw = { (rate: Tensor) in Random(seed: 84).exponential([10], rate: rate).sum() }
    let slope = gradient(at: rate, draw)
    #expect(Swift.abs(slope.scalar + draw(rate).scalar / 2) < 1e-12)
    for sampler in [Random.laplace, Random.cauchy]
      as [(Random) -> ([Int]?, Tensor, Tensor) -> Tensor]
    {
      let slopes = gradient(at: Tensor([3, 2], dtype: .float64)) { x in
        sampler(Random(seed: 89))([5], x.sliced(0..<1), x.sliced(1..<2)).sum()
      }
      let noise = sampler(Random(seed: 89))(
        [5], Tensor(0, dtype: .float64), Tensor(1, dtype: .float64))
      #expect(abs(slopes - Tensor([5, noise.sum().scalar], dtype: .float64)).max().scalar < 1e-12)
    }
  }

  @Test func discreteSamplesAreConstants() {
    let slope = gradient(at: Tensor([0.5, 1])) { x in
      let samples = Random(seed: 85).categorical([3], logits: x)
      return (samples + Random(seed: 86).poisson(rate: exp(x.sum()).broadcast(to: [3]))).sum()
    }
    #expect(slope.scalars == [0, 0])
  }
}
