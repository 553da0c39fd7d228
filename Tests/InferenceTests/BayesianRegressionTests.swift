import Inference
import Tensor
import Testing

@Suite struct BayesianRegressionTests {
  private let x = Tensor([[1], [2], [3], [4]], dtype: .float64)
  private let y = Tensor([1.1, 1.9, 3.2, 3.9], dtype: .float64)
  private let prior = BayesianLinearRegression(
    coefficients: 1, priorVariance: 1, noiseVariance: 0.25)

  @Test func hasThePosteriorByHand() throws {
    let posterior = try prior.observing(x, y)
    #expect(Swift.abs(posterior.covariance.scalar - 0.0082644628) < 1e-10)
    #expect(Swift.abs(posterior.mean.scalar - 0.9950413223) < 1e-10)
    let predictive = posterior.predictive(at: Tensor([[2]], dtype: .float64))
    #expect(Swift.abs(predictive.mean.scalar - 2 * 0.9950413223) < 1e-9)
    #expect(Swift.abs(predictive.varianceOfFunction.scalar - 4 * 0.0082644628) < 1e-9)
    #expect(
      predictive.varianceOfObservation.scalar == predictive.varianceOfFunction.scalar + 0.25)
  }

  @Test func oneAfterAnotherIsAllAtOnce() throws {
    let random = Random(seed: 1)
    let x = random.normal([12, 3], dtype: .float64)
    let y = random.normal([12], dtype: .float64)
    let prior = try BayesianLinearRegression(
      mean: Tensor([1, 0, -1], dtype: .float64),
      covariance: Tensor([[2, 0.5, 0], [0.5, 1, 0], [0, 0, 3]], dtype: .float64),
      noiseVariance: 0.3)
    let batch = try prior.observing(x, y)
    var sequential = prior
    var evidence = 0.0
    for row in 0..<12 {
      let (one, value) = (x.sliced(row..<row + 1), y.sliced(row..<row + 1))
      evidence += try sequential.logEvidence(one, value)
      sequential = try sequential.observing(one, value)
    }
    #expect(abs(sequential.mean - batch.mean).max().scalar < 1e-12)
    #expect(abs(sequential.covariance - batch.covariance).max().scalar < 1e-12)
    // The chain rule: the evidence is the product of the predictive densities.
    #expect(Swift.abs(evidence - (try prior.logEvidence(x, y))) < 1e-11)
  }

  @Test func theEvidenceIsTheDensityOfTheObservations() throws {
    // y ~ N(0, σ² I + τ² x xᵀ).
    let covariance = 0.25 * Tensor.identity(4, dtype: .float64) + x.matmul(x, transposeRight: true)
    let factor = try CholeskyFactor(of: covariance)
    let squares = square(factor.whitened(y)).sum().scalar
    let direct =
      -0.5 * (squares + factor.logDeterminant.scalar + 4 * 1.8378770664093454836)
    #expect(Swift.abs(try prior.logEvidence(x, y) - direct) < 1e-12)
  }

  @Test func samplesHaveThePosteriorsMoments() throws {
    let prior = try BayesianLinearRegression(
      mean: Tensor([1, -1], dtype: .float64),
      covariance: Tensor([[2, 0.9], [0.9, 1]], dtype: .float64), noiseVariance: 1)
    let draws = try prior.sampleCoefficients(20_000, using: Random(seed: 2))
    #expect(abs(draws.mean(along: 0) - prior.mean).max().scalar < 0.05)
    let deviations = draws - prior.mean
    let covariance = deviations.matmul(deviations, transposeLeft: true) / 20_000
    #expect(abs(covariance - prior.covariance).max().scalar < 0.08)
  }

  @Test func theVariancesOfLargestEvidenceAreStationary() throws {
    let random = Random(seed: 3)
    let x = random.normal([40, 3], dtype: .float64)
    let w = Tensor([[1], [-2], [0.5]], dtype: .float64)
    let y = x.matmul(w).squeezed(at: 1) + 0.7 * random.normal([40], dtype: .float64)
    let fit = try EvidenceRegression(x, y).fit(
      driver: .init(tolerance: 1e-14, iterationLimit: 2_000))
    #expect(fit.hasConverged)
    let values = fit.bounds.map(\.objective)
    #expect(zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
    func evidence(_ prior: Double, _ noise: Double) throws -> Double {
      try BayesianLinearRegression(coefficients: 3, priorVariance: prior, noiseVariance: noise)
        .logEvidence(x, y)
    }
    let (prior, noise) = (fit.parameters.prior, fit.parameters.noise)
    #expect(Swift.abs(try evidence(prior, noise) - fit.objective) < 1e-10)
    for factor in [0.98, 1.02] {
      #expect(try evidence(prior * factor, noise) < fit.objective)
      #expect(try evidence(prior, noise * factor) < fit.objective)
    }
    #expect(Swift.abs(noise - 0.49) < 0.25)
  }

  @Test func tellsBadData() {
    #expect(throws: RegressionError.observationNotFinite(row: 1, value: "nan")) {
      try prior.observing(
        Tensor([[1], [2]], dtype: .float64), Tensor([1, .nan], dtype: .float64))
    }
    #expect(throws: RegressionError.inputNotFinite(row: 0, column: 0, value: "inf")) {
      try prior.observing(
        Tensor([[Double.infinity]], dtype: .float64), Tensor([1], dtype: .float64))
    }
  }
}
