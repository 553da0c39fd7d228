import Foundation
import Models
import Tensor
import Testing

/// The mean of x₀ ~ N(m, s²) given a state at a level.
private func gaussianDenoiser(_ m: Double, _ s: Double) -> DiffusionSampler.Denoiser {
  { state, level in
    let total = level.signal * level.signal * s * s + level.noise * level.noise
    return m + (level.signal * s * s / total) * (state - level.signal * m)
  }
}

@Suite struct DiffusionSamplerTests {
  private let schedule = NoiseSchedule(.linear, steps: 1_000)
  private let one = Tensor([[1.0]], dtype: .float64)

  /// Data N(2, ¼), an exact predictor, starting from x_T = 1.
  @Test func ddimEndsWhereItIsKnownTo() {
    for (steps, end) in [(10, 2.35701722), (50, 2.46591913), (1_000, 2.49216158)] {
      let found = DiffusionSampler.ddim.sample(
        from: one, schedule.levels(count: steps), using: Random(seed: 1), gaussianDenoiser(2, 0.5))
      #expect(abs(found.scalar - end) < 1e-7, "\(steps) steps: \(found.scalar)")
    }
  }

  /// Levels of a continuous-time schedule down to a little noise, evenly spaced in log(α/σ).
  private func levels(_ count: Int) -> [NoiseLevel] {
    (0...count).map { step in
      let ratio = Foundation.exp(-4 + 6 * Double(step) / Double(count))
      let noise = 1 / (1 + ratio * ratio).squareRoot()
      return NoiseLevel(time: 0, signal: ratio * noise, noise: noise)
    }
  }

  /// In the flow between Gaussians, x − αm is the same multiple of the standard deviation at all
  /// levels.
  @Test(arguments: [(DiffusionSampler.ddim, 1.0), (.dpm, 2.0)])
  func theEndConvergesAtTheSamplersOrder(_ sampler: DiffusionSampler, order: Double) {
    let errors = [40, 80, 160].map { count in
      let levels = levels(count)
      let found = sampler.sample(
        from: one, levels, using: Random(seed: 1), gaussianDenoiser(2, 0.5)
      ).scalar
      func spread(_ level: NoiseLevel) -> Double {
        (level.signal * level.signal * 0.25 + level.noise * level.noise).squareRoot()
      }
      let (first, last) = (levels[0], levels[count])
      let exact = 2 * last.signal + (1 - 2 * first.signal) * spread(last) / spread(first)
      return abs(found - exact)
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(abs(Foundation.log2(coarse / fine) - order) < 0.25, "\(sampler): \(errors)")
    }
  }

  /// The mean of x₀ of (N(−2, ¼) + N(2, ¼))/2 given a state.
  private func mixtureDenoiser(_ state: Tensor, _ level: NoiseLevel) -> Tensor {
    let total = level.signal * level.signal * 0.25 + level.noise * level.noise
    let weight = tanh((2 * level.signal / total) * state)
    return 2 * weight + (level.signal * 0.25 / total) * (state - (2 * level.signal) * weight)
  }

  @Test(arguments: [
    (DiffusionSampler.ancestral, 1_000, 0.0), (.ddim, 100, 0), (.ddim, 200, 1), (.dpm, 50, 0),
  ])
  func anExactDenoiserOfAMixtureIsSampled(
    _ sampler: DiffusionSampler, steps: Int, eta: Double
  ) {
    let (random, count) = (Random(seed: 6), 4_000)
    let x = sampler.sample(
      from: random.normal([count, 1]), schedule.levels(count: steps), eta: eta, using: random,
      mixtureDenoiser)
    #expect(abs(x.mean().scalar) < 5 * 2.1 / Double(count).squareRoot())
    let distance = KnownMixture().distance(of: x)
    // 1.95 is exceeded once in a thousand; the bound leaves some room for the steps' own error.
    #expect(distance < 1.95 / Double(count).squareRoot() + 0.01, "\(sampler): \(distance)")
  }

  @Test func noiseOfTheKindAskedForIsDrawn() {
    let levels = schedule.levels(count: 20)
    func end(_ eta: Double, _ seed: UInt64) -> Double {
      DiffusionSampler.ddim.sample(
        from: one, levels, eta: eta, using: Random(seed: seed), gaussianDenoiser(2, 0.5)
      ).scalar
    }
    #expect(end(0, 1) == end(0, 2) && end(1, 1) != end(1, 2) && end(1, 1) == end(1, 1))
  }

  @Test(arguments: DiffusionSampler.allCases) func everyStepIsTold(_ sampler: DiffusionSampler) {
    var seen: [NoiseLevel] = []
    let levels = schedule.levels(count: 7)
    _ = sampler.sample(
      from: one, levels, using: Random(seed: 1), afterEach: { level, _ in seen.append(level) },
      gaussianDenoiser(2, 0.5))
    #expect(seen == Array(levels.dropFirst()))
  }
}
