import Inference
import Tensor
import Testing

@Suite struct BernoulliMixtureTests {
  private let truth = BernoulliMixture(
    weights: Tensor([0.6, 0.4], dtype: .float64),
    probabilities: Tensor(
      [[0.9, 0.8, 0.1, 0.2, 0.9], [0.1, 0.3, 0.9, 0.7, 0.2]], dtype: .float64))

  @Test func itsDensitySumsToOne() {
    let outcomes = Tensor(
      (0..<32).map { code in (0..<5).map { Double(code >> $0 & 1) } }, dtype: .float64)
    #expect(Swift.abs(exp(truth.logDensity(of: outcomes)).sum().scalar - 1) < 1e-14)
  }

  @Test(arguments: [0, 0.1, 1])
  func theObjectiveRises(_ pseudocount: Double) throws {
    let x = truth.sample(200, using: Random(seed: 1)).points
    let fit = try BernoulliMixture.fit(
      x, components: 2, starts: 2, pseudocount: pseudocount, using: Random(seed: 2))
    let values = fit.bounds.map(\.objective)
    #expect(zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
    #expect(fit.hasConverged)
    let first = fit.model.weights.doubles[0] > 0.5 ? [0, 1] : [1, 0]
    let found = fit.model.probabilities.gatheredRows(at: first)
    #expect(abs(found - truth.probabilities).max().scalar < 0.2)
    #expect(fit.model.parameterCount == 11)
  }

  @Test func aSweepIsThatOfTheFormulas() throws {
    let x = Tensor([[1, 0], [1, 1], [0, 1]], dtype: .float64)
    let start = BernoulliMixture(
      weights: Tensor([0.5, 0.5], dtype: .float64),
      probabilities: Tensor([[0.75, 0.25], [0.25, 0.75]], dtype: .float64))
    let fit = try BernoulliMixture.fit(
      x, components: 2, start: .mixture(start), driver: .init(iterationLimit: 1),
      using: Random(seed: 0))
    // Responsibilities of the first: 0.9, 0.5, 0.1.
    #expect(Swift.abs(fit.model.weights.doubles[0] - 0.5) < 1e-14)
    #expect(Swift.abs(fit.model.probabilities.doubles[0] - 1.5 / 1.7) < 1e-14)
    #expect(Swift.abs(fit.model.probabilities.doubles[1] - 0.7 / 1.7) < 1e-14)
  }

  @Test func tellsBadData() {
    #expect(throws: MixtureError.self) {
      try BernoulliMixture.fit(
        Tensor([[2], [1]], dtype: .float64), components: 1, using: Random(seed: 0))
    }
  }
}
