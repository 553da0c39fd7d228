import GaussianProcesses
import Tensor
import Testing

private func double(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: .float64) }

@Suite struct FeatureTests {
  private let points = Random(seed: 1).normal([20, 2], dtype: .float64)

  @Test func polynomialFeaturesAreTheKernels() {
    for degree in 1...4 {
      let phi = PolynomialFeatures(degree: degree, offset: 0.7)(points)
      let count = (degree + 1) * (degree + 2) / 2
      #expect(phi.shape == [20, count])
      let kernel = Polynomial(degree: degree, offset: 0.7)(points, points)
      #expect(abs(phi.matmul(phi, transposeRight: true) - kernel).max().scalar < 1e-11)
    }
  }

  @Test func randomFeaturesHaveTheKernelAsTheirMean() {
    let random = Random(seed: 2)
    let lengths = [0.8, 1.5]
    let cases: [(RandomFourierFeatures, any Kernel)] = [
      (
        RandomFourierFeatures(squaredExponential: lengths, count: 20_000, using: random),
        SquaredExponential(lengths: lengths)
      ),
      (
        RandomFourierFeatures(matern: .half, lengths: lengths, count: 20_000, using: random),
        Matern(.half, lengths: lengths)
      ),
      (
        RandomFourierFeatures(matern: .fiveHalves, lengths: lengths, count: 20_000, using: random),
        Matern(.fiveHalves, lengths: lengths)
      ),
    ]
    for (features, kernel) in cases {
      let phi = features(points)
      let error = abs(phi.matmul(phi, transposeRight: true) - kernel(points, points))
      // A product of two cosines has a variance of at most ½ · 4.
      #expect(error.max().scalar < 5 * (2.0 / 20_000).squareRoot(), "\(kernel.name)")
    }
  }

  @Test func aFineGridOfBumpsIsASquaredExponential() {
    let spacing = 0.1
    let centers = Tensor.linearSpace(from: -12, through: 12, count: 241, dtype: .float64)
    let phi = GaussianBumps(centers: centers.reshaped(to: [-1, 1]), length: 0.7)(
      points.sliced(0..<1, along: 1))
    let variance = spacing / (0.7 * Double.pi.squareRoot())
    let kernel = SquaredExponential(length: 0.7 * 2.0.squareRoot())(
      points.sliced(0..<1, along: 1), points.sliced(0..<1, along: 1))
    #expect(abs(variance * phi.matmul(phi, transposeRight: true) - kernel).max().scalar < 1e-12)
  }

  @Test func aKernelOfFeaturesHasTheirRank() throws {
    let kernel = FeatureKernel(PolynomialFeatures(degree: 2), variance: 0.5)
    let values = try SymmetricEigendecomposition(of: kernel(points)).values.doubles
    #expect(values.filter { $0 > 1e-10 }.count == 6)
    let check = checkGradient(
      of: { kernel.matrix($0[0], $0[0], sameObservations: true, logarithms: $0[1]) },
      at: [points.sliced(0..<3), kernel.logarithms])
    #expect(check.passes(), "\(check)")
  }

  @Test func posteriorOfTheTable() throws {
    let model = BayesianLinearModel(weightVariance: 1, noiseVariance: 0.25)
    let posterior = try model.conditioned(
      on: double([1.1, 1.9, 3.2, 3.9]), at: double([[1], [2], [3], [4]]))
    #expect(abs(posterior.covariance.scalar - 0.0082644628) < 1e-10)
    #expect(abs(posterior.mean.scalar - 0.9950413223) < 1e-10)
  }

  @Test func weightAndKernelFormAgree() throws {
    let random = Random(seed: 3)
    let targets = random.normal([20], dtype: .float64)
    let new = random.normal([9, 2], dtype: .float64)
    let maps: [(any FeatureMap)?] = [
      nil, PolynomialFeatures(degree: 3),
      RandomFourierFeatures(squaredExponential: [1, 2], count: 15, using: random),
      GaussianBumps(centers: random.normal([6, 2], dtype: .float64), length: 1),
    ]
    for map in maps {
      let model = BayesianLinearModel(features: map, weightVariance: 0.6, noiseVariance: 0.3)
      let weights = try model.conditioned(on: targets, at: points)
      let process = try model.gaussianProcess.conditioned(on: targets, at: points)
      #expect(abs(weights.logMarginalLikelihood - process.logMarginalLikelihood) < 1e-10)
      for quantity in [Quantity.function, .observations] {
        let (a, b) = (
          weights.prediction(of: quantity, at: new), process.prediction(of: quantity, at: new)
        )
        #expect(abs(a.mean - b.mean).max().scalar < 1e-10)
        #expect(abs(a.variance - b.variance).max().scalar < 1e-10)
      }
    }
  }

  @Test func sampledWeightsHaveThePosteriorsMoments() throws {
    let model = BayesianLinearModel(weightVariance: 1, noiseVariance: 0.5)
    let targets = Random(seed: 4).normal([20], dtype: .float64)
    let posterior = try model.conditioned(on: targets, at: points)
    let samples = posterior.weightSamples(40_000, using: Random(seed: 5))
    let centred = samples - posterior.mean
    let covariance = centred.matmul(centred, transposeLeft: true) / 40_000
    #expect(abs(covariance - posterior.covariance).max().scalar < 1e-3)
    #expect(abs(samples.mean(along: 0) - posterior.mean).max().scalar < 5e-3)
  }
}
