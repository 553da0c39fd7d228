import Distributions
import Tensor
import Testing

@Suite struct CategoricalTests {
  private let p = double([0.2, 0.5, 0.3])

  @Test func values() throws {
    let categorical = try Categorical(probabilities: p)
    let x = double([0, 1, 2, 3, -1, 0.5])
    let probabilities = exp(categorical.logDensity(of: x)).doubles
    #expect(zip(probabilities, [0.2, 0.5, 0.3, 0, 0, 0]).allSatisfy { Swift.abs($0 - $1) < 1e-15 })
    #expect(categorical.logDensity(of: double(Double.nan)).scalar.isNaN)
    #expect(Swift.abs(categorical.mean.scalar - 1.1) < 1e-15)
    #expect(Swift.abs(categorical.variance.scalar - 0.49) < 1e-15)
    #expect(Swift.abs(categorical.entropy.scalar - 1.0296530140645737) < 1e-14)
    let below = categorical.cumulative(at: double([-0.5, 0, 0.9, 1, 2, 7])).doubles
    #expect(zip(below, [0, 0.2, 0.2, 0.7, 1, 1]).allSatisfy { Swift.abs($0 - $1) < 1e-15 })
    #expect(
      categorical.quantile(at: double([0, 0.1, 0.3, 0.69, 0.8, 1])).doubles == [0, 0, 1, 1, 2, 2])
  }

  @Test func whatNeverHappensAddsNothing() throws {
    let sure = try Categorical(weights: double([[0, 2, 0], [1, 1, 0]]))
    #expect(abs(sure.entropy - double([0, 0.6931471805599453])).max().scalar < 1e-15)
    #expect(sure.logDensity(of: double([0, 2])).doubles == twoImpossible)
    let slope = gradient(at: double([-Double.infinity, 1, 2])) { Categorical(logits: $0).entropy }
    #expect(slope.isFinite)
  }

  @Test func batchesAndGradients() {
    let random = Random(seed: 7)
    let logits = random.normal([2, 1, 4], dtype: .float64)
    let categorical = Categorical(logits: logits)
    let x = categorical.sample([5, 3], using: random)
    #expect(x.shape == [5, 3, 2, 1])
    let check = checkGradient(
      of: {
        let p = Categorical(logits: $0[0])
        return p.logDensity(of: x) + p.entropy + p.variance
      }, at: [logits])
    #expect(check.passes(), "\(check)")
  }

  @Test func unsuitableProbabilitiesAreThrown() {
    #expect(
      throws: DistributionError.notNormalized(distribution: "Categorical", sum: 1.25, index: 1)
    ) {
      try Categorical(probabilities: double([[0.5, 0.5], [0.75, 0.5]]))
    }
    #expect(
      throws: DistributionError.unsuitableWeight(distribution: "Categorical", weight: -1, index: 1)
    ) {
      try Categorical(weights: double([1, -1]))
    }
    #expect(throws: DistributionError.noMass(distribution: "Categorical")) {
      try Categorical(weights: double([0, 0]))
    }
  }
}
