import Distributions
import Tensor
import Testing

/// Means of samples compared with their theoretical values.
struct SampleRow: Sendable, CustomTestStringConvertible {
  let name: String
  let sample: @Sendable (Int, Random) throws -> Tensor
  let mean: [Double]
  var testDescription: String { name }

  init(
    _ name: String, mean: [Double], _ sample: @escaping @Sendable (Int, Random) throws -> Tensor
  ) {
    (self.name, self.mean, self.sample) = (name, mean, sample)
  }
}

private let outcomes = Categorical(logits: log(double([0.2, 0.3, 0.5])))

private let rows: [SampleRow] = [
  .init("Dirichlet", mean: [1.0 / 6, 2.0 / 6, 3.0 / 6]) {
    Dirichlet(concentration: double([1, 2, 3])).sample([$0], using: $1)
  },
  .init("Student of vectors", mean: [1, -1]) {
    let normal = MultivariateNormal.standard(2)
    let p = MultivariateStudentT(degreesOfFreedom: double(5), normal: normal)
    return p.sample([$0], using: $1) + double([1, -1])
  },
  // Mean squares: Σᵢᵢ ν/(ν − 2).
  .init("squares of Student's vectors", mean: [1.5, 1.5]) {
    let p = MultivariateStudentT(degreesOfFreedom: double(6), normal: .standard(2))
    return square(p.sample([$0], using: $1))
  },
  .init("Wishart", mean: [10, 2.5, 2.5, 5]) {
    try Wishart(degreesOfFreedom: double(5), scale: double([[2, 0.5], [0.5, 1]]))
      .sample([$0], using: $1)
  },
  // Ψ/(ν − n − 1).
  .init("inverse Wishart", mean: [0.4, 0.1, 0.1, 0.2]) {
    try InverseWishart(degreesOfFreedom: double(8), scale: double([[2, 0.5], [0.5, 1]]))
      .sample([$0], using: $1)
  },
  .init("one-hot", mean: [0.2, 0.3, 0.5]) {
    OneHotCategorical(outcomes).sample([$0], using: $1)
  },
  .init("multinomial", mean: [1, 1.5, 2.5]) {
    Multinomial(count: double(5), outcomes: outcomes).sample([$0], using: $1)
  },
  .init("points", mean: [7, 0.3]) {
    try DiscretePoints(points: double([[5, 0], [10, 0.75]]), weights: double([0.6, 0.4]))
      .sample([$0], using: $1)
  },
  .init("histogram", mean: [1.625]) {
    try PiecewiseConstant(edges: double([0, 1, 3]), masses: double([1, 3]))
      .sample([$0], using: $1)
  },
  .init("tent", mean: [4.0 / 3]) {
    try PiecewiseLinear(nodes: double([0, 1, 3]), heights: double([0, 2, 0]))
      .sample([$0], using: $1)
  },
  // The remainder of an exponential variable is exponential.
  .init("truncated exponential", mean: [3]) {
    Truncated(Exponential(rate: 1), lower: double(2), upper: double(Double.infinity))
      .sample([$0], using: $1)
  },
  .init("square", mean: [5]) {
    BranchedTransformed.squared(Normal(mean: 1, standardDeviation: 2)).sample([$0], using: $1)
  },
  .init("mixture of kinds", mean: [1.1]) {
    AnyMixture(
      weights: Categorical(logits: log(double([0.3, 0.7]))),
      components: [Exponential(rate: 0.5), Uniform(lower: 0, upper: 10.0 / 7)]
    ).sample([$0], using: $1)
  },
]

@Suite struct SampleTests {
  @Test(arguments: rows)
  func means(_ row: SampleRow) throws {
    let count = 5_000
    let x = try row.sample(count, Random(seed: 3)).reshaped(to: [count, row.mean.count])
    for (column, mean) in row.mean.enumerated() {
      let draws = MonteCarlo(x.sliced(column..<column + 1, along: 1))
      #expect(draws.agrees(with: mean, precision: 0.15), "\(column): \(draws)")
    }
  }

  /// A batch of two appends the batch's shape to that of the samples.
  @Test func shapes() throws {
    let random = Random(seed: 4)
    let factor = double([[1, 0], [0.5, 2]]).reshaped(to: [1, 2, 2]).broadcast(to: [3, 2, 2])
    let wishart = InverseWishart(degreesOfFreedom: double(5), choleskyFactor: factor)
    let x = wishart.sample([4], using: random)
    #expect(x.shape == [4, 3, 2, 2] && wishart.logDensity(of: x).shape == [4, 3])
    let other = Wishart(degreesOfFreedom: double(5), choleskyFactor: factor)
    #expect(other.logDensity(of: x).shape == [4, 3])
    let logits = double([[0, 1, 2], [2, 1, 0]])
    let multinomial = Multinomial(count: double(7), outcomes: Categorical(logits: logits))
    let counts = multinomial.sample([5], using: random)
    #expect(counts.shape == [5, 2, 3] && multinomial.logDensity(of: counts).isFinite)
    let oneHot = OneHotCategorical(logits: logits)
    #expect(oneHot.logDensity(of: oneHot.sample([5], using: random)).shape == [5, 2])
    let parts = Normal(mean: logits, standardDeviation: double(1))
    let mixture = MixtureDistribution(weights: Categorical(logits: logits), components: parts)
    let numbers = mixture.sample([5], using: random)
    #expect(numbers.shape == [5, 2] && mixture.logDensity(of: numbers).shape == [5, 2])
    let truncated = Truncated(parts, lower: double(0), upper: double(1))
    let inside = truncated.sample([5], using: random)
    #expect(inside.shape == [5, 2, 3] && truncated.logDensity(of: inside).isFinite)
  }

  @Test func notANumber() throws {
    let nan = double([Double.nan, 0.5, 0.5])
    #expect(Dirichlet(concentration: double([1, 2, 3])).logDensity(of: nan).scalar.isNaN)
    #expect(OneHotCategorical(outcomes).logDensity(of: nan).scalar.isNaN)
    #expect(Multinomial(count: double(1), outcomes: outcomes).logDensity(of: nan).scalar.isNaN)
    let wishart = try Wishart(degreesOfFreedom: double(5), scale: double([[2, 0.5], [0.5, 1]]))
    #expect(wishart.logDensity(of: double([[1, 0], [0, Double.nan]])).scalar.isNaN)
    #expect(wishart.logDensity(of: double([[1, 0], [0, -1]])).scalar == -.infinity)
    let squares = BranchedTransformed.squared(Normal(mean: 0, standardDeviation: 1))
    #expect(squares.logDensity(of: double(Double.nan)).scalar.isNaN)
    let tent = try PiecewiseLinear(nodes: double([0, 1, 3]), heights: double([0, 2, 0]))
    #expect(tent.logDensity(of: double(Double.nan)).scalar.isNaN)
    let steps = try PiecewiseConstant(edges: double([0, 1, 3]), masses: double([1, 3]))
    #expect(steps.logDensity(of: double(Double.nan)).scalar.isNaN)
    #expect(throws: DistributionError.self) {
      try PiecewiseConstant(edges: double([0, 0, 3]), masses: double([1, 3]))
    }
    #expect(throws: DistributionError.self) {
      try DiscretePoints(points: double([1, 2]), weights: double([0, 0]))
    }
  }
}
