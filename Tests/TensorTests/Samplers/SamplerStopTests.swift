import Mistakes
import Tensor
import Testing

/// Mistakes, and the messages with which the program stops.
private let rows: [(message: String, mistake: @Sendable (Random) -> Void)] = [
  (
    "Random.gamma: expected a finite number above 0 as concentration, found -1.0 at [2]",
    { _ = $0.gamma(concentration: Tensor([1, 2, -1]), rate: Tensor(1)) }
  ),
  (
    "Random.gamma: expected a finite number above 0 as concentration, found 0.0",
    { _ = $0.gamma([3], concentration: 0) }
  ),
  (
    "Random.gamma: expected a finite number above 0 as rate, found nan at [1, 0]",
    { _ = $0.gamma(concentration: Tensor(1), rate: Tensor([[1, 1], [Double.nan, 1]])) }
  ),
  (
    "Random.logGamma: expected a finite number above 0 as concentration, found inf",
    { _ = $0.logGamma([1], concentration: .infinity) }
  ),
  (
    "Random.gamma: expected concentration with a shape that broadcasts to [3], found [2]",
    { _ = $0.gamma([3], concentration: Tensor([1, 2]), rate: Tensor(1)) }
  ),
  (
    "Random.gamma: expected rate with a shape that broadcasts to [2], found [3]",
    { _ = $0.gamma(concentration: Tensor([1, 2]), rate: Tensor([1, 2, 3])) }
  ),
  (
    "Random.gamma: expected concentration with a shape that broadcasts to [3], found [2, 3]",
    { _ = $0.gamma([3], concentration: Tensor.ones([2, 3]), rate: Tensor(1)) }
  ),
  (
    "Random.gamma: expected parameters of one element type, found float64 and rate of float32[]",
    { _ = $0.gamma(concentration: Tensor(1, dtype: .float64), rate: Tensor(1)) }
  ),
  (
    "Random.exponential: expected a finite number above 0 as rate, found -2.0",
    { _ = $0.exponential([1], rate: -2) }
  ),
  (
    "Random.laplace: expected a finite number above 0 as scale, found 0.0",
    { _ = $0.laplace([1], scale: 0) }
  ),
  (
    "Random.cauchy: expected a finite number as location, found inf",
    { _ = $0.cauchy([1], location: .infinity) }
  ),
  ("Random.beta: expected a finite number above 0 as b, found -0.5", { _ = $0.beta([1], 1, -0.5) }),
  (
    "Random.dirichlet: expected a finite number above 0 as concentration, found 0.0 at [1]",
    { _ = $0.dirichlet(concentration: Tensor([1, 0])) }
  ),
  (
    "Random.dirichlet: expected concentration with 1 or more dimensions, found shape []",
    { _ = $0.dirichlet([3], concentration: Tensor(1)) }
  ),
  (
    "Random.dirichlet: expected a concentration for one share or more, found shape [2, 0]",
    { _ = $0.dirichlet(concentration: Tensor.ones([2, 0])) }
  ),
  (
    "Random.dirichlet: expected concentration with a shape that broadcasts to [4] before its last 1"
      + " dimensions, found [2, 3]",
    { _ = $0.dirichlet([4], concentration: Tensor.ones([2, 3])) }
  ),
  (
    "Random.studentT: expected a finite number above 0 as degreesOfFreedom, found -1.0",
    { _ = $0.studentT([1], degreesOfFreedom: -1) }
  ),
  (
    "Random.truncatedNormal: expected a lower bound below the upper one, found 2.0 and 1.0 at [1]",
    {
      _ = $0.truncatedNormal(
        mean: Tensor(0), standardDeviation: Tensor(1), lower: Tensor([0, 2]), upper: Tensor(1))
    }
  ),
  (
    "Random.truncatedNormal: expected a number, not NaN as lower, found nan",
    { _ = $0.truncatedNormal([1], lower: .nan) }
  ),
  (
    "Random.truncatedNormal: it has no gradient; expected constants, as stopGradient gives",
    { random in
      _ = gradient(at: Tensor(0)) {
        random.truncatedNormal(
          [1], mean: $0, standardDeviation: Tensor(1), lower: Tensor(0), upper: Tensor(1)
        ).sum()
      }
    }
  ),
  (
    "Random.poisson: expected a finite number of 0 or more as rate, found -1.0",
    { _ = $0.poisson([1], rate: -1) }
  ),
  (
    "Random.binomial: expected a number in 0 ... 1 as probability, found 1.5 at [0]",
    { _ = $0.binomial(count: Tensor(1), probability: Tensor([1.5])) }
  ),
  (
    "Random.binomial: expected an integer in 0 ... 2⁵³ as count, found 2.5",
    { _ = $0.binomial(count: Tensor(2.5), probability: Tensor(0.5)) }
  ),
  (
    "Random.binomial: expected an integer in 0 ... 2⁵³ as count, found -1.0",
    { _ = $0.binomial([1], count: -1, probability: 0.5) }
  ),
  (
    "Random.categorical: expected a finite number or -inf as logits, found inf at [1]",
    { _ = $0.categorical(logits: Tensor([0, Double.infinity])) }
  ),
  (
    "Random.categorical: expected a logit above -inf in each row, found none at [1]",
    { _ = $0.categorical(logits: Tensor([[0, 1], [-Double.infinity, -Double.infinity]])) }
  ),
  (
    "Random.categorical: expected 1 categories or more, at most 2²⁴ in float32, found shape [3, 0]",
    { _ = $0.categorical(logits: Tensor.zeros([3, 0])) }
  ),
  (
    "Random.multinomial: expected probabilities that sum to 1 in each row, found a sum of 0.75",
    { _ = $0.multinomial(count: 3, probabilities: Tensor([0.5, 0.25])) }
  ),
  (
    "Random.multinomial: expected a number in 0 ... 1 as probabilities, found -0.5 at [0]",
    { _ = $0.multinomial(count: 3, probabilities: Tensor([-0.5, 1.5])) }
  ),
  (
    "Random.wishart: expected a finite number above 1 as degreesOfFreedom, found 1.0",
    { _ = $0.wishart(degreesOfFreedom: 1, choleskyFactor: .identity(2)) }
  ),
  (
    "Random.wishart: expected a choleskyFactor of shape […, n, n], found [2, 3]",
    { _ = $0.wishart(degreesOfFreedom: 5, choleskyFactor: .zeros([2, 3])) }
  ),
  (
    "Random.wishart: expected zeros above the diagonal of choleskyFactor, found 0.5 at [0, 1]",
    { _ = $0.wishart(degreesOfFreedom: 5, choleskyFactor: Tensor([[1, 0.5], [0, 1]])) }
  ),
  (
    "Random.pointsOnSphere: expected a dimension of 1 or more, found 0",
    { _ = $0.pointsOnSphere(dimension: 0) }
  ),
  (
    "Random.choice: expected no more than the population without replacement, found 4 of 3",
    { _ = $0.choice(4, of: 3) }
  ),
  (
    "Random.choice: expected a count of 0 or more, of a population that is not empty, found 1 of 0",
    { _ = $0.choice(1, of: 0, replacing: true) }
  ),
  (
    "Random.choice: expected 2 weights or more above 0, found 1",
    { _ = $0.choice(2, of: 2, weights: Tensor([0, 1])) }
  ),
  (
    "Random.choice: expected a finite number of 0 or more as weights, found -1.0 at [0]",
    { _ = $0.choice(1, of: 2, weights: Tensor([-1, 1])) }
  ),
  (
    "Random.choice: expected weights of shape [2], found [3]",
    { _ = $0.choice(1, of: 2, weights: Tensor([1, 1, 1])) }
  ),
  (
    "Random.gamma: expected a first or second derivative of a sample in its concentration, found a"
      + " third",
    { random in
      _ = gradient(at: Tensor([2])) { a in
        gradient(at: a) { a in
          gradient(at: a) { a in random.gamma(concentration: a, rate: Tensor(1)).sum() }.sum()
        }.sum()
      }
    }
  ),
]

@Suite struct SamplerStopTests {
  @Test func mistakesStopWithAMessage() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      makeMistakes(rows.count) {
        rows[$0].mistake(Random(seed: 0))
      }
    }
    let texts = texts(ofMistakes: try #require(result).standardErrorContent)
    try #require(texts.count == rows.count)
    for (row, text) in zip(rows, texts) { #expect(text.contains(row.message), "\(text)") }
  }
}
