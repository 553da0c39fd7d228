import NN
import Tensor
import Testing

/// One initialiser, the variance that its rule gives for a fan-in of 300 and a fan-out of 200, and
/// its fourth moment over the squared variance: 3 for a normal, 9/5 for a uniform distribution.
struct InitializerRow: Sendable, CustomTestStringConvertible {
  let name: String
  let initializer: Initializer
  let variance: Double
  let kurtosis: Double
  var testDescription: String { name }

  init(_ name: String, _ initializer: Initializer, _ variance: Double, _ kurtosis: Double) {
    (self.name, self.initializer) = (name, initializer)
    (self.variance, self.kurtosis) = (variance, kurtosis)
  }
}

private let rows: [InitializerRow] = [
  .init("Glorot uniform", .glorotUniform, 2 / 500, 1.8),
  .init("Glorot normal", .glorotNormal, 2 / 500, 3),
  .init("He uniform", .heUniform, 2 / 300, 1.8),
  .init("He normal", .heNormal, 2 / 300, 3),
  .init("LeCun uniform", .leCunUniform, 1 / 300, 1.8),
  .init("LeCun normal", .leCunNormal, 1 / 300, 3),
  .init("normal", .normal(standardDeviation: 0.3), 0.09, 3),
  .init("uniform", .uniform(bound: 0.3), 0.03, 1.8),
]

@Suite struct InitializerTests {
  private func draw(_ initializer: Initializer, seed: UInt64) -> Tensor {
    initializer([300, 200], fanIn: 300, fanOut: 200, using: Random(seed: seed))
  }

  /// Moments within five standard errors of the rule's values.
  @Test(arguments: rows)
  func moments(_ row: InitializerRow) {
    let x = draw(row.initializer, seed: 1).converted(to: .float64)
    let count = Double(x.count)
    let variance = x.variance().scalar
    #expect(x.shape == [300, 200])
    #expect(Swift.abs(x.mean().scalar) < 5 * (row.variance / count).squareRoot())
    let relativeError = ((row.kurtosis - 1) / count).squareRoot()
    #expect(Swift.abs(variance / row.variance - 1) < 5 * relativeError)
    let kurtosis = pow(x, 4).mean().scalar / (variance * variance)
    #expect(Swift.abs(kurtosis - row.kurtosis) < 0.15)
    if row.kurtosis < 3 {
      let bound = (3 * row.variance).squareRoot()
      #expect(x.max().scalar <= bound * 1.000001 && x.max().scalar > 0.999 * bound)
      #expect(x.min().scalar >= -bound * 1.000001 && x.min().scalar < -0.999 * bound)
    }
  }

  @Test(arguments: rows)
  func theSameSeedGivesTheSameBits(_ row: InitializerRow) {
    let x = draw(row.initializer, seed: 2)
    #expect(x == draw(row.initializer, seed: 2))
    #expect(x != draw(row.initializer, seed: 3))
    #expect(x.dtype == .float32)
  }

  @Test func theFansAreNotTheShape() {
    // A convolution's fan-in includes the kernel's pixels.
    let x = Initializer.heNormal([50, 400], fanIn: 9 * 50, fanOut: 9 * 400, using: Random(seed: 4))
    #expect(Swift.abs(x.variance().scalar * 450 / 2 - 1) < 0.05)
  }

  @Test func normalAboutAMean() {
    let x = draw(.normal(mean: 1, standardDeviation: 0.02), seed: 1)
    #expect(abs(x - (1 + 0.02 * Random(seed: 1).normal([300, 200]))).max().scalar < 1e-6)
  }

  @Test func constant() {
    #expect(draw(.constant(0.5), seed: 1) == Tensor(filledWith: 0.5, [300, 200]))
  }
}
