import DifferentialEquations
import Foundation
import Models
import Tensor
import Testing

@Suite struct ScoreSamplerTests {
  private static let exploding = NoiseProcess.varianceExploding(minimum: 0.01, maximum: 25)
  private let random = Random(seed: 3)

  /// dα/dt = f α and dσ²/dt = 2 f σ² + g².
  @Test(arguments: [exploding, .variancePreserving]) func aProcessKeepsItsEquations(
    _ process: NoiseProcess
  ) {
    for time in [0.02, 0.3, 0.9] {
      func slope(_ value: (Double) -> Double) -> Double {
        (value(time + 1e-5) - value(time - 1e-5)) / 2e-5
      }
      let (f, g) = (process.drift(at: time), process.diffusion(at: time))
      let sigma = process.deviation(at: time)
      #expect(abs(slope(process.signal) - f * process.signal(at: time)) < 1e-7)
      let change = slope { process.deviation(at: $0) * process.deviation(at: $0) }
      #expect(abs(change - (2 * f * sigma * sigma + g * g)) < 1e-6 * max(1, g * g))
    }
    let levels = process.levels(9).map(process.deviation)
    for (a, b) in zip(zip(levels, levels.dropFirst()), levels.dropFirst(2)) {
      #expect(abs(a.1 * a.1 / (a.0 * b) - 1) < 1e-9)
    }
  }

  /// With the exact score of a mixture, every sampler converges to the mixture, for every process.
  @Test(arguments: ScoreSampler.allCases, [exploding, .variancePreserving])
  func anExactScoreOfAMixtureIsSampled(_ sampler: ScoreSampler, _ process: NoiseProcess) {
    let (mixture, count) = (KnownMixture(), 4_000)
    let steps: ScoreSampler.Steps =
      switch sampler {
      case .langevin: .init(200, corrections: 10, langevinStep: 0.5)
      case .reverseSDE: .init(500)
      case .predictorCorrector: .init(250)
      case .ode, .dopri5: .init(50)
      }
    let noise = random.normal([count, 1], standardDeviation: process.priorDeviation)
    let x = sampler.sample(from: noise, of: process, steps, using: random) { time, state in
      mixture.score(
        of: state, signal: process.signal(at: time), noise: process.deviation(at: time))
    }
    // Four standard errors; the fourth moment of the mixture is 16 + 6 + 0.1875.
    #expect(abs(x.mean().scalar) < 4 * (4.25 / Double(count)).squareRoot())
    #expect(abs(square(x).mean().scalar - 4.25) < 4 * (4.125 / Double(count)).squareRoot() + 0.02)
    // 1.95 is exceeded once in a thousand; the bound leaves some room for the steps' own error.
    let distance = mixture.distance(of: x)
    #expect(distance < 1.95 / Double(count).squareRoot() + 0.01, "\(sampler): \(distance)")
  }

  /// On N(0, 1), steps of 0.1 preserve the variance 1/(1 − 0.1/4).
  @Test func langevinsVarianceIsThatOfItsStep() {
    let x = ScoreSampler.langevin.sample(
      from: random.normal([200_000, 1]), of: .none, .init(60, langevinStep: 0.1), using: random
    ) { -$1 }
    #expect(abs(x.variance().scalar - 1.02564103) < 5 * 1.026 * (2 / 200_000.0).squareRoot())
  }

  // MARK: Likelihoods

  private func logDensity(
    _ points: Tensor, of process: NoiseProcess, trace: ProbabilityFlow.Trace = .exact,
    _ score: @escaping VectorField
  ) throws -> [Double] {
    try process.probabilityFlow(with: score).logDensity(of: points, trace: trace, using: random) {
      try DormandPrince(relativeTolerance: 1e-8, absoluteTolerance: 1e-8).solve(
        $0, from: $1, over: $2
      ).state
    }.doubles
  }

  /// The flow of N(m, s²) transports noise to it, except for the traces of m and s that remain in
  /// the final noise.
  @Test(arguments: [
    NoiseProcess.variancePreserving, .varianceExploding(minimum: 1e-3, maximum: 250),
  ])
  func theLikelihoodOfAGaussianIsExact(_ process: NoiseProcess) throws {
    let points = Tensor([[-1.2], [0], [0.4], [1.5]], dtype: .float64)
    for trace in [ProbabilityFlow.Trace.exact, .hutchinson(probes: 1)] {
      let density = try logDensity(points, of: process, trace: trace) { time, x in
        let (signal, noise) = (process.signal(at: time), process.deviation(at: time))
        return -x / (signal * signal + noise * noise)
      }
      for (found, x) in zip(density, points.doubles) {
        #expect(abs(found + 0.5 * x * x + 0.918938533204673) < 1e-4)
      }
    }
    // N(m, s²) with m = 1, s = ½ exactly, by the affine map from the prior.
    func level(_ time: Double) -> (mean: Double, deviation: Double) {
      let (signal, noise) = (process.signal(at: time), process.deviation(at: time))
      return (signal, (0.25 * signal * signal + noise * noise).squareRoot())
    }
    let density = try logDensity(points, of: process) { time, x in
      (level(time).mean - x) / (level(time).deviation * level(time).deviation)
    }
    let (first, last) = (level(process.interval.start), level(process.interval.end))
    for (found, x) in zip(density, points.doubles) {
      let scale = first.deviation / last.deviation
      let noise = (first.mean + scale * (x - last.mean)) / process.priorDeviation
      let expected =
        -0.5 * noise * noise - 0.918938533204673
        + Foundation.log(scale / process.priorDeviation)
      #expect(abs(found - expected) < 1e-5)
    }
  }
}
