import Inference
import Tensor
import Testing

/// A random-walk level, for which the Kalman filter is exact.
private struct LocalLevel: ParticleModel {
  var noise = 1.0
  func first(_ count: Int, using random: Random) -> Tensor {
    2 * random.normal([count, 1], dtype: .float64)
  }
  func next(_ states: Tensor, step: Int, using random: Random) -> Tensor {
    states + 0.5 * random.normal(states.shape, dtype: .float64)
  }
  func logLikelihood(of observation: Tensor, at states: Tensor, step: Int) -> Tensor {
    let residual = (observation - states).squeezed(at: 1)
    return -0.5 * square(residual) / (noise * noise) - 0.91893853320467274178
  }
}

@Suite struct ParticleFilterTests {
  private let y = Tensor([[0.3], [1.2], [.nan], [-0.4], [0.8], [1.5]], dtype: .float64)

  @Test func aLinearModelIsFilteredAsByKalman() throws {
    let one = Tensor([[1]], dtype: .float64)
    let exact = try LinearGaussianStateSpace(
      transition: one, stateCovariance: 0.25 * one, observation: one, observationCovariance: one,
      firstMean: Tensor([0], dtype: .float64), firstCovariance: 4 * one
    ).filtered(y)
    let found = try ParticleFilter(particles: 20_000).filtered(
      y, by: LocalLevel(), using: Random(seed: 1))
    #expect(abs(found.logLikelihood - exact.logLikelihood) < 0.05)
    for (mean, expected) in zip(found.means.doubles, exact.means.doubles) {
      #expect(abs(mean - expected) < 0.05)
    }
    let deviations = sqrt(exact.covariances).doubles
    for (deviation, expected) in zip(found.deviations.doubles, deviations) {
      #expect(abs(deviation - expected) < 0.05)
    }
    #expect(found.effectiveSizes.allSatisfy { $0 > 1_000 && $0 <= 20_000 * (1 + 1e-12) })
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    let filter = ParticleFilter(particles: 100)
    let a = try filter.filtered(y, by: LocalLevel(), using: Random(seed: 5))
    let b = try filter.filtered(y, by: LocalLevel(), using: Random(seed: 5))
    #expect(a.means.doubles == b.means.doubles && a.logLikelihood == b.logLikelihood)
  }

  @Test func anObservationThatNothingExplainsIsTold() {
    struct Impossible: ParticleModel {
      func first(_ count: Int, using random: Random) -> Tensor {
        random.normal([count, 1], dtype: .float64)
      }
      func next(_ states: Tensor, step: Int, using random: Random) -> Tensor { states }
      func logLikelihood(of observation: Tensor, at states: Tensor, step: Int) -> Tensor {
        Tensor(
          filledWith: observation.scalar > 5 ? -.infinity : observation.scalar < 0 ? .nan : 0,
          [states.shape[0]], dtype: .float64)
      }
    }
    let filter = ParticleFilter(particles: 10)
    #expect(throws: ParticleError.noLikelihood(step: 1)) {
      try filter.filtered(
        Tensor([[1], [9]], dtype: .float64), by: Impossible(), using: Random(seed: 0))
    }
    #expect(throws: SamplerError.self) {
      try filter.filtered(
        Tensor([[-1]], dtype: .float64), by: Impossible(), using: Random(seed: 0))
    }
  }
}

@Suite struct HierarchicalMixturePriorTests {
  private func prior() throws -> HierarchicalMixture.Prior {
    try HierarchicalMixture.Prior(
      mean: Tensor([1, -1], dtype: .float64),
      covariance: Tensor([[4, 1], [1, 3]], dtype: .float64),
      noise: Tensor([[1, 0.3], [0.3, 0.5]], dtype: .float64), concentration: 2)
  }

  @Test func theJointDensityIsThatOfItsParts() throws {
    let prior = try prior()
    let weights = Tensor([0.3, 0.7], dtype: .float64)
    let means = Tensor([[0, 0], [2, 1]], dtype: .float64)
    func normal(_ x: Tensor, _ mean: Tensor, _ covariance: Tensor) throws -> Double {
      let mixture = try GaussianMixture(
        weights: Tensor([1], dtype: .float64), means: mean.reshaped(to: [1, 2]),
        covariances: covariance.reshaped(to: [1, 2, 2]))
      return mixture.logDensity(of: x.reshaped(to: [1, 2])).scalar
    }
    // Dirichlet(2, 2) has the density 6 π₁ π₂.
    var expected = log(Tensor(6 * 0.21, dtype: .float64)).scalar
    for k in 0..<2 {
      expected += try normal(
        means.sliced(k..<k + 1).squeezed(at: 0), prior.mean, prior.covariance)
    }
    #expect(abs(prior.logDensity(weights: weights, means: means).scalar - expected) < 1e-10)
    let x = Tensor([[0.5, 0.2], [1, 1], [3, 0]], dtype: .float64)
    let components = [0, 1, 1]
    var likelihood = 0.0
    for (row, k) in components.enumerated() {
      likelihood += log(Tensor([0.3, 0.7][k], dtype: .float64)).scalar
      likelihood += try normal(
        x.sliced(row..<row + 1).squeezed(at: 0), means.sliced(k..<k + 1).squeezed(at: 0),
        prior.noise)
    }
    let found = prior.logLikelihood(
      of: x, components: components, weights: weights, means: means)
    #expect(abs(found.scalar - likelihood) < 1e-10)
    // Several parameters at once.
    let batch = prior.logJoint(
      of: x, weights: .stacked([weights, weights]), means: .stacked([means, means]))
    #expect(batch.shape == [2, 3, 2])
    #expect(
      abs(
        batch.sum().scalar - 2 * prior.logJoint(of: x, weights: weights, means: means).sum().scalar)
        < 1e-9)
  }

  @Test func theJointDensityHasTheRightGradients() throws {
    let prior = try prior()
    let x = Tensor([[0.5, 0.2], [1, 1], [3, 0]], dtype: .float64)
    let check = checkGradient(
      of: { inputs in
        let weights = softmax(inputs[0])
        return prior.logJoint(of: x, weights: weights, means: inputs[1]).logSumExp(along: -1).sum()
          + prior.logDensity(weights: weights, means: inputs[1])
      },
      at: [Tensor([0.2, -0.4], dtype: .float64), Tensor([[0.1, 0], [2, 1]], dtype: .float64)])
    #expect(check.passes(), "\(check)")
  }

  @Test func drawsHaveThePriorsMoments() throws {
    let prior = try prior()
    let random = Random(seed: 3)
    let draws = (0..<2_000).map { _ in prior.sample(1, components: 2, using: random) }
    let means = Tensor.stacked(draws.map { $0.means.sliced(0..<1).squeezed(at: 0) })
    let centre = means.mean(along: 0).doubles
    #expect(abs(centre[0] - 1) < 4 * 2 / 44.7 && abs(centre[1] + 1) < 4 * 1.74 / 44.7)
    // Var x = Σ₀ + Σ.
    let points = Tensor.concatenated(draws.map(\.points))
    let variances = points.variance(along: 0).doubles
    #expect(abs(variances[0] - 5) < 0.8 && abs(variances[1] - 3.5) < 0.6)
    // Dirichlet(2, 2): the variance of a weight is 1/20.
    let weights = Tensor.stacked(draws.map(\.weights)).sliced(0..<1, along: 1)
    #expect(abs(weights.variance().scalar - 0.05) < 0.01)
  }
}
