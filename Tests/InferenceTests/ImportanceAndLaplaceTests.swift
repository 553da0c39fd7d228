import Inference
import Tensor
import Testing

@Suite struct ImportanceSampleTests {
  @Test func estimatesMomentsAndEvidence() throws {
    // exp(−(x − 1)² / 2) with the proposal N(0, 2²): the integral is √(2π).
    let x = 2 * Random(seed: 1).normal([20_000], dtype: .float64)
    let logProposal = -0.125 * square(x) - 1.612085713764618
    let sample = try ImportanceSample(
      draws: x, logTarget: -0.5 * square(x - 1), logProposal: logProposal)
    #expect(
      Swift.abs(sample.logEvidence - 0.9189385332) < 4.5 * sample.errorOfLogEvidence)
    let (mean, error) = sample.mean(of: x)
    #expect(Swift.abs(mean - 1) < 4.5 * error && error < 0.02)
    #expect(sample.effectiveSize > 8_000 && sample.effectiveSize < 13_000)
    let resampled = sample.resampled(count: 10_000, using: Random(seed: 2))
    #expect(Swift.abs(resampled.mean().scalar - 1) < 0.06)
    #expect(Swift.abs(resampled.variance().scalar - 1) < 0.1)
  }

  @Test func weightsThatAreNotNumbersAreNamed() {
    let x = Tensor([1, 2], dtype: .float64)
    #expect(throws: SamplerError.noWeight) {
      try ImportanceSample(
        draws: x, logTarget: x * 0 - .infinity, logProposal: x * 0)
    }
    #expect(throws: SamplerError.notADensity(value: .infinity, point: [1])) {
      try ImportanceSample(
        draws: x, logTarget: x * 0, logProposal: Tensor([-Double.infinity, 0], dtype: .float64))
    }
  }
}

@Suite struct LaplaceTests {
  private let start = Tensor([0], dtype: .float64)

  @Test(arguments: [LaplaceApproximation.Method.newton, .quasiNewton])
  func chiSquare(_ method: LaplaceApproximation.Method) throws {
    // χ² with 10 degrees of freedom, without its constant 2⁵ Γ(5) = 768.
    let fit = try LaplaceApproximation(
      of: { x in (4 * log(x) - 0.5 * x).squeezed(at: 1) },
      from: Tensor([5], dtype: .float64), by: method)
    #expect(Swift.abs(fit.mode.scalar - 8) < 1e-6)
    #expect(Swift.abs(fit.covariance.scalar - 16) < 1e-4)
    let exact = log(Tensor(768, dtype: .float64)).scalar
    let ratio = exp(Tensor(fit.logEvidence - exact, dtype: .float64)).scalar
    #expect(Swift.abs(ratio - 0.979424) < 1e-6)
  }

  @Test func logisticRegression() throws {
    let x = Tensor([-2, -1, 0.5, 1, 2], dtype: .float64)
    let y = Tensor([0, 0, 1, 0, 1], dtype: .float64)
    let fit = try LaplaceApproximation(
      of: { w in
        let logits = w * x
        // The prior without its constant.
        let prior = -0.5 * square(w).squeezed(at: 1)
        return prior + (y * logits - softplus(logits)).sum(along: 1)
      }, from: start)
    #expect(Swift.abs(fit.mode.scalar - 0.6862055995) < 1e-9)
    #expect(Swift.abs(fit.covariance.scalar - 0.3575473635) < 1e-9)
    #expect(Swift.abs(fit.logEvidence + 2.3206289) < 1e-6)
    let draws = try fit.sample(20_000, using: Random(seed: 1))
    #expect(Swift.abs(draws.variance().scalar - 0.35754) < 0.02)
    let peak = fit.logDensity(of: fit.mode.reshaped(to: [1, 1])).scalar
    let height = -0.5 * (1.8378770664093453 + log(fit.covariance).scalar)
    #expect(Swift.abs(peak - height) < 1e-9)
  }

  @Test func aPosteriorThatIsNotProperIsTold() {
    // Separable data without a prior; a density that rises without bound; one that is flat along a
    // line.
    let rows: [(LogDensity, Int)] = [
      ({ w in -softplus(-w).squeezed(at: 1) }, 1), ({ w in w.squeezed(at: 1) }, 1),
      ({ w in exp(w).squeezed(at: 1) }, 1), ({ w in -square(w.sum(along: 1) - 1) }, 2),
    ]
    for (logDensity, d) in rows {
      #expect(throws: LaplaceError.self) {
        try LaplaceApproximation(of: logDensity, from: .zeros([d], dtype: .float64))
      }
      #expect(throws: LaplaceError.self) {
        try LaplaceApproximation(
          of: logDensity, from: .zeros([d], dtype: .float64), by: .quasiNewton)
      }
    }
  }
}
