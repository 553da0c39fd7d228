import Inference
import Tensor
import Testing

@Suite struct HiddenMarkovTests {
  private let model = HiddenMarkovModel(
    initial: Tensor([0.6, 0.4], dtype: .float64),
    transition: Tensor([[0.7, 0.3], [0.2, 0.8]], dtype: .float64),
    emissions: CategoricalEmissions(
      probabilities: Tensor([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]], dtype: .float64)))

  /// p(x, states) of all 2ⁿ paths.
  private func paths(_ x: [Int]) -> [(states: [Int], probability: Double)] {
    let (pi, a, b) = (
      model.initial.doubles, model.transition.doubles, model.emissions.probabilities.doubles
    )
    return (0..<1 << x.count).map { code in
      let states = x.indices.map { code >> $0 & 1 }
      var p = pi[states[0]]
      for t in x.indices {
        if t > 0 { p *= a[2 * states[t - 1] + states[t]] }
        p *= b[3 * states[t] + x[t]]
      }
      return (states, p)
    }
  }

  @Test func agreesWithTheSumOverAllPaths() {
    let x = [0, 2, 1, 1, 2, 0]
    let sequence = Tensor(x.map(Double.init), dtype: .float64)
    let all = paths(x)
    let total = all.reduce(0) { $0 + $1.probability }
    let found = model.posterior(of: sequence)
    #expect(Swift.abs(exp(Tensor(found.logLikelihood, dtype: .float64)).scalar - total) < 1e-15)
    #expect(Swift.abs(model.logLikelihood(of: sequence) - found.logLikelihood) < 1e-13)
    for t in x.indices {
      let first = all.reduce(0) { $0 + ($1.states[t] == 0 ? $1.probability : 0) } / total
      #expect(Swift.abs(found.states.doubles[2 * t] - first) < 1e-13)
    }
    var expected = [Double](repeating: 0, count: 4)
    for path in all {
      for t in 1..<x.count {
        expected[2 * path.states[t - 1] + path.states[t]] += path.probability / total
      }
    }
    for (a, b) in zip(found.transitions.doubles, expected) { #expect(Swift.abs(a - b) < 1e-12) }
    let best = model.mostProbableStates(of: sequence)
    let largest = all.max { $0.probability < $1.probability }
    #expect(best.states == largest?.states)
  }

  @Test func longSequencesDoNotUnderflow() {
    let x = Random(seed: 1).categorical([1_000], logits: Tensor([0, 0, 0], dtype: .float64))
    let found = model.posterior(of: x)
    #expect(found.logLikelihood.isFinite && found.logLikelihood < -900)
    #expect(abs(found.states.sum(along: 1) - 1).max().scalar < 1e-12)
    #expect(Swift.abs(found.transitions.sum().scalar - 999) < 1e-8)
  }

  @Test func theLikelihoodRises() throws {
    let random = Random(seed: 2)
    let sequences = (0..<2).map { _ in
      let states = model.sampleStates(60, using: random)
      let rows = log(model.emissions.probabilities).gatheredRows(at: states)
      return random.categorical(logits: rows)
    }
    let start = HiddenMarkovModel(
      initial: Tensor([0.5, 0.5], dtype: .float64),
      transition: Tensor([[0.6, 0.4], [0.4, 0.6]], dtype: .float64),
      emissions: CategoricalEmissions(
        probabilities: Tensor([[0.4, 0.3, 0.3], [0.3, 0.3, 0.4]], dtype: .float64)))
    let fit = try BaumWelch(sequences).fit(from: start, driver: .init(iterationLimit: 20))
    let values = fit.bounds.map(\.objective)
    #expect(zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
    #expect(values.count > 2)
  }

  @Test func gaussianStatesAreFound() throws {
    let random = Random(seed: 3)
    let states = model.sampleStates(150, using: random)
    let noise = random.normal([150, 1], dtype: .float64)
    let places = Tensor([[-2], [3]], dtype: .float64).gatheredRows(at: states)
    let start = HiddenMarkovModel(
      initial: Tensor([0.5, 0.5], dtype: .float64),
      transition: Tensor([[0.5, 0.5], [0.5, 0.5]], dtype: .float64),
      emissions: try GaussianEmissions(
        means: Tensor([[-1], [1]], dtype: .float64),
        covariances: Tensor([[[4]], [[4]]], dtype: .float64)))
    let fit = try BaumWelch([places + noise]).fit(from: start, driver: .init(iterationLimit: 30))
    let values = fit.bounds.map(\.objective)
    #expect(zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
    let means = fit.parameters.emissions.components.means.doubles
    #expect(Swift.abs(means[0] + 2) < 0.4 && Swift.abs(means[1] - 3) < 0.4)
    let found = fit.parameters.mostProbableStates(of: places + noise).states
    #expect(zip(found, states).count { $0 == $1 } > 140)
  }
}
