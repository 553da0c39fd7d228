import Inference
import Tensor
import Testing

@Suite struct TMixtureTests {
  private let truth: TMixture

  init() throws {
    truth = try TMixture(
      weights: Tensor([0.6, 0.4], dtype: .float64),
      locations: Tensor([[0, 0], [8, -4]], dtype: .float64),
      scales: Tensor([1, 0.5, 0.5, 2, 0.7, 0, 0, 0.7], shape: [2, 2, 2], dtype: .float64),
      degreesOfFreedom: Tensor([3, 3], dtype: .float64))
  }

  @Test func theDensityIsStudents() throws {
    // t with 1 degree of freedom is the Cauchy distribution, 1 / (π (1 + x²)); with many it is
    // normal.
    func mixture(_ degrees: Double) throws -> TMixture {
      try TMixture(
        weights: Tensor([1], dtype: .float64), locations: Tensor([[0]], dtype: .float64),
        scales: Tensor([1.0], shape: [1, 1, 1], dtype: .float64),
        degreesOfFreedom: Tensor([degrees], dtype: .float64))
    }
    let x = Tensor([[0], [2]], dtype: .float64)
    let cauchy = try mixture(1).logDensity(of: x).doubles
    #expect(abs(cauchy[0] + 1.1447298858494002) < 1e-12)
    #expect(abs(cauchy[1] + 1.1447298858494002 + 1.6094379124341003) < 1e-12)
    let normal = try mixture(1e7).logDensity(of: x).doubles
    #expect(abs(normal[1] + 2.918938533204673) < 1e-5)
  }

  @Test func theDensityHasTheRightGradients() {
    let check = checkGradient(
      of: { truth.logDensity(of: $0[0]).sum() },
      at: [Tensor([[0.3, -1], [5, 2], [9, -3.5]], dtype: .float64)])
    #expect(check.passes(), "\(check)")
  }

  @Test func aFitFindsTheMixtureAndNeverFalls() throws {
    let random = Random(seed: 2)
    let x = truth.sample(1_500, using: random).points
    let fit = try TMixture.fit(
      x, components: 2, starts: 2, driver: .init(tolerance: 1e-10), using: random)
    #expect(fit.hasConverged && fit.failures.isEmpty)
    for (before, after) in zip(fit.logLikelihoods, fit.logLikelihoods.dropFirst()) {
      #expect(after >= before - 1e-10 * abs(before))
    }
    #expect(fit.logLikelihood >= truth.logDensity(of: x).sum().scalar)
    let order = fit.model.weights.doubles[0] > 0.5 ? [0, 1] : [1, 0]
    let locations = fit.model.locations.gatheredRows(at: order).doubles
    for (found, expected) in zip(locations, [0.0, 0, 8, -4]) {
      #expect(abs(found - expected) < 0.3)
    }
    #expect(fit.model.degreesOfFreedom.doubles.allSatisfy { $0 > 2 && $0 < 5 })
    #expect(abs(fit.model.weights.doubles[order[0]] - 0.6) < 0.05)
  }

  @Test func fixedDegreesStay() throws {
    let random = Random(seed: 3)
    let x = truth.sample(200, using: random).points
    let fit = try TMixture.fit(x, components: 2, degreesOfFreedom: 4, using: random)
    #expect(fit.model.degreesOfFreedom.doubles == [4, 4])
  }

  @Test func manyFarPointsMoveNoComponent() throws {
    let random = Random(seed: 4)
    let near = random.normal([200, 1], dtype: .float64)
    let far = Tensor([[40], [-55], [70]], dtype: .float64)
    let fit = try TMixture.fit(
      Tensor.concatenated([near, far]), components: 1, using: random)
    #expect(abs(fit.model.locations.scalar) < 0.3 && fit.model.scales.scalar < 2)
  }

  @Test func badDataAreToldByName() {
    let same = Tensor([[1, 2], [1, 3], [1, 4]], dtype: .float64)
    #expect(throws: MixtureError.constantFeature(column: 0)) {
      try TMixture.fit(same, components: 1, using: Random(seed: 0))
    }
    #expect(throws: MixtureError.tooFewPoints(components: 4, points: 3)) {
      try TMixture.fit(same, components: 4, using: Random(seed: 0))
    }
    #expect(throws: MixtureError.self) {
      try TMixture.fit(
        Tensor([[0], [0], [0], [9]], dtype: .float64), components: 2, using: Random(seed: 0))
    }
  }
}

@Suite struct SoftKMeansTests {
  private let x = Tensor([[0], [1], [4], [5]], dtype: .float64)
  private let start = Tensor([[0], [5]], dtype: .float64)

  @Test func hardAssignmentsAreTheLimit() throws {
    let fit = try SoftKMeans.fit(x, centres: start, variance: 1e-3)
    let centres = fit.model.centres.doubles
    #expect(abs(centres[0] - 0.5) < 1e-12 && abs(centres[1] - 4.5) < 1e-12)
    // −2 ε log-likelihood without its constant is the inertia.
    let constant = -4 * (0.5 * log(2e-3 * Double.pi) + log(2))
    #expect(abs(-2e-3 * (fit.logLikelihood - constant) - 1) < 1e-9)
    #expect(fit.assignments == [0, 0, 1, 1])
  }

  @Test func aboveTheLargestVarianceThereIsOneCluster() throws {
    // The variance is 4.25.
    let driver = ExpectationMaximization(tolerance: 1e-15, iterationLimit: 10_000)
    let soft = try SoftKMeans.fit(x, centres: start, variance: 5, driver: driver)
    #expect(soft.model.centres.doubles.allSatisfy { abs($0 - 2.5) < 1e-4 })
    let split = try SoftKMeans.fit(x, centres: start, variance: 4, driver: driver)
    #expect(abs(split.model.centres.doubles[0] - 2.5) > 0.1)
  }

  @Test func theLikelihoodNeverFallsAndWeightsCount() throws {
    let weights = Tensor([3, 1, 1, 3], dtype: .float64)
    let fit = try SoftKMeans.fit(x, centres: start, variance: 1, weights: weights)
    #expect(fit.hasConverged && fit.count == 8)
    for (before, after) in zip(fit.logLikelihoods, fit.logLikelihoods.dropFirst()) {
      #expect(after >= before - 1e-10 * abs(before))
    }
    let repeated = x.gatheredRows(at: [0, 0, 0, 1, 2, 3, 3, 3])
    let other = try SoftKMeans.fit(repeated, centres: start, variance: 1)
    #expect(abs(fit.logLikelihood - other.logLikelihood) < 1e-9)
  }

  private func log(_ x: Double) -> Double { Tensor.log(x) }
}

extension Tensor {
  fileprivate static func log(_ x: Double) -> Double {
    log1p(Tensor(x - 1, dtype: .float64)).scalar
  }
}
