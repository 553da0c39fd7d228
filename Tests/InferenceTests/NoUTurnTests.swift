import Inference
import Tensor
import Testing

@Suite struct NoUTurnTests {
  private static let effects = Tensor([28, 8, -3, 7, -1, 1, 18, 12], dtype: .float64)
  private static let errors = Tensor([15, 10, 16, 11, 9, 11, 10, 18], dtype: .float64)

  /// The eight schools (Rubin 1981), μ, log τ and either θ or (θ − μ) / τ: μ ~ N(0, 5²), τ ~ half-Cauchy(5).
  private static func eightSchools(centred: Bool) -> LogDensity {
    { x in
      let (mu, logTau) = (x.sliced(0..<1, along: 1), x.sliced(1..<2, along: 1))
      let last = x.sliced(2..<10, along: 1)
      let tau = exp(logTau)
      let prior = -0.5 * square(mu / 5) - log1p(square(tau / 5)) + logTau
      let theta = centred ? last : mu + tau * last
      let offsets = centred ? (last - mu) / tau : last
      let levels = -0.5 * square(offsets) - (centred ? logTau : 0 * logTau)
      let likelihood = -0.5 * square((effects - theta) / errors)
      return prior.squeezed(at: 1) + (levels + likelihood).sum(along: 1)
    }
  }

  private func chains(
    centred: Bool, draws: Int, depthLimit: Int
  ) throws -> Chains<NoUTurnSampler> {
    let sampler = NoUTurnSampler(
      dimensions: 10, depthLimit: depthLimit, logDensity: Self.eightSchools(centred: centred))
    let start = Random(seed: 1).normal([4, 10], standardDeviation: 0.5, dtype: .float64)
    return try sampler.sample(from: start, warmUp: 100, draws: draws, using: Random(seed: 2))
  }

  @Test func eightSchoolsWithoutCentring() throws {
    let chains = try chains(centred: false, draws: 100, depthLimit: 7)
    let expected = [(4.41536, 3.30319), (0.80414, 1.17035)]
    for (summary, (mean, deviation)) in zip(chains.summaries(), expected) {
      #expect(Swift.abs(summary.mean - mean) < 4.5 * (summary.errorOfMean ?? 0), "\(summary)")
      let error = summary.errorOfDeviation ?? 0
      #expect(Swift.abs(summary.deviation - deviation) < 4.5 * error, "\(summary)")
    }
  }

  @Test func eightSchoolsCentredReportDivergences() throws {
    let chains = try chains(centred: true, draws: 60, depthLimit: 4)
    #expect(chains.divergences.reduce(0, +) > 0)
    #expect(chains.warnings().contains { $0.contains("divergent") })
  }

  /// The ranks of prior draws among posterior draws of data made from them are uniform (Talts, Betancourt,
  /// Simpson, Vehtari and Gelman 2018): the data sets are coordinates of a single posterior.
  @Test(arguments: 0..<3)
  func ranksOfThePriorAreUniform(_ model: Int) throws {
    let (random, count, draws) = (Random(seed: 20), 80, 19)
    let parameter = random.normal([count, 1], dtype: .float64)
    let noise = random.normal([count, 3], dtype: .float64)
    let logLikelihood: (Tensor) -> Tensor
    switch model {
    case 0:  // y ~ N(w, 1)
      let data = parameter + noise
      logLikelihood = { w in -0.5 * square(data - w) }
    case 1:  // y ~ N(0, e²ʷ)
      let data = exp(parameter) * noise
      logLikelihood = { w in -0.5 * square(data * exp(-w)) - w }
    default:  // y ~ Bernoulli(σ(2 w))
      let data = random.bernoulli(probability: sigmoid(2 * parameter + 0 * noise))
      logLikelihood = { w in 2 * data * w - softplus(2 * w) }
    }
    let sampler = NoUTurnSampler(dimensions: count) { w in
      -0.5 * square(w).sum(along: 1) + logLikelihood(w.expanded(at: 2)).sum(along: [1, 2])
    }
    let chains = try sampler.sample(
      from: .zeros([1, count], dtype: .float64), warmUp: 60, draws: draws, thinning: 2,
      using: random)
    let below = (chains.pooled .< parameter.squeezed(at: 1)).sum(along: 0).doubles
    // Four bins of five ranks: χ² with 3 degrees of freedom, whose 99.9 % quantile is 16.3.
    let bins = (0..<4).map { bin in below.count { Int($0) / 5 == bin } }
    let mean = Double(count) / 4
    let statistic = bins.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    #expect(statistic < 16.3, "\(bins)")
  }
}
