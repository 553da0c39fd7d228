import Models
import Tensor
import Testing

@Suite struct NoiseScheduleTests {
  @Test func theLinearScheduleHasTheKnownShares() {
    let schedule = NoiseSchedule(.linear, steps: 1_000)
    #expect(abs(schedule.beta[0] - 1e-4) < 1e-16 && abs(schedule.beta[999] - 0.02) < 1e-15)
    let rows = [(0, 1), (1, 0.9999), (2, 0.999780092), (250, 0.5240854), (500, 0.0785872429)]
    for (step, share) in rows { #expect(abs(schedule.signalShare[step] - share) < 1e-7) }
    #expect(abs(schedule.signalShare[1_000] / 4.03582977e-5 - 1) < 1e-6)
  }

  @Test func theCosineScheduleHasTheKnownNoise() {
    let schedule = NoiseSchedule(.cosine, steps: 1_000)
    let rows = [(1, 4.12842248e-5), (500, 0.00314588623), (999, 0.749999393), (1_000, 0.999)]
    for (step, beta) in rows { #expect(abs(schedule.beta[step - 1] / beta - 1) < 1e-5, "\(step)") }
    #expect(abs(schedule.signalShare[500] - 0.49384359) < 1e-7)
  }

  @Test(arguments: NoiseSchedule.Kind.allCases, [1, 2, 10, 1_000])
  func schedulesOfAnyLengthEndInNoise(_ kind: NoiseSchedule.Kind, steps: Int) {
    let schedule = NoiseSchedule(kind, steps: steps)
    #expect(schedule.steps == steps && schedule.signalShare.count == steps + 1)
    #expect(schedule.beta.allSatisfy { $0 > 0 && $0 <= 0.999 })
    #expect(schedule.signalShare[steps] < 0.01)
  }

  /// α = (0.9, 0.8).
  @Test func twoStepsHaveTheKnownPosterior() {
    let schedule = NoiseSchedule(beta: [0.1, 0.2])
    #expect(abs(schedule.signalShare[2] - 0.72) < 1e-15)
    #expect(abs(schedule[2].noise * schedule[2].noise - 0.28) < 1e-15)
    let posterior = schedule[2].posterior(at: schedule[1])
    #expect(abs(posterior.data - 0.6776309) < 1e-7 && abs(posterior.state - 0.3194383) < 1e-7)
    #expect(abs(posterior.variance - 0.0714286) < 1e-7 && abs(posterior.stepVariance - 0.2) < 1e-14)
  }

  /// For x₀ = 1 and x_t = ½.
  @Test func thePosteriorOfAThousandStepsIsKnown() {
    let schedule = NoiseSchedule(.linear, steps: 1_000)
    let rows = [
      (1, 1, 0), (2, 0.772645749, 5.45318766e-5), (500, 0.500123406, 0.0100313554),
      (1_000, 0.495102691, 0.0199999835),
    ]
    for (step, mean, variance) in rows {
      let posterior = schedule[step].posterior(at: schedule[step - 1])
      #expect(abs(posterior.data + 0.5 * posterior.state - mean) < 1e-8, "\(step)")
      #expect(abs(posterior.variance - variance) < 6e-11, "\(step)")
      #expect(abs(posterior.stepVariance - schedule.beta[step - 1]) < 1e-12)
    }
  }

  /// q(x_t|x₀) and successive draws from its posteriors have the same distributions.
  @Test func samplingThePosteriorGoesBackToTheData() {
    let schedule = NoiseSchedule(.linear, steps: 20)
    let random = Random(seed: 3)
    let data = Tensor(filledWith: 1.5, [20_000])
    var x = schedule[20].signal * data + schedule[20].noise * random.normal([20_000])
    for step in stride(from: 20, to: 5, by: -1) {
      let posterior = schedule[step].posterior(at: schedule[step - 1])
      x =
        posterior.data * data + posterior.state * x
        + posterior.variance.squareRoot() * random.normal([20_000])
    }
    let level = schedule[5]
    let variance = level.noise * level.noise
    #expect(abs(x.mean().scalar - 1.5 * level.signal) < 5 * level.noise / 141)
    #expect(abs(x.variance().scalar - variance) < 5 * variance / 100)
  }

  @Test func theLevelsOfASamplerAreEvenlySpacedAndEndWithoutNoise() {
    let schedule = NoiseSchedule(.linear, steps: 1_000)
    let levels = schedule.levels(count: 10)
    #expect(
      levels.map { Int(($0.time * 1_000).rounded()) + 1 } == [
        1_000, 889, 778, 667, 556, 445, 334, 223, 112, 1, 1,
      ])
    #expect(levels[10].noise == 0 && levels[10].signal == 1)
    #expect(schedule.levels(count: 1).count == 2 && schedule.levels(count: 1_000).count == 1_001)
  }
}
