import Foundation
import Testing

@testable import Tensor

@Suite struct DiscreteSamplerTests {
  @Test(arguments: [0.05, 1, 9.5, 10, 30, 400])
  func poissonNumbersFit(_ rate: Double) {
    for dtype in [DType.float32, .float64] {
      let samples = Random(seed: 41).poisson([20_000], rate: rate, dtype: dtype)
      #expect(samples.dtype == dtype)
      #expect(chiSquaredDeviate(samples.doubles, poissonProbabilities(rate)) < 3.72)
    }
  }

  @Test(arguments: [
    (1, 0.3), (10, 0.5), (20, 0.5), (25, 0.45), (100, 0.05), (100, 0.4), (100, 0.97), (1_000, 0.5),
    (10_000, 0.0005),
  ])
  func binomialNumbersFit(_ count: Int, _ probability: Double) {
    for dtype in [DType.float32, .float64] {
      let samples = Random(seed: 42).binomial(
        [20_000], count: count, probability: probability, dtype: dtype)
      #expect(samples.dtype == dtype)
      let expected = binomialProbabilities(count, probability)
      #expect(chiSquaredDeviate(samples.doubles, expected) < 3.72)
    }
  }

  /// So many trials that the distribution is nearly normal.
  @Test func largeNumbersKeepMeanAndVariance() {
    let random = Random(seed: 43)
    func deviates(_ x: Tensor, _ mean: Double, _ variance: Double) -> [Double] {
      ((x - mean) / variance.squareRoot()).doubles
    }
    let rows = [
      deviates(random.poisson([20_000], rate: 1e15, dtype: .float64), 1e15, 1e15),
      deviates(
        random.binomial([20_000], count: 1 << 53, probability: 0.3, dtype: .float64),
        0x1p53 * 0.3, 0x1p53 * 0.21),
      deviates(
        random.binomial([20_000], count: 1 << 53, probability: 0.75, dtype: .float64),
        0x1p53 * 0.75, 0x1p53 * 0.1875),
    ]
    for row in rows { #expect(kolmogorovDistance(row, normalCumulative) < 2.23) }
  }

  @Test func certainOutcomes() {
    let random = Random(seed: 44)
    #expect(random.poisson([3], rate: 0).scalars == [0, 0, 0])
    let counts = Tensor([0, 5, 5])
    let x = random.binomial(count: counts, probability: Tensor([0.5, 0, 1]))
    #expect(x.scalars == [0, 0, 5])
    #expect(
      random.categorical([2, 2], logits: Tensor([-Double.infinity, 3])).scalars == [1, 1, 1, 1])
    let outcomes = random.multinomial(count: 7, probabilities: Tensor([[0, 1, 0], [0, 0, 1]]))
    #expect(outcomes.scalars == [0, 7, 0, 0, 0, 7])
    #expect(random.poisson([0, 2], rate: 1).shape == [0, 2])
  }

  @Test func categoriesFit() {
    for dtype in [DType.float32, .float64] {
      let logits = Tensor(
        [[0, 1, -Double.infinity, -2, 3], [-Double.infinity, 700, 700, 701, -Double.infinity]],
        dtype: dtype)
      let samples = Random(seed: 45).categorical([20_000, 2], logits: logits)
      #expect(samples.shape == [20_000, 2] && samples.dtype == dtype)
      let probabilities = softmax(logits).doubles
      for row in 0..<2 {
        let column = samples.sliced(row..<row + 1, along: 1).doubles
        #expect(chiSquaredDeviate(column, Array(probabilities[5 * row..<5 * row + 5])) < 3.72)
      }
    }
    #expect(Random(seed: 1).categorical(logits: Tensor.zeros([3, 4])).shape == [3])
  }

  @Test func multinomialCountsFit() {
    let probabilities = Tensor(
      [[0.1, 0.2, 0, 0.3, 0.4], [0.2, 0.2, 0.2, 0.2, 0.2]], dtype: .float64)
    let samples = Random(seed: 46).multinomial(
      [5_000, 2], count: Tensor([30, 12], dtype: .float64), probabilities: probabilities)
    #expect(samples.shape == [5_000, 2, 5])
    #expect(Set(samples.sum(along: 2).sliced(0..<1, along: 1).doubles) == [30])
    #expect(Set(samples.sum(along: 2).sliced(1..<2, along: 1).doubles) == [12])
    let x = samples.doubles
    for (place, probability) in probabilities.doubles.enumerated() {
      let counts = stride(from: place, to: x.count, by: 10).map { x[$0] }
      if probability == 0 {
        #expect(counts.allSatisfy { $0 == 0 })
      } else {
        let expected = binomialProbabilities(place < 5 ? 30 : 12, probability)
        #expect(chiSquaredDeviate(counts, expected) < 3.72, "\(place)")
      }
    }
    // The sum of two outcomes is also binomial, so they have the right covariance.
    let sums = stride(from: 0, to: x.count, by: 10).map { x[$0] + x[$0 + 3] }
    #expect(chiSquaredDeviate(sums, binomialProbabilities(30, 0.4)) < 3.72)
  }
}

@Suite struct ChoiceTests {
  @Test func drawsFit() {
    let random = Random(seed: 51)
    let draws = random.choice(20_000, of: 50, replacing: true).map { Double($0) }
    #expect(chiSquaredDeviate(draws, .init(repeating: 0.02, count: 50)) < 3.72)
    let weights = Tensor([1, 0, 3], dtype: .float64)
    let weighted = random.choice(20_000, of: 3, replacing: true, weights: weights)
    #expect(chiSquaredDeviate(weighted.map { Double($0) }, [0.25, 0, 0.75]) < 3.72)
  }

  /// All ordered pairs, numbered by 4 · first + second, from a population that is stored
  /// completely, and one of which only moved elements are stored.
  @Test func pairsWithoutReplacementFit() {
    let random = Random(seed: 52)
    let pairs = (0..<6_000).map { _ in random.choice(2, of: 4) }
    let even = (0..<16).map { $0 / 4 == $0 % 4 ? 0 : 1.0 / 12 }
    #expect(chiSquaredDeviate(pairs.map { Double(4 * $0[0] + $0[1]) }, even) < 3.72)
    let few = (0..<6_000).map { _ in random.choice(2, of: 40) }
    #expect(few.allSatisfy { $0[0] != $0[1] })
    #expect(
      chiSquaredDeviate(few.map { Double($0[1]) }, .init(repeating: 1.0 / 40, count: 40)) < 3.72)
    let weights = [0.1, 0.2, 0.3, 0.4]
    let weighted = (0..<6_000).map { _ in random.choice(2, of: 4, weights: Tensor(weights)) }
    let expected = (0..<16).map { place in
      let (i, j) = (place / 4, place % 4)
      return i == j ? 0 : weights[i] * weights[j] / (1 - weights[i])
    }
    #expect(chiSquaredDeviate(weighted.map { Double(4 * $0[0] + $0[1]) }, expected) < 3.72)
  }

  @Test func choicesAreDistinctPlaces() {
    let random = Random(seed: 53)
    #expect(random.choice(1_000, of: 1_000).sorted() == Array(0..<1_000))
    let few = random.choice(1_000, of: 1 << 50)
    #expect(Set(few).count == 1_000 && few.allSatisfy { $0 >= 0 && $0 < 1 << 50 })
    #expect(random.choice(2, of: 4, weights: Tensor([0, 1, 0, 1])).sorted() == [1, 3])
    #expect(
      random.choice(0, of: 0) == [] && random.choice(0, of: 3, weights: Tensor([0, 0, 0])) == [])
  }
}
