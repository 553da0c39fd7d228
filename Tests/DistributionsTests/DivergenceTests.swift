import Distributions
import Tensor
import Testing

@Suite struct DivergenceTests {
  /// p = (.2, .5, .3) and the uniform distribution.
  @Test func ofThreeCategories() throws {
    let p = try Categorical(probabilities: double([0.2, 0.5, 0.3]))
    let q = try Categorical(weights: double([1, 1, 1]))
    let expected: [(Divergence, Double)] = [
      (.kullbackLeibler, 0.0689593), (.jensenShannon, 0.0172510), (.totalVariation, 1.0 / 6),
      (.hellinger, 0.1316247), (.chiSquared, 0.14), (.l1, 1.0 / 3),
    ]
    for (divergence, value) in expected {
      let estimate = divergence(p, q)
      #expect(Swift.abs(estimate.value.scalar - value) < 1e-7, "\(divergence): \(estimate)")
      #expect(estimate.standardError.scalar == 0)
    }
    #expect(Swift.abs(klDivergence(q, p).value.scalar - 0.0702403) < 1e-7)
    #expect(klDivergence(p, q).method == .closedForm)
    #expect(Divergence.l1(p, q).method == .sum)
  }

  @Test func ofTwoNormals() {
    let (p, q) = (
      Normal(mean: 0, standardDeviation: 1), Normal(mean: 1, standardDeviation: 1)
    )
    let expected: [(Divergence, Double)] = [
      (.kullbackLeibler, 0.5), (.jensenShannon, 0.1114215), (.totalVariation, 0.3829249),
      (.hellinger, 0.1175031.squareRoot()), (.chiSquared, 1.7182818),
    ]
    for (divergence, value) in expected {
      let estimate = divergence(p, q)
      #expect(Swift.abs(estimate.value.scalar - value) < 1e-7, "\(divergence): \(estimate)")
    }
    #expect(Divergence.jensenShannon(p, q).method == .quadrature)
  }

  @Test func ofTwoCoinsAndOfNormalsOfTwoWidths() {
    let coins = Divergence.jensenShannon(
      Bernoulli(probabilities: double(0.1), eventRank: 0),
      Bernoulli(probabilities: double(0.9), eventRank: 0))
    #expect(coins.method == .sum && Swift.abs(coins.value.scalar - 0.3680642) < 1e-7)
    let (p, q) = (
      Normal(mean: 0, standardDeviation: 1), Normal(mean: 1, standardDeviation: 2)
    )
    #expect(Swift.abs(klDivergence(p, q).value.scalar - 0.4431471806) < 1e-10)
    #expect(Swift.abs(klDivergence(q, p).value.scalar - 1.3068528194) < 1e-10)
    let slopes = gradient(at: double([1, 2])) {
      p.klDivergence(
        to: Normal(mean: $0.sliced(0..<1), standardDeviation: $0.sliced(1..<2))
      ).sum()
    }
    #expect(abs(slopes - 0.25).max().scalar < 1e-14)
  }

  @Test func infiniteWhereTheSupportDemandsIt() throws {
    let (p, q) = (Uniform(lower: 0, upper: 2), Uniform(lower: 0, upper: 1))
    #expect(klDivergence(p, q).value.scalar == .infinity)
    #expect(Divergence.chiSquared(p, q).value.scalar == .infinity)
    #expect(Swift.abs(klDivergence(q, p).value.scalar - 0.6931471805599453) < 1e-15)
    #expect(klDivergence(Normal(mean: 0, standardDeviation: 1), p).value.scalar == .infinity)
    let sure = try Categorical(probabilities: double([1, 0]))
    let fair = try Categorical(probabilities: double([0.5, 0.5]))
    #expect(klDivergence(fair, sure).value.scalar == .infinity)
    #expect(Swift.abs(klDivergence(sure, fair).value.scalar - 0.6931471805599453) < 1e-15)
  }

  /// Closed forms compared with quadrature or sums for the same pair.
  @Test func closedFormsAreTheIntegrals() throws {
    let pairs: [(any KnownDivergence, any Distribution)] = [
      (Normal(mean: 0, standardDeviation: 1), Normal(mean: 1, standardDeviation: 2)),
      (Gamma(concentration: 2.5, rate: 0.7), Gamma(concentration: 4, rate: 2)),
      (Gamma(concentration: 2.5, rate: 0.7), ChiSquared(degreesOfFreedom: 5)),
      (Exponential(rate: 2), Gamma(concentration: 1.5, rate: 1)),
      (Exponential(rate: 2), Exponential(rate: 0.5)),
      (InverseGamma(concentration: 3, scale: 2), InverseGamma(concentration: 2, scale: 1)),
      (Beta(2, 3), Beta(1.5, 4)), (Laplace(location: 0, scale: 1), Laplace(location: 2, scale: 3)),
      (
        LogNormal(logMean: 0, logStandardDeviation: 1),
        LogNormal(logMean: 0.5, logStandardDeviation: 0.7)
      ), (HalfNormal(scale: 1), HalfNormal(scale: 2)), (Poisson(rate: 3), Poisson(rate: 5)),
      (Geometric(probability: 0.3), Geometric(probability: 0.6)),
      (Binomial(count: 7, probability: 0.3), Binomial(count: 7, probability: 0.6)),
    ]
    for (p, q) in pairs {
      let closed = try #require(p.closedDivergence(to: q)).scalar
      let numeric = Divergence.kullbackLeibler(Opaque(p), q).value.scalar
      #expect(Swift.abs(closed - numeric) < 1e-7, "\(p) \(q): \(closed) \(numeric)")
    }
  }

  @Test func ofVectors() throws {
    let p = MultivariateNormal.standard(2)
    let q = try MultivariateNormal(
      mean: double([1, -1]), covariance: double([[2, 0.5], [0.5, 1]]))
    #expect(Swift.abs(klDivergence(p, q).value.scalar - 1.2798078940) < 1e-9)
    let sampled = Divergence.kullbackLeibler(Opaque(p), q, samples: 20_000)
    #expect(sampled.method == .monteCarlo(samples: 20_000))
    #expect(
      Swift.abs(sampled.value.scalar - 1.2798078940) < 4 * sampled.standardError.scalar
        && sampled.standardError.scalar < 0.03)
  }

  @Test func expectations() throws {
    let random = Random(seed: 1)
    let die = DiscretePoints.empirical(double([1, 2, 3, 4, 5, 6]))
    let exact = expectation(under: die, using: random) { square($0) }
    #expect(exact.method == .sum && Swift.abs(exact.value.scalar - 91.0 / 6) < 1e-12)
    let normal = Normal(mean: 1, standardDeviation: 2)
    let sampled = expectation(under: normal, samples: 20_000, using: random) { square($0) }
    #expect(Swift.abs(sampled.value.scalar - 5) < 4 * sampled.standardError.scalar)
  }
}

/// A distribution that declares no closed-form divergences.
private struct Opaque: ScalarLike {
  let base: any Distribution
  init(_ base: any Distribution) { self.base = base }
  var batchShape: [Int] { base.batchShape }
  var eventShape: [Int] { base.eventShape }
  var dtype: DType { base.dtype }
  var support: Support { base.support }
  var mean: Tensor { (base as? any KnownMoments)?.mean ?? double(0) }
  var variance: Tensor { (base as? any KnownMoments)?.variance ?? double(1) }
  func sample(_ shape: [Int], using random: Random) -> Tensor { base.sample(shape, using: random) }
  func logDensity(of x: Tensor) -> Tensor { base.logDensity(of: x) }
}

private protocol ScalarLike: KnownMoments, Distribution {}
