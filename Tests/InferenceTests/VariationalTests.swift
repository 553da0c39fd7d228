import Inference
import Tensor
import Testing

private func close(_ a: Tensor, _ b: [Double], _ tolerance: Double) -> Bool {
  zip(a.doubles, b).allSatisfy { Swift.abs($0 - $1) <= tolerance } && a.count == b.count
}

@Suite struct VariationalTests {
  // Variances 2 and 1, correlation 0.8.
  private let covariance = Tensor(
    [[2, 0.8 * 2.0.squareRoot()], [0.8 * 2.0.squareRoot(), 1]], dtype: .float64)
  private let centre = Tensor([3, -1], dtype: .float64)

  /// The normalised log-density, whose greatest bound is −KL.
  private func target(_ x: Tensor) throws -> Tensor {
    let factor = try CholeskyFactor(of: covariance)
    let white = factor.whitened((x - centre).transposed())
    return -0.5 * square(white).sum(along: 0) - 1.8378770664093453
      - 0.5 * factor.logDeterminant
  }

  @Test func meanFieldOfAGaussian() throws {
    let q = try GaussianApproximation.meanField(mean: centre, covariance: covariance)
    #expect(close(square(q.scale), [0.72, 0.36], 1e-12))
    let divergence = try q.klDivergence(toMean: centre, covariance: covariance)
    #expect(Swift.abs(divergence.scalar - 0.510826) < 1e-6)
  }

  @Test func deterministicDrawsFindTheGaussian() throws {
    for family in GaussianFamily.allCases {
      let fit = try VariationalInference(family: family, method: .deterministic(draws: 64))
        .fit(target, dimensions: 2, using: Random(seed: 1))
      #expect(fit.hasConverged && close(fit.approximation.mean, [3, -1], 1e-5))
      let variances = square(fit.approximation.deviations)
      #expect(close(variances, family == .meanField ? [0.72, 0.36] : [2, 1], 1e-4))
      let expected = family == .meanField ? -0.510826 : 0
      #expect(Swift.abs(fit.bound - expected) < 4.5 * fit.boundError + 1e-9)
      #expect(Swift.abs((fit.trace.last ?? 1) - expected) < 1e-6)
    }
  }

  @Test func stochasticGradientsComeNear() throws {
    let fit = try VariationalInference(
      family: .meanField, method: .stochastic(steps: 400, draws: 8, learningRate: 0.2)
    ).fit(target, dimensions: 2, using: Random(seed: 2))
    #expect(close(fit.approximation.mean, [3, -1], 0.1))
    #expect(close(square(fit.approximation.scale), [0.72, 0.36], 0.08))
  }

  @Test func aDensityThatIsNotFiniteIsTold() {
    #expect(throws: VariationalError.self) {
      try VariationalInference(family: .meanField)
        .fit({ x in log(x).sum(along: 1) }, dimensions: 1, using: Random(seed: 1))
    }
    #expect(throws: VariationalError.self) {
      try VariationalInference(family: .fullRank)
        .fit({ x in x.sum(along: 1) }, dimensions: 2, using: Random(seed: 1))
    }
  }

  @Test func gradientEstimatorsAgreeAndTheirVariancesFall() throws {
    // The bound's gradient for an independent target: precision 4 and 1 around 0.5.
    let precision = Tensor([4, 1], dtype: .float64)
    let terms: LogDensity = { x in -0.5 * precision * square(x - 0.5) }
    let whole: LogDensity = { x in try terms(x).sum(along: 1) }
    let q = GaussianApproximation(
      mean: Tensor([0, 1], dtype: .float64), scale: Tensor([0.5, 1.5], dtype: .float64))
    let exact = [2, -0.5, 1 - 4 * 0.25, 1 - 2.25]
    func estimates(_ estimator: GradientEstimator, _ local: LogDensity? = nil) throws -> Tensor {
      let all = try q.boundGradients(
        of: whole, by: estimator, draws: 20_000, localTerms: local, using: Random(seed: 3))
      for column in 0..<4 {
        let own = all.sliced(column..<column + 1, along: 1)
        let error = (own.variance().scalar / 20_000).squareRoot()
        #expect(Swift.abs(own.mean().scalar - exact[column]) < 4.5 * error, "\(estimator)")
      }
      return all.variance(along: 0)
    }
    let score = try estimates(.scoreFunction)
    let controlled = try estimates(.controlledScoreFunction)
    let blackwell = try estimates(.scoreFunction, terms)
    let path = try estimates(.reparameterization)
    #expect((controlled .< score).all() && (blackwell .< score).all())
    #expect((path .< score).all())
  }

  @Test func linearModelWithoutDraws() throws {
    // A Gaussian likelihood: the full-rank approximation is exact, and the bound is the evidence.
    let x = Tensor([[1], [2], [3], [4]], dtype: .float64)
    let y = Tensor([[1.1], [1.9], [3.2], [3.9]], dtype: .float64)
    let fit = try LinearModelApproximation(design: x, priorVariance: 1, family: .fullRank) { eta in
      -2 * square(y - eta) - 0.5 * 1.8378770664093453 + 0.5 * 1.3862943611198906
    }
    #expect(close(fit.approximation.mean, [0.9950413223], 1e-6))
    #expect(close(square(fit.approximation.deviations), [0.0082644628], 1e-7))
  }

  @Test func theBoundByQuadratureIsThatByASum() throws {
    // Inputs so large that the predictors' standard deviations are about ten, where rules with few
    // nodes lose digits.
    let x = Tensor([[12], [-9], [7], [15]], dtype: .float64)
    let y = Tensor([[1], [1], [0], [1]], dtype: .float64)
    let fit = try LinearModelApproximation(design: x, priorVariance: 1, family: .meanField) {
      y * $0 - softplus($0)
    }
    let (mean, deviation) = (fit.approximation.mean.scalar, fit.approximation.deviations.scalar)
    let z = Tensor.linearSpace(from: -10, through: 10, count: 20_001, dtype: .float64)
    let logits = x * (mean + deviation * z)
    let density = exp(-0.5 * square(z)) / 2.506628274631000502 * 0.001
    let likelihood = ((y * logits - softplus(logits)) * density).sum().scalar
    let prior = -0.5 * (mean * mean + deviation * deviation) - 0.91893853320467274178
    let bound = likelihood + prior + fit.approximation.entropy.scalar
    #expect(Swift.abs(fit.bound - bound) < 1e-5, "\(fit.bound), \(bound)")
  }
}

@Suite struct CoordinateAscentTests {
  @Test func hierarchicalMixtureSweeps() throws {
    let one = Tensor([[1]], dtype: .float64)
    let prior = try HierarchicalMixture.Prior(
      mean: Tensor([0], dtype: .float64), covariance: 10 * one, noise: one, concentration: 1)
    let start = HierarchicalMixture(
      data: Tensor([[0], [1], [4], [5]], dtype: .float64), prior: prior,
      means: Tensor([[0], [4]], dtype: .float64), covariances: .ones([2, 1, 1], dtype: .float64),
      concentrations: .ones([2], dtype: .float64))
    let fit = CoordinateAscent(sweepLimit: 1).fit(start)
    let bounds = [-12.8595123, -12.1991340, -11.6002037]
    for (found, expected) in zip(fit.trace, bounds) { #expect(Swift.abs(found - expected) < 1e-6) }
    let first = fit.model.responsibilities.sliced(0..<1, along: 1)
    #expect(close(first, [0.99966465, 0.98201379, 0.00033535, 0.00000614], 1e-8))
    #expect(close(fit.model.means, [0.472323, 4.25717609], 1e-6))
    let whole = CoordinateAscent().fit(start)
    #expect(
      whole.hasConverged
        && zip(whole.trace, whole.trace.dropFirst()).allSatisfy { $0 <= $1 + 1e-10 })
  }

  @Test func hierarchicalMixtureInTwoDimensions() throws {
    let random = Random(seed: 4)
    let centres = Tensor([[-3, 0], [3, 1]], dtype: .float64)
    let data =
      centres.gatheredRows(at: (0..<200).map { $0 % 2 })
      + random.normal([200, 2], dtype: .float64)
    let identity = Tensor.identity(2, dtype: .float64)
    let prior = try HierarchicalMixture.Prior(
      mean: .zeros([2], dtype: .float64), covariance: 10 * identity, noise: identity,
      concentration: 1)
    let fit = CoordinateAscent().fit(
      HierarchicalMixture(
        data: data, prior: prior, means: random.normal([2, 2], dtype: .float64),
        covariances: .stacked([identity, identity]), concentrations: .ones([2], dtype: .float64)))
    #expect(fit.hasConverged)
    let sorted = fit.model.means.gatheredRows(
      at: fit.model.means.sliced(0..<1, along: 1).squeezed(at: 1).argsorted())
    #expect(close(sorted, [-3, 0, 3, 1], 0.5))
  }

  @Test func regressionWithUnknownNoise() {
    let random = Random(seed: 5)
    let x = random.normal([200, 2], dtype: .float64)
    let noise = 0.5 * random.normal([200], dtype: .float64)
    let y = x.matmul(Tensor([[1], [-2]], dtype: .float64)).squeezed(at: 1) + noise
    let fit = CoordinateAscent().fit(
      BayesianRegression(
        design: x, outputs: y, priorVariance: 100, priorShape: 1, priorRate: 1))
    #expect(
      fit.hasConverged && zip(fit.trace, fit.trace.dropFirst()).allSatisfy { $0 <= $1 + 1e-10 })
    #expect(close(fit.model.mean, [1, -2], 0.15))
    #expect(Swift.abs(fit.model.rate / fit.model.shape - 0.25) < 0.06)
  }

  /// A model whose second update is wrong.
  private struct Broken: CoordinateAscentModel {
    static let factors = ["the one", "the other"]
    var bound: Double
    func updating(_ factor: Int) -> Broken { Broken(bound: bound + (factor == 0 ? 1 : -0.5)) }
  }

  @Test func aBoundThatFallsIsTold() {
    let fit = CoordinateAscent().fit(Broken(bound: 0))
    #expect(fit.reason == .boundFell(factor: "the other", sweep: 1, by: 0.5) && !fit.hasConverged)
  }
}
