import Testing

@testable import Tensor

/// All samplers that use rejection or threads.
private func everySampler(_ random: Random, _ count: Int, _ dtype: DType) -> [Double] {
  let tensors = [
    random.exponential([count], dtype: dtype), random.laplace([count], dtype: dtype),
    random.cauchy([count], dtype: dtype),
    random.gamma([count], concentration: 0.3, dtype: dtype),
    random.beta([count], 2, 0.7, dtype: dtype),
    random.studentT([count], degreesOfFreedom: 4, dtype: dtype),
    random.truncatedNormal([count], lower: 0.3, upper: 1, dtype: dtype),
    random.poisson([count], rate: 20, dtype: dtype),
    random.binomial([count], count: 50, probability: 0.4, dtype: dtype),
    random.categorical([count], logits: Tensor([0, 1, 2], dtype: dtype)),
    random.multinomial([count], count: 9, probabilities: Tensor([0.5, 0.2, 0.3], dtype: dtype)),
    random.dirichlet([count], concentration: Tensor([0.5, 1, 2], dtype: dtype)),
    random.pointsOnSphere([count], dimension: 3, dtype: dtype),
    random.wishart([count / 8], degreesOfFreedom: 3, choleskyFactor: .identity(2, dtype: dtype)),
  ]
  let choices = random.choice(count, of: 10_000) + random.choice(count, of: 9, replacing: true)
  return tensors.flatMap(\.doubles) + choices.map { Double($0) }
}

@Suite struct SamplerStreamTests {
  @Test func sameNumbersAtAnyNumberOfThreads() {
    for dtype in [DType.float32, .float64] {
      expectSameAtAnyNumberOfThreads { everySampler(Random(seed: 61), 1_601, dtype) }
    }
  }

  @Test func theStateTellsWhatComesNext() {
    let random = Random(seed: 62)
    _ = (random.bits(), random.gamma([7], concentration: 2))
    let again = Random(state: random.state)
    #expect(everySampler(random, 40, .float32) == everySampler(again, 40, .float32))
    #expect(random.state == again.state)
    #expect(random.gamma([5], concentration: 2) != random.gamma([5], concentration: 2))
  }

  /// An element does not depend on how many others are drawn with it.
  @Test func elementsHaveStreamsOfTheirOwn() {
    let few = Random(seed: 63).gamma([10], concentration: 0.5, dtype: .float64)
    let many = Random(seed: 63).gamma([5_000], concentration: 0.5, dtype: .float64)
    #expect(few == many.sliced(0..<10))
    let concentrations = Tensor([0.5, 7, 0.5, 90], dtype: .float64)
    let mixed = Random(seed: 63).gamma(
      concentration: concentrations, rate: Tensor(1, dtype: .float64))
    #expect(mixed.doubles[0] == few.doubles[0] && mixed.doubles[2] == few.doubles[2])
  }

  /// The correlation of neighbouring normal numbers, and of numbers from other seeds, streams and
  /// calls, as a multiple of its standard deviation 1 / √n.
  @Test func streamsAreIndependent() {
    let count = 20_000
    func draw(_ random: Random) -> Tensor {
      // Nearly normal, from all the words of an attempt.
      let x = random.gamma([count], concentration: 30, dtype: .float64)
      return (x - 30) / 30.0.squareRoot()
    }
    let parent = Random(seed: 64)
    let (child, other) = (parent.split(), parent.split())
    let first = draw(parent)
    let draws = [
      first, draw(parent), draw(child), draw(other), draw(child.split()), draw(Random(seed: 65)),
      parent.normal([count], dtype: .float64),
      Random(seed: 64).normal([count], dtype: .float64),
    ]
    for i in draws.indices {
      for j in 0..<i {
        let correlation = (draws[i] * draws[j]).mean().scalar
        #expect(Swift.abs(correlation) * Double(count).squareRoot() < 4.5, "\(i) and \(j)")
      }
    }
    for lag in [1, 2, 3, 4, 64] {
      let product = first.sliced(0..<count - lag) * first.sliced(lag..<count)
      #expect(Swift.abs(product.mean().scalar) * Double(count).squareRoot() < 4.5, "\(lag)")
    }
  }
}
