import GaussianProcesses
import Tensor
import Testing

private func double(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: .float64) }

private let x = double([[0], [1], [2.5]])
private let y = double([0.5, -0.3, 1])
private let process = GaussianProcess(1 * SquaredExponential(length: 1), noiseVariance: 0.1)

/// Data and a process with every kind of component, with more points than a tile has.
private enum Large {
  static let inputs = Random(seed: 1).normal([150, 2], dtype: .float64)
  static let targets =
    sin(2 * inputs.sliced(0..<1, along: 1)).reshaped(to: [-1])
    + 0.1 * Random(seed: 2).normal([150], dtype: .float64)
  static let process = GaussianProcess(
    1.5 * SquaredExponential(lengths: [0.8, 1.2]) + Periodic(period: 2) * Linear().on(columns: [1])
      + White(variance: 0.03), noiseVariance: 0.02,
    mean: .linear(offset: 0.2, slopes: [0.1, -0.3]))
}

@Suite struct GaussianProcessTests {
  @Test func valuesOfTheTable() throws {
    let posterior = try process.conditioned(on: y, at: x)
    #expect(abs(posterior.logMarginalLikelihood + 3.7327988415) < 1e-10)
    #expect(posterior.jitter == 0)
    let f = posterior.prediction(of: .function, at: double([[1.5], [10]]))
    #expect(abs(f.mean - double([0.00911506, 0])).max().scalar < 1e-8)
    #expect(abs(f.variance - double([0.15491488, 1])).max().scalar < 1e-8)
    let y = posterior.prediction(of: .observations, at: double([[1.5], [10]]))
    #expect(abs(y.variance - double([0.25491488, 1.1])).max().scalar < 1e-8)
    #expect(y.mean == f.mean && y.quantity == .observations && y.rounding == 0)
    let (lower, upper) = y.interval(0.95)
    #expect(abs(upper.doubles[1] - 1.959963984540054 * 1.1.squareRoot()) < 1e-12)
    #expect(abs(lower.doubles[1] + 1.959963984540054 * 1.1.squareRoot()) < 1e-12)
  }

  @Test func bothLikelihoodsAndTheirGradientsAgree() throws {
    let process = Large.process
    let (value, gradient) = try process.logMarginalLikelihoodWithGradient(
      of: Large.targets, at: Large.inputs)
    let (expected, slopes) = try valueWithGradient(at: process.trainingPoint) {
      try process.logMarginalLikelihood(of: Large.targets, at: Large.inputs, trainingPoint: $0)
    }
    #expect(abs(value - expected.scalar) < 1e-9)
    #expect(gradient.count == process.parameterNames.count && gradient.count == 11)
    for (name, pair) in zip(process.parameterNames, zip(gradient, slopes.doubles)) {
      #expect(abs(pair.0 - pair.1) < 1e-8 * max(1, abs(pair.1)), "\(name)")
    }
  }

  @Test func theLikelihoodHasGradientsToSecondOrder() {
    let process = GaussianProcess(
      0.8 * RationalQuadratic() + Matern(.fiveHalves), noiseVariance: 0.2, mean: .constant(0.3))
    let check = checkGradient(
      of: { inputs in
        (try? process.logMarginalLikelihood(
          of: inputs[0], at: inputs[1], trainingPoint: inputs[2])) ?? Tensor(Double.nan)
      }, at: [y, x, process.trainingPoint])
    #expect(check.passes(), "\(check)")
  }

  @Test func predictionsHaveGradients() throws {
    let posterior = try process.conditioned(on: y, at: x)
    let check = checkGradient(
      of: {
        let f = posterior.prediction(of: .function, at: $0[0])
        return f.mean + f.variance
      }, at: [double([[0.7], [1.9]])])
    #expect(check.passes(), "\(check)")
  }

  @Test func covariancesHaveTheVariancesOnTheirDiagonals() throws {
    let posterior = try Large.process.conditioned(on: Large.targets, at: Large.inputs)
    let points = Random(seed: 4).normal([300, 2], dtype: .float64)
    for quantity in [Quantity.function, .observations] {
      let covariance = posterior.covariance(of: quantity, at: points)
      let prediction = posterior.prediction(of: quantity, at: points)
      #expect(abs(covariance.diagonal() - prediction.variance).max().scalar < 1e-11)
    }
    let noise =
      posterior.prediction(of: .observations, at: points).variance
      - posterior.prediction(of: .function, at: points).variance
    #expect(abs(noise - 0.05).max().scalar < 1e-11)
  }

  @Test func leavingOneOutIsConditioningOnTheOthers() throws {
    let (inputs, targets) = (Large.inputs.sliced(0..<9), Large.targets.sliced(0..<9))
    let all = try Large.process.conditioned(on: targets, at: inputs).leaveOneOut()
    for row in 0..<9 {
      let others = (0..<9).filter { $0 != row }
      let one = try Large.process.conditioned(
        on: targets.gathered(at: others, along: 0), at: inputs.gathered(at: others, along: 0)
      ).prediction(of: .observations, at: inputs.sliced(row..<row + 1))
      #expect(abs(all.mean.doubles[row] - one.mean.scalar) < 1e-11)
      #expect(abs(all.variance.doubles[row] - one.variance.scalar) < 1e-11)
    }
  }

  @Test func partsAddUp() throws {
    let process = GaussianProcess(Large.process.kernel, noiseVariance: 0.02)
    let posterior = try process.conditioned(on: Large.targets, at: Large.inputs)
    let points = Random(seed: 5).normal([7, 2], dtype: .float64)
    let parts = posterior.parts(at: points)
    #expect(parts.map(\.name) == ["squared-exponential", "periodic * linear[1]", "white"])
    let sum = parts.map(\.prediction.mean).reduce(Tensor(0, dtype: .float64), +)
    #expect(abs(sum - posterior.prediction(of: .function, at: points).mean).max().scalar < 1e-12)
    #expect(parts[0].share > 0.8 && parts[1].share < 0.1 && parts[2].share < 0.05)
  }

  @Test func samplesHaveThePosteriorsMoments() throws {
    let posterior = try process.conditioned(on: y, at: x)
    let points = double([[0.4], [1.5], [4]])
    let samples = try posterior.samples(40_000, of: .function, at: points, using: Random(seed: 7))
    #expect(samples.values.shape == [40_000, 3] && samples.jitter == 0)
    let f = posterior.prediction(of: .function, at: points)
    let covariance = posterior.covariance(of: .function, at: points)
    let marginal = try posterior.marginal(of: .function, at: points)
    #expect(marginal.jitter == 0 && marginal.distribution.mean == f.mean)
    #expect(abs(marginal.distribution.variance - f.variance).max().scalar < 1e-13)
    let mean = samples.values.mean(along: 0)
    let centred = samples.values - mean
    let found = centred.matmul(centred, transposeLeft: true) / 40_000
    #expect((abs(mean - f.mean) - 4 * sqrt(f.variance / 40_000)).max().scalar < 0)
    #expect(abs(found - covariance).max().scalar < 0.03)
  }

  /// Rounding makes the matrix indefinite; the jitter that fixes this is as large as the rounding
  /// error, not 1e-6.
  @Test func samplesTellTheirLeastJitter() throws {
    let grid = Tensor.linearSpace(from: 0, through: 1, count: 100, dtype: .float64)
      .reshaped(to: [-1, 1])
    let smooth = GaussianProcess(1 * SquaredExponential(length: 0.5))
    let samples = try smooth.samples(2, of: .function, at: grid, using: Random(seed: 1))
    #expect(samples.jitter > 0 && samples.jitter <= 1e-13, "\(samples.jitter)")
    #expect(samples.values.isFinite)
    let posterior = try GaussianProcess(1 * SquaredExponential()).conditioned(on: y, at: x)
    let known = try posterior.samples(3, of: .function, at: x, using: Random(seed: 1))
    #expect(abs(known.values - y).max().scalar < 1e-6)
  }

  /// The noise variance has no floor: 1e-12 is used as 1e-12, in the likelihood and in predictions.
  @Test func aSmallNoiseIsItself() throws {
    let points = double([[0], [1]])
    let targets = double([0.5, -0.3])
    let k = exp(Tensor(-0.5, dtype: .float64)).scalar
    for noise in [1e-12, 1e-4] {
      let posterior = try GaussianProcess(1 * SquaredExponential(), noiseVariance: noise)
        .conditioned(on: targets, at: points)
      // A 2 × 2 matrix by hand.
      let (a, b) = (1 + noise, k)
      let determinant = a * a - b * b
      let square = (a * (0.25 + 0.09) - 2 * b * 0.5 * -0.3) / determinant
      let expected =
        -0.5 * (square + log(Tensor(determinant, dtype: .float64)).scalar)
        - log(Tensor(2 * Double.pi, dtype: .float64)).scalar
      #expect(abs(posterior.logMarginalLikelihood - expected) < 1e-12)
      #expect(posterior.jitter == 0)
      let variance = posterior.prediction(of: .function, at: points).variance.doubles[0]
      #expect(abs(variance - noise * (1 - noise * a / determinant)) < 1e-15)
    }
  }

  /// Rounding below 0 is reported, not hidden.
  @Test func aVarianceBelowZeroIsTold() throws {
    let grid = Tensor.linearSpace(from: 0, through: 3, count: 12, dtype: .float64)
      .reshaped(to: [-1, 1])
    let posterior = try GaussianProcess(1e6 * SquaredExponential(length: 2))
      .conditioned(on: sin(grid.reshaped(to: [-1])), at: grid, jitterLimit: 1)
    let f = posterior.prediction(of: .function, at: grid)
    #expect(f.variance.min().scalar >= 0)
    #expect(f.rounding < 1e-4 && (f.rounding > 0 || f.variance.min().scalar > 0))
  }

  @Test func trainingFindsTheParametersOfTheData() throws {
    let inputs = Random(seed: 11).uniform([90, 1], dtype: .float64) * 10
    let truth = GaussianProcess(2 * SquaredExponential(length: 1.5), noiseVariance: 0.05)
    let targets = try truth.samples(1, of: .observations, at: inputs, using: Random(seed: 12))
      .values.reshaped(to: [-1])
    let start = GaussianProcess(1 * SquaredExponential(length: 0.5), noiseVariance: 0.5)
    let fit = try start.fitted(to: targets, at: inputs, starts: 2, using: Random(seed: 13))
    #expect(fit.hasConverged && fit.searches.count == 2)
    let atTruth = try truth.conditioned(on: targets, at: inputs).logMarginalLikelihood
    #expect(fit.objective >= atTruth)
    #expect(abs(fit.objective - fit.posterior.logMarginalLikelihood) < 1e-9)
    let values = fit.process.parameterValues
    #expect(abs(values[1] - 1.5) < 0.3 && abs(values[2] - 0.05) < 0.03, "\(values)")
  }

  @Test func priorsAndFixedParametersBind() throws {
    var start = GaussianProcess(
      1 * SquaredExponential(length: 0.5), noiseVariance: 0.05, isNoiseFixed: true)
    start.kernel.parameters[0].isFixed = true
    let name = "squared-exponential.length"
    let prior = ParameterPrior.logNormal(median: 3, deviation: 1e-4)
    let fit = try start.fitted(to: y, at: x, priors: [name: prior], using: Random(seed: 1))
    #expect(fit.process.parameterNames[1] == name)
    let values = fit.process.parameterValues
    #expect(values[0] == 1 && abs(values[1] - 3) < 1e-3 && values[2] == 0.05)
    let density = prior.logDensity(ofLogarithm: log(double(values[1]))).scalar
    #expect(abs(fit.objective - fit.posterior.logMarginalLikelihood - density) < 1e-9)
    #expect(throws: GaussianProcessError.self) {
      try start.fitted(to: y, at: x, priors: ["lenght": prior], using: Random(seed: 1))
    }
    start.kernel.parameters[1].isFixed = true
    let fixed = try start.fitted(to: y, at: x, using: Random(seed: 1))
    #expect(fixed.searches.isEmpty && fixed.hasConverged)
    #expect(fixed.process.parameterValues == start.parameterValues)
  }

  @Test(arguments: [
    ParameterPrior.logNormal(median: 2, deviation: 0.7), .gamma(shape: 3, rate: 2),
    .inverseGamma(shape: 2.5, scale: 1.5),
  ]) func priorsAreDensitiesOfTheLogarithm(_ prior: ParameterPrior) {
    let t = Tensor.linearSpace(from: -30, through: 30, count: 60_001, dtype: .float64)
    #expect(abs(exp(prior.logDensity(ofLogarithm: t)).sum().scalar * 1e-3 - 1) < 1e-9)
    let check = checkGradient(
      of: { prior.logDensity(ofLogarithm: $0[0]) }, at: [double([-0.5, 0.3, 1.1])])
    #expect(check.passes(), "\(check)")
  }

  @Test func duplicatesWithoutNoiseAreToldWithTheirCure() throws {
    let bare = GaussianProcess(1 * SquaredExponential())
    let twice = double([[0], [1], [0]])
    var jitter: Double?
    do {
      _ = try bare.conditioned(on: y, at: twice)
      Issue.record("expected an error")
    } catch let error as GaussianProcessError {
      guard case .notPositiveDefinite(3, let cure?, 0) = error else {
        Issue.record("\(error)")
        return
      }
      jitter = cure
      #expect(cure <= 1e-14)
      #expect(
        error.description == "Gaussian process: expected a positive definite covariance matrix,"
          + " found a leading minor of order 3 that is not positive: the inputs of rows 0 and 2,"
          + " counted from 0, are equal; a jitter of \(cure) cures it")
    }
    let cured = try bare.conditioned(on: y, at: twice, jitterLimit: 1e-6)
    #expect(cured.jitter == jitter)
  }

  @Test func constantTargetsAreAnErrorOfTrainingAlone() throws {
    let same = double([2, 2, 2])
    #expect(throws: GaussianProcessError.constantTargets(value: 2, count: 3)) {
      try process.fitted(to: same, at: x, using: Random(seed: 1))
    }
    let posterior = try process.conditioned(on: same, at: x)
    #expect(posterior.prediction(of: .function, at: x).mean.isFinite)
    #expect(posterior.parts(at: x)[0].share == 0)
  }

  @Test func badDataIsTold() {
    let nan = double([0.5, .nan, 1])
    #expect(throws: GaussianProcessError.notFinite(what: "targets", row: 1)) {
      try process.conditioned(on: nan, at: x)
    }
    #expect(throws: GaussianProcessError.noObservations) {
      try process.conditioned(on: .zeros([0]), at: .zeros([0, 1]))
    }
  }
}
