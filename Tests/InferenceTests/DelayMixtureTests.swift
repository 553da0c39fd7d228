import Inference
import Tensor
import Testing

@Suite struct DelayMixtureTests {
  @Test func windowsAreDelayVectors() {
    let series = Tensor([1, 2, 3, 4], dtype: .float64)
    #expect(DelayMixture.windows(of: series, length: 3).doubles == [1, 2, 3, 2, 3, 4])
  }

  @Test func oneComponentIsAnAutoregression() throws {
    // xₜ = 0.8 xₜ₋₁ + w: the forecast's mean is 0.8 x, its variance that of w.
    let random = Random(seed: 1)
    let noise = random.normal([4_000], dtype: .float64).doubles
    var values = [0.0]
    for step in noise { values.append(0.8 * (values.last ?? 0) + 0.5 * step) }
    let series = Tensor(values, dtype: .float64)
    let (model, fit) = try DelayMixture.fit(series, lags: 1, components: 1, using: random)
    #expect(fit.hasConverged && model.lags == 1)
    let next = try model.next(after: Tensor([2], dtype: .float64))
    #expect(abs(next.means.scalar - 1.6) < 0.08)
    #expect(abs(next.covariances.scalar - 0.25) < 0.03)
    let paths = try model.paths(
      4_000, steps: 3, after: Tensor([2], dtype: .float64), using: random)
    #expect(paths.shape == [4_000, 3])
    let (means, variances) = (paths.mean(along: 0).doubles, paths.variance(along: 0).doubles)
    for (step, expected) in [1.6, 1.28, 1.024].enumerated() {
      #expect(abs(means[step] - expected) < 0.15, "step \(step)")
    }
    #expect(abs(variances[1] - 0.25 * (1 + 0.64)) < 0.06)
  }

  @Test func aPathsFirstStepIsTheConditionalMixture() throws {
    // Two regimes: after a value around −3 or 3 comes its opposite.
    let mixture = try GaussianMixture(
      weights: Tensor([0.5, 0.5], dtype: .float64),
      means: Tensor([[-3, 3], [3, -3]], dtype: .float64),
      covariances: Tensor([1, 0.3, 0.3, 1, 1, -0.2, -0.2, 0.5], shape: [2, 2, 2], dtype: .float64))
    let model = DelayMixture(mixture)
    let series = Tensor([7, 0.1], dtype: .float64)
    let next = try model.next(after: series)
    let paths = try model.paths(20_000, steps: 1, after: series, using: Random(seed: 2))
    #expect(abs(paths.mean().scalar - next.mean.scalar) < 0.1)
    #expect(abs(paths.variance().scalar - next.covariance.scalar) < 0.3)
  }

  @Test func badSeriesAreTold() {
    #expect(throws: MixtureError.tooFewPoints(components: 1, points: 0)) {
      try DelayMixture.fit(
        Tensor([1, 2], dtype: .float64), lags: 3, components: 1, using: Random(seed: 0))
    }
    #expect(throws: MixtureError.self) {
      try DelayMixture.fit(
        Tensor([1, .infinity, 2, 3], dtype: .float64), lags: 1, components: 1,
        using: Random(seed: 0))
    }
  }
}
