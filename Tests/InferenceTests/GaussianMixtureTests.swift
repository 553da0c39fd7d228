import Inference
import Tensor
import Testing

private func double(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: .float64) }

private func column(_ values: [Double]) -> Tensor {
  Tensor(values, shape: [values.count, 1], dtype: .float64)
}

/// Three Gaussians in the plane, of different shapes.
private let truth = try! GaussianMixture(
  weights: double([0.5, 0.3, 0.2]), means: double([[0, 0], [6, 1], [-2, 7]]),
  covariances: double([[[1, 0.6], [0.6, 1]], [[0.5, 0], [0, 2]], [[2, -0.5], [-0.5, 0.7]]]))

private func isRising(_ values: [Double]) -> Bool {
  zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * max(1, Swift.abs($0)) }
}

@Suite struct GaussianMixtureTests {
  @Test func followsTheSweepsByHand() throws {
    let start = try GaussianMixture(
      weights: double([0.5, 0.5]), means: double([[1], [4]]), covariances: double([[[1]], [[1]]]))
    func fit(_ sweeps: Int) throws -> MixtureFit<GaussianMixture> {
      try GaussianMixture.fit(
        column([0, 1, 4, 5]), components: 2, start: .mixture(start),
        driver: .init(tolerance: 0, iterationLimit: sweeps), using: Random(seed: 0))
    }
    let two = try fit(2)
    for (found, value) in zip(two.logLikelihoods, [-7.4251415, -5.7355138, -5.6757541]) {
      #expect(Swift.abs(found - value) < 1e-7)
    }
    let one = try fit(1).model
    #expect(Swift.abs(one.means.doubles[0] - 0.51786236) < 1e-8)
    #expect(Swift.abs(one.means.doubles[1] - 4.48213764) < 1e-8)
    #expect(Swift.abs(one.covariances.doubles[0] - 0.32113038) < 1e-8)
    // In the limit, the pairs separate: variance ¼ each, apart from overlapping tails.
    let limit = try fit(300).model
    #expect(Swift.abs(limit.covariances.doubles[0] - 0.25) < 1e-6)
  }

  @Test func theBoundIsTheEvidenceLessTheDivergence() throws {
    let mixture = try GaussianMixture(
      weights: double([0.5, 0.5]), means: double([[0], [3]]), covariances: double([[[1]], [[1]]]))
    let bound = mixture.bound(responsibilities: double([[0.3, 0.7]]), of: column([1]))
    #expect(Swift.abs(bound.value + 2.5512214) < 1e-7)
    #expect(Swift.abs((bound.divergence ?? 0) - 0.6405490) < 1e-7)
    #expect(Swift.abs((bound.logEvidence ?? 0) + 1.9106724) < 1e-7)
    let certain = mixture.bound(responsibilities: double([[1, 0]]), of: column([1]))
    #expect(Swift.abs(certain.value - mixture.logJoint(of: column([1])).doubles[0]) < 1e-12)
  }

  @Test(arguments: CovarianceKind.allCases)
  func theLikelihoodRisesAndIsThatOfTheModel(_ kind: CovarianceKind) throws {
    let x = truth.sample(150, using: Random(seed: 7)).points
    let fit = try GaussianMixture.fit(x, components: 3, kind: kind, using: Random(seed: 1))
    #expect(fit.hasConverged)
    #expect(isRising(fit.logLikelihoods))
    let sum = fit.model.logDensity(of: x).sum().scalar
    #expect(Swift.abs(sum - fit.logLikelihood) < 1e-9 * Swift.abs(sum))
    let q = fit.model.responsibilities(of: x)
    #expect(abs(q - fit.responsibilities).max().scalar < 1e-9)
    #expect(fit.assignments == fit.model.assignments(of: x))
    // At a maximum, the model's mean is that of the data.
    #expect(abs(fit.model.mean - x.mean(along: 0)).max().scalar < 1e-3)
    let parameters = [.full: 17, .tied: 11, .diagonal: 14, .spherical: 11][kind]
    #expect(fit.model.parameterCount == parameters)
    let bic = Double(parameters ?? 0) * 5.0106352940962555 - 2 * fit.logLikelihood
    #expect(Swift.abs(fit.bic - bic) < 1e-9)
  }

  @Test func kindsAreWhatTheySay() throws {
    let x = truth.sample(200, using: Random(seed: 2)).points
    func covariances(_ kind: CovarianceKind) throws -> [[Double]] {
      let model = try GaussianMixture.fit(x, components: 2, kind: kind, using: Random(seed: 1))
        .model
      return (0..<2).map { model.covariances.sliced($0..<$0 + 1).doubles }
    }
    let tied = try covariances(.tied)
    #expect(tied[0] == tied[1])
    #expect(try covariances(.diagonal).allSatisfy { $0[1] == 0 && $0[2] == 0 && $0[0] != $0[3] })
    #expect(try covariances(.spherical).allSatisfy { $0[1] == 0 && $0[0] == $0[3] })
  }

  @Test func oneComponentIsTheSampleMeanAndCovariance() throws {
    let x = truth.sample(50, using: Random(seed: 3)).points
    let model = try GaussianMixture.fit(x, components: 1, using: Random(seed: 0)).model
    let deviations = x - x.mean(along: 0)
    let covariance = deviations.matmul(deviations, transposeLeft: true) / 50
    #expect(abs(model.covariances.squeezed(at: 0) - covariance).max().scalar < 1e-12)
    #expect(abs(model.covariance - covariance).max().scalar < 1e-12)
  }

  @Test func findsTheTruthOfManyPoints() throws {
    let (x, components) = truth.sample(800, using: Random(seed: 4))
    let fit = try GaussianMixture.fit(x, components: 3, starts: 1, using: Random(seed: 5))
    #expect(fit.logLikelihood > truth.logDensity(of: x).sum().scalar)
    let order = (0..<3).sorted {
      fit.model.weights.doubles[$0] > fit.model.weights.doubles[$1]
    }
    let means = fit.model.means.gatheredRows(at: order)
    #expect(abs(means - truth.means).max().scalar < 0.4)
    let right = zip(fit.assignments, components).count { order.firstIndex(of: $0) == $1 }
    #expect(right > 770)
  }

  @Test func weightsCountAsRepeatedRows() throws {
    let x = truth.sample(40, using: Random(seed: 6)).points
    let times = (0..<40).map { $0 % 3 + 1 }
    func fit(_ x: Tensor, _ weights: Tensor?) throws -> MixtureFit<GaussianMixture> {
      try GaussianMixture.fit(
        x, components: 3, kind: .tied, start: .mixture(truth), weights: weights,
        driver: .init(tolerance: 0, iterationLimit: 5), using: Random(seed: 0))
    }
    let weighted = try fit(x, double(times.map(Double.init)))
    let repeated = try fit(x.repeated(times, along: 0), nil)
    for (a, b) in zip(weighted.logLikelihoods, repeated.logLikelihoods) {
      #expect(Swift.abs(a - b) < 1e-9)
    }
    #expect(Swift.abs(weighted.bic - repeated.bic) < 1e-9)
  }

  @Test func hardAssignmentsRaiseTheirOwnBound() throws {
    let x = truth.sample(200, using: Random(seed: 8)).points
    let fit = try GaussianMixture.fit(x, components: 3, family: .hard, using: Random(seed: 1))
    #expect(isRising(fit.bounds.map(\.value)))
    #expect(fit.bounds.allSatisfy { ($0.divergence ?? -1) >= 0 })
    #expect(fit.responsibilities.doubles.allSatisfy { $0 == 0 || $0 == 1 })
  }

  @Test func theDensityHasTheRightGradients() {
    let x = truth.sample(4, using: Random(seed: 9)).points
    let check = checkGradient(of: { truth.logDensity(of: $0[0]).sum() }, at: [x])
    #expect(check.passes(), "\(check)")
  }

  @Test func samplesHaveTheMomentsOfTheMixture() {
    let (x, components) = truth.sample(5_000, using: Random(seed: 10))
    #expect(abs(x.mean(along: 0) - truth.mean).max().scalar < 0.15)
    let deviations = x - truth.mean
    let covariance = deviations.matmul(deviations, transposeLeft: true) / 5_000
    #expect(abs(covariance - truth.covariance).max().scalar < 0.5)
    #expect(Swift.abs(Double(components.count { $0 == 0 }) / 5_000 - 0.5) < 0.02)
  }

  @Test func theNumberOfThreadsDoesNotMatter() async {
    // The thread count belongs to the whole process.
    await #expect(processExitsWith: .success) {
      let x = truth.sample(1_100, using: Random(seed: 11)).points
      let fits = try [1, 3].map { threads in
        threadCount = threads
        return try GaussianMixture.fit(
          x, components: 3, driver: .init(iterationLimit: 3), using: Random(seed: 4))
      }
      #expect(fits[0].logLikelihoods == fits[1].logLikelihoods)
      #expect(fits[0].model.covariances == fits[1].model.covariances)
      #expect(fits[0].assignments == fits[1].assignments)
    }
  }
}
