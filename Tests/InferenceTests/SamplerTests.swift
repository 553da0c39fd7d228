import Inference
import Tensor
import Testing

/// A Gaussian in two coordinates with standard deviations 2 and 1 and correlation 0.8, around (1,
/// −1).
private let covariance = Tensor([[4, 1.6], [1.6, 1]], dtype: .float64)
private let centre = Tensor([1, -1], dtype: .float64)

private func gaussian(_ x: Tensor) throws -> Tensor {
  let white = try CholeskyFactor(of: covariance).whitened((x - centre).transposed())
  return -0.5 * square(white).sum(along: 0)
}

/// Whether chains agree with the Gaussian's means and deviations within 4.5 Monte Carlo errors.
private func expectGaussian<S: Sampler>(_ chains: Chains<S>, least size: Double) throws {
  for (summary, (mean, deviation)) in zip(chains.summaries(), [(1.0, 2.0), (-1, 1)]) {
    let errors = (try #require(summary.errorOfMean), try #require(summary.errorOfDeviation))
    #expect(Swift.abs(summary.mean - mean) < 4.5 * errors.0, "\(summary)")
    #expect(Swift.abs(summary.deviation - deviation) < 4.5 * errors.1, "\(summary)")
    #expect((summary.bulkSampleSize ?? 0) > size, "\(summary)")
    #expect((summary.rHat ?? 2) < 1.06, "\(summary)")
  }
}

@Suite struct SamplerTests {
  private let start = Random(seed: 1).normal([4, 2], dtype: .float64)

  @Test func randomWalkSamplesAGaussian() throws {
    let sampler = RandomWalkMetropolis(dimensions: 2, logDensity: gaussian)
    let chains = try sampler.sample(from: start, warmUp: 200, draws: 400, using: Random(seed: 2))
    try expectGaussian(chains, least: 80)
    #expect(chains.acceptance.allSatisfy { $0 > 0.1 && $0 < 0.5 })
  }

  @Test func langevinSamplesAGaussian() throws {
    let sampler = Langevin(dimensions: 2, learning: .dense, logDensity: gaussian)
    let chains = try sampler.sample(from: start, warmUp: 120, draws: 250, using: Random(seed: 3))
    try expectGaussian(chains, least: 100)
  }

  @Test func hamiltonianMonteCarloSamplesAGaussian() throws {
    let sampler = HamiltonianMonteCarlo(dimensions: 2, learning: .dense, logDensity: gaussian)
    let chains = try sampler.sample(from: start, warmUp: 100, draws: 120, using: Random(seed: 4))
    try expectGaussian(chains, least: 120)
    #expect(chains.divergences == [0, 0, 0, 0])
  }

  @Test(arguments: [MetricKind.fixed, .diagonal, .dense])
  func noUTurnSamplesAGaussian(_ learning: MetricKind) throws {
    let sampler = NoUTurnSampler(dimensions: 2, learning: learning, logDensity: gaussian)
    let chains = try sampler.sample(from: start, warmUp: 100, draws: 150, using: Random(seed: 5))
    try expectGaussian(chains, least: 120)
    #expect(chains.divergences == [0, 0, 0, 0] && chains.cutTrajectories == [0, 0, 0, 0])
    #expect(chains.energies?.shape == [4, 150] && chains.logDensities?.shape == [4, 150])
    guard learning == .fixed else { return }
    let again = try sampler.sample(from: start, warmUp: 100, draws: 150, using: Random(seed: 5))
    #expect(again.draws == chains.draws)
  }

  @Test func gibbsSamplesAGaussian() throws {
    let sampler = try Gibbs.gaussian(mean: centre, covariance: covariance)
    let chains = try sampler.sample(from: start, warmUp: 20, draws: 500, using: Random(seed: 6))
    try expectGaussian(chains, least: 100)
  }

  @Test func gibbsFindsTheComponentsOfAMixture() throws {
    let random = Random(seed: 14)
    let centres = Tensor([[-3, 0], [3, 1]], dtype: .float64)
    let data =
      centres.gatheredRows(at: (0..<60).map { $0 % 3 / 2 })
      + random.normal([60, 2], dtype: .float64)
    let identity = Tensor.identity(2, dtype: .float64)
    let prior = try HierarchicalMixture.Prior(
      mean: .zeros([2], dtype: .float64), covariance: 10 * identity, noise: identity,
      concentration: 1)
    let sampler = Gibbs.hierarchicalMixture(of: data, components: 2, prior: prior)
    let start = Tensor([[-1, 0, 1, 0, 0.5, 0.5]], dtype: .float64)
    let chains = try sampler.sample(from: start, warmUp: 20, draws: 150, using: random)
    let means = chains.pooled.mean(along: 0).doubles
    // Posterior means: the components' averages, shrunk slightly towards 0; weights 41/62 and
    // 21/62.
    for (found, expected) in zip(means, [-3, 0, 3, 1, 41.0 / 62, 21.0 / 62]) {
      #expect(Swift.abs(found - expected) < 0.6, "\(means)")
    }
    #expect(Swift.abs(means[4] - 41.0 / 62) < 0.03)
  }

  @Test func acceptanceOfTheRandomWalk() throws {
    // (2/π) atan(2/s) for N(0, 1).
    for (scale, expected) in [(1.0, 0.7048327647), (2.38, 0.4449)] {
      let chain = try PlainMetropolis(dimensions: 1, stepSize: scale) { -0.5 * $0[0] * $0[0] }
        .sample(from: [0], warmUp: 10, draws: 10_000, using: Random(seed: 7))
      #expect(Swift.abs(chain.acceptance - expected) < 0.02)
      #expect(Swift.abs(chain.draws.variance().scalar - 1) < 0.1)
      let walk = RandomWalkMetropolis(dimensions: 1, stepSize: scale) { x in
        -0.5 * square(x).sum(along: 1)
      }
      let many = try walk.sample(
        from: Random(seed: 8).normal([200, 1], dtype: .float64), warmUp: 0, draws: 60,
        using: Random(seed: 9))
      #expect(Swift.abs(many.acceptance.reduce(0, +) / 200 - expected) < 0.02)
    }
  }

  @Test func hastingsCorrectsAProposalThatIsNotSymmetric() throws {
    // Γ(3, 1) by x′ = x e^z: q(x | x′) / q(x′ | x) = x′ / x.
    let sampler = MetropolisHastings(
      dimensions: 1, logDensity: { x in (2 * log(x) - x).squeezed(at: 1) },
      proposal: { x, random in
        let z = random.normal(x.shape, dtype: .float64)
        return (x * exp(z), z.squeezed(at: 1))
      })
    let chains = try sampler.sample(
      from: .ones([100, 1], dtype: .float64), warmUp: 30, draws: 100, using: Random(seed: 10))
    let mean = chains.summaries(["x"])[0]
    #expect(Swift.abs(mean.mean - 3) < 4.5 * (mean.errorOfMean ?? 0))
  }

  @Test func thinningKeepsEveryNth() throws {
    let sampler = try Gibbs.gaussian(mean: centre, covariance: covariance)
    let all = try sampler.sample(from: start, warmUp: 0, draws: 30, using: Random(seed: 11))
    let thinned = try sampler.sample(
      from: start, warmUp: 0, draws: 10, thinning: 3, using: Random(seed: 11))
    let kept = (0..<10).map { all.draws.sliced(3 * $0 + 2..<3 * $0 + 3, along: 1) }
    #expect(thinned.draws == .concatenated(kept, along: 1))
    #expect(thinned.warnings().contains { $0.contains("thinning") })
  }

  @Test func aTargetThatIsNoDensityIsNamed() throws {
    let bad = NoUTurnSampler(dimensions: 1) { x in log(x).squeezed(at: 1) }
    let error = #expect(throws: SamplerError.self) {
      try bad.start(at: Tensor([[2], [-3]], dtype: .float64))
    }
    guard case .notADensity(let value, let point)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(value.isNaN && point == [-3])
    let infinite = RandomWalkMetropolis(dimensions: 1) { x in (1 / square(x)).squeezed(at: 1) }
    #expect(throws: SamplerError.notADensity(value: .infinity, point: [0])) {
      try infinite.start(at: Tensor([[0]], dtype: .float64))
    }
    let bounded = HamiltonianMonteCarlo(dimensions: 1) { x in
      select(x .> 0, -x, -Double.infinity + 0 * x).squeezed(at: 1)
    }
    #expect(throws: SamplerError.startOutsideSupport(chain: 1, point: [-1])) {
      try bounded.start(at: Tensor([[1], [-1]], dtype: .float64))
    }
    #expect(throws: SamplerError.startNotFinite(chain: 0, point: [.infinity])) {
      try bounded.start(at: Tensor([[Double.infinity]], dtype: .float64))
    }
    #expect(throws: SamplerError.startOutsideSupport(chain: 0, point: [-1])) {
      try PlainMetropolis(dimensions: 1, stepSize: 1) { $0[0] > 0 ? -$0[0] : -.infinity }
        .sample(from: [-1], draws: 5, using: Random(seed: 1))
    }
    #expect("\(SamplerError.startOutsideSupport(chain: 1, point: [-1]))".contains("(-1.0)"))
  }

  @Test func samplersStayInsideTheSupport() throws {
    // Exponential on x > 0, without a bijector: proposals outside the support are rejected.
    let exponential: LogDensity = { x in
      select(x .> 0, -x, -Double.infinity + 0 * x).squeezed(at: 1)
    }
    let chains = try RandomWalkMetropolis(dimensions: 1, logDensity: exponential)
      .sample(
        from: .ones([50, 1], dtype: .float64), warmUp: 50, draws: 100, using: Random(seed: 12))
    let summary = chains.summaries()[0]
    #expect(chains.draws.min().scalar > 0)
    #expect(Swift.abs(summary.mean - 1) < 4.5 * (summary.errorOfMean ?? 0))
  }
}
