import Inference
import Tensor
import Testing

/// A cloud in the plane and one point far away, on which a component collapses.
private let cloudAndPoint: Tensor = {
  let cloud = Random(seed: 1).normal([30, 2], dtype: .float64)
  return Tensor.concatenated([cloud, Tensor([[50, 50]], dtype: .float64)])
}()

@Suite struct MixtureDegeneracyTests {
  @Test func aFarPointIsToldByName() {
    #expect {
      try GaussianMixture.fit(cloudAndPoint, components: 2, using: Random(seed: 0))
    } throws: { error in
      guard case MixtureError.collapsed(let component, let iteration, let weight) = error else {
        return false
      }
      return (0..<2).contains(component) && iteration >= 1
        && Swift.abs(weight - 1.0 / 31) < 1e-6
        && "\(error)".contains("component \(component) collapsed in sweep \(iteration)")
    }
  }

  @Test func priorFloorAndTiedCovariancesCureIt() throws {
    let prior = try GaussianMixturePrior.weak(for: cloudAndPoint, components: 2, concentration: 1.5)
    let fits = [
      try GaussianMixture.fit(
        cloudAndPoint, components: 2, prior: prior, using: Random(seed: 0)),
      try GaussianMixture.fit(
        cloudAndPoint, components: 2, floor: 0.01, using: Random(seed: 0)),
      try GaussianMixture.fit(
        cloudAndPoint, components: 2, kind: .diagonal, floor: 0.01, using: Random(seed: 0)),
      try GaussianMixture.fit(
        cloudAndPoint, components: 2, kind: .tied, using: Random(seed: 0)),
    ]
    for fit in fits {
      #expect(fit.hasConverged)
      let objectives = fit.bounds.map(\.objective)
      #expect(
        zip(objectives, objectives.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
      #expect(fit.model.covariances.isFinite)
    }
    // No variance is below the floor.
    for fit in fits[1...2] {
      let least = try SymmetricEigendecomposition(of: fit.model.covariances).values.min().scalar
      #expect(Swift.abs(least - 0.01) < 1e-10)
    }
  }

  @Test(arguments: CovarianceKind.allCases)
  func thePriorsModeIsStationary(_ kind: CovarianceKind) throws {
    let x = Random(seed: 2).normal([25, 2], dtype: .float64)
    let prior = try GaussianMixturePrior(
      concentration: 2, scale: Tensor([[1, 0.3], [0.3, 2]], dtype: .float64), degreesOfFreedom: 5)
    let fit = try GaussianMixture.fit(
      x, components: 1, kind: kind, prior: prior, using: Random(seed: 0))
    func objective(_ scale: Double) throws -> Double {
      let model = try GaussianMixture(
        weights: fit.model.weights, means: fit.model.means,
        covariances: fit.model.covariances * scale, kind: kind)
      return model.logDensity(of: x).sum().scalar + prior.logDensity(of: model)
    }
    let best = try objective(1)
    #expect(Swift.abs(best - fit.objective) < 1e-9)
    #expect(try objective(1.01) < best)
    #expect(try objective(0.99) < best)
    let slope = (try objective(1 + 1e-5) - objective(1 - 1e-5)) / 2e-5
    #expect(Swift.abs(slope) < 1e-4)
  }

  @Test func theInverseWishartDensityIsThatOfAnInverseGamma() throws {
    // In one dimension: inverse gamma with shape ν/2 and rate ψ/2; at 1.7 with ν 3, ψ 2.
    let prior = try GaussianMixturePrior(scale: Tensor([[2]], dtype: .float64), degreesOfFreedom: 3)
    let model = try GaussianMixture(
      weights: Tensor([1], dtype: .float64), means: Tensor([[0]], dtype: .float64),
      covariances: Tensor([[[1.7]]], dtype: .float64))
    let logGammaOfThreeHalves = -0.12078223763524522
    let logDensity = -logGammaOfThreeHalves - 2.5 * 0.5306282510621704 - 1 / 1.7
    #expect(Swift.abs(prior.logDensity(of: model) - logDensity) < 1e-12)
  }

  @Test func failedStartsAreCountedWhereAnotherSucceeds() throws {
    // In one dimension, some random starts collapse onto the equal points at 9.
    let line = (0..<20).map { 0.1 * Double($0) }
    let cloud = (0..<5).map { 9 + 0.2 * Double($0) }
    let values: [Double] = line + [9, 9] + cloud
    let x = Tensor(values, shape: [values.count, 1], dtype: .float64)
    let fit = try GaussianMixture.fit(
      x, components: 3, start: .random, starts: 12, using: Random(seed: 3))
    #expect(fit.failures.allSatisfy { if case .collapsed = $0 { true } else { false } })
    #expect(!fit.failures.isEmpty)
    #expect(fit.hasConverged)
  }

  @Test func tellsBadData() {
    let random = Random(seed: 0)
    let constant = Tensor([[1, 2], [3, 2], [5, 2]], dtype: .float64)
    #expect(throws: MixtureError.constantFeature(column: 1)) {
      try GaussianMixture.fit(constant, components: 1, using: random)
    }
    let identical = Tensor([[1], [1], [1]], dtype: .float64)
    #expect(throws: MixtureError.constantFeature(column: 0)) {
      try GaussianMixture.fit(identical, components: 2, using: random)
    }
    #expect(throws: MixtureError.tooFewPoints(components: 4, points: 3)) {
      try GaussianMixture.fit(constant, components: 4, using: random)
    }
    let infinite = Tensor([[1], [.infinity]], dtype: .float64)
    #expect(throws: MixtureError.notFinite(row: 1, column: 0, value: "inf")) {
      try GaussianMixture.fit(infinite, components: 1, using: random)
    }
    let missing = Tensor([[1, .nan], [2, .nan]], dtype: .float64)
    #expect(throws: MixtureError.missingFeature(column: 1)) {
      try GaussianMixture.fit(missing, components: 1, using: random)
    }
  }

  @Test func identicalPointsHaveAFitUnderAFloor() throws {
    let identical = Tensor([[1], [1], [1]], dtype: .float64)
    let fit = try GaussianMixture.fit(
      identical, components: 2, floor: 0.5, using: Random(seed: 0))
    #expect(fit.model.covariances.doubles == [0.5, 0.5])
    #expect(fit.model.means.doubles == [1, 1])
  }
}

@Suite struct MixtureMissingValueTests {
  private let mixture = try! GaussianMixture(
    weights: Tensor([0.6, 0.4], dtype: .float64),
    means: Tensor([[0, 0, 1], [4, -3, 2]], dtype: .float64),
    covariances: Tensor(
      [
        [[1, 0.7, 0.2], [0.7, 1, 0.1], [0.2, 0.1, 0.5]],
        [[2, -0.4, 0], [-0.4, 1, 0.3], [0, 0.3, 1]],
      ], dtype: .float64))

  @Test func withoutMissingValuesTheFormulasAgree() throws {
    let x = mixture.sample(6, using: Random(seed: 1)).points
    let whole = mixture.logDensity(of: x)
    #expect(abs(try mixture.logDensity(ofIncomplete: x) - whole).max().scalar < 1e-12)
    #expect(abs(try mixture.completed(x) - x).max().scalar < 1e-12)
  }

  @Test func marginalAndConditionalMakeTheJoint() throws {
    let x = mixture.sample(1, using: Random(seed: 2)).points
    let (known, other) = (x.gathered(at: [2, 0], along: 1), x.gathered(at: [1], along: 1))
    let marginal = try mixture.marginal(of: [2, 0]).logDensity(of: known)
    let conditional = try mixture.conditional(on: known.squeezed(at: 0), at: [2, 0])
    let joint = mixture.logDensity(of: x)
    #expect(abs(marginal + conditional.logDensity(of: other) - joint).max().scalar < 1e-12)
    var incomplete = x.doubles
    incomplete[1] = .nan
    let row = Tensor(incomplete, shape: [1, 3], dtype: .float64)
    #expect(abs(try mixture.logDensity(ofIncomplete: row) - marginal).max().scalar < 1e-12)
    let completed = try mixture.completed(row).doubles
    #expect(Swift.abs(completed[1] - conditional.mean.scalar) < 1e-12)
  }

  @Test func oneGaussianWithAMissingColumnIsRegression() throws {
    // Of one Gaussian whose second coordinate misses values, the estimates are those of the regression
    // on the first (Anderson 1957).
    let pairs = [(0.0, 1.0), (1, 2.5), (2, 2.7), (3, 5.2), (4, 5.0)]
    let x = Tensor(
      pairs.map { [$0.0, $0.1] } + [[5, .nan], [6.5, .nan]], dtype: .float64)
    let fit = try GaussianMixture.fit(
      x, components: 1, driver: .init(tolerance: 0, iterationLimit: 500), using: Random(seed: 0))
    let logs = fit.logLikelihoods
    #expect(zip(logs, logs.dropFirst()).allSatisfy { $1 >= $0 - 1e-9 })
    let (firstMean, known) = (3.0714285714285716, 5.0)
    let meanX = pairs.map(\.0).reduce(0, +) / known, meanY = pairs.map(\.1).reduce(0, +) / known
    let sxx = pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.0 - meanX) }
    let sxy = pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    let expected = [firstMean, meanY + sxy / sxx * (firstMean - meanX)]
    for (found, value) in zip(fit.model.means.doubles, expected) {
      #expect(Swift.abs(found - value) < 1e-6)
    }
  }

  @Test func aMixtureOfIncompletePointsIsFound() throws {
    let x = mixture.sample(300, using: Random(seed: 3)).points
    let mask = Random(seed: 4).bernoulli([300, 3], probability: 0.2, dtype: .float64)
    let holes = select(mask, Tensor(filledWith: .nan, [300, 3], dtype: .float64), x)
    let fit = try GaussianMixture.fit(holes, components: 2, using: Random(seed: 5))
    let logs = fit.logLikelihoods
    #expect(zip(logs, logs.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
    let order = fit.model.weights.doubles[0] > fit.model.weights.doubles[1] ? [0, 1] : [1, 0]
    #expect(abs(fit.model.means.gatheredRows(at: order) - mixture.means).max().scalar < 0.5)
  }
}
