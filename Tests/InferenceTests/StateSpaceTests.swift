import Inference
import Tensor
import Testing

@Suite struct StateSpaceTests {
  /// Two coordinates that rotate and decay; their sum and the first are observed.
  private let model = LinearGaussianStateSpace(
    transition: Tensor([[0.8, 0.3], [-0.2, 0.9]], dtype: .float64),
    stateCovariance: Tensor([[0.5, 0.1], [0.1, 0.3]], dtype: .float64),
    observation: Tensor([[1, 1], [1, 0]], dtype: .float64),
    observationCovariance: Tensor([[0.4, 0.1], [0.1, 0.6]], dtype: .float64),
    firstMean: Tensor([1, -1], dtype: .float64),
    firstCovariance: Tensor([[2, 0.3], [0.3, 1]], dtype: .float64))

  /// The mean `[n d]` and covariance of all states together.
  private func joint(_ model: LinearGaussianStateSpace, _ steps: Int) -> (Tensor, Tensor) {
    let (d, f) = (model.stateSize, model.transition)
    var means = [model.firstMean.expanded(at: 1)]
    var blocks = [[model.firstCovariance]]
    for t in 1..<steps {
      means.append(f.matmul(means[t - 1]))
      for s in 0..<t { blocks[s].append(blocks[s][t - 1 - s].matmul(f, transposeRight: true)) }
      let last = blocks[t - 1][0]
      blocks.append([f.matmul(last).matmul(f, transposeRight: true) + model.stateCovariance])
    }
    let rows = (0..<steps).map { i -> Tensor in
      let row = (0..<steps).map { j -> Tensor in
        i <= j ? blocks[i][j - i] : blocks[j][i - j].transposed()
      }
      return Tensor.concatenated(row, along: 1)
    }
    return (Tensor.concatenated(means).reshaped(to: [steps * d]), Tensor.concatenated(rows))
  }

  @Test func agreesWithTheJointGaussian() throws {
    let steps = 5
    let y = model.sample(steps, using: Random(seed: 1)).observations
    var values = y.doubles
    (values[3], values[4], values[5]) = (.nan, .nan, .nan)
    let holes = Tensor(values, shape: [steps, 2], dtype: .float64)
    let observed = values.indices.filter { !values[$0].isNaN }
    let (mean, covariance) = joint(model, steps)
    // Observations are linear in the states.
    let places = (0..<steps).map { t in
      model.observation.padded(before: 2 * t, after: 2 * (steps - 1 - t), along: 1)
    }
    let h = Tensor.concatenated(places).gatheredRows(at: observed)
    let noise = Tensor.concatenated(
      (0..<steps).map { t in
        model.observationCovariance.padded(before: 2 * t, after: 2 * (steps - 1 - t), along: 1)
      }
    ).gatheredRows(at: observed).gathered(at: observed, along: 1)
    let cross = h.matmul(covariance)
    let factor = try CholeskyFactor(of: cross.matmul(h, transposeRight: true) + noise)
    let residual =
      Tensor(observed.map { values[$0] }, dtype: .float64)
      - h.matmul(mean.expanded(at: 1)).squeezed(at: 1)
    let white = square(factor.whitened(residual)).sum().scalar
    let direct =
      -0.5 * (white + factor.logDeterminant.scalar + 7 * 1.8378770664093454836)
    let smoothed = try model.smoothed(holes)
    #expect(Swift.abs(smoothed.logLikelihood - direct) < 1e-11)
    #expect(smoothed.logLikelihood == smoothed.logLikelihoodCountingAll)
    let gain = factor.solve(cross).transposed()
    let means = mean + gain.matmul(residual.expanded(at: 1)).squeezed(at: 1)
    #expect(abs(smoothed.means.reshaped(to: [10]) - means).max().scalar < 1e-11)
    let posterior = covariance - gain.matmul(cross)
    for t in 0..<steps {
      let block = posterior.sliced(2 * t..<2 * t + 2).sliced(2 * t..<2 * t + 2, along: 1)
      let found = smoothed.covariances.sliced(t..<t + 1).squeezed(at: 0)
      #expect(abs(found - block).max().scalar < 1e-11)
    }
    // For the last state, filtering and smoothing agree.
    let filtered = try model.filtered(holes)
    #expect(abs(filtered.means.sliced(4..<5) - smoothed.means.sliced(4..<5)).max().scalar < 1e-12)
  }

  /// The same models in both forms, with single numbers and whole steps missing.
  @Test func bothFormsAgree() throws {
    let trend = LinearGaussianStateSpace.localLinearTrend(
      observationVariance: 2, levelVariance: 0.5, slopeVariance: 0.1)
    // A coordinate that never changes: the predicted covariance of the diffuse trend stays singular.
    let fixed = LinearGaussianStateSpace.localLinearTrend(
      observationVariance: 2, levelVariance: 0.5, slopeVariance: 0)
    for (model, m) in [(model, 2), (trend, 1), (fixed, 1)] {
      var values = model.sample(30, using: Random(seed: 5)).observations.doubles
      for place in [0, 3 * m, 7 * m, 7 * m + m - 1, 29 * m] { values[place] = .nan }
      let y = Tensor(values, shape: [30, m], dtype: .float64)
      func expectSame(_ a: StateEstimates, _ b: StateEstimates) {
        #expect(Swift.abs(a.logLikelihood - b.logLikelihood) < 1e-11)
        #expect(a.undeterminedSteps == b.undeterminedSteps)
        let determined = a.undeterminedSteps..<30
        #expect(
          abs(a.means.sliced(determined) - b.means.sliced(determined)).max().scalar < 1e-10)
        let (own, other) = (a.covariances.sliced(determined), b.covariances.sliced(determined))
        #expect(abs(own - other).max().scalar < 1e-10)
      }
      expectSame(try model.filtered(y), try model.filtered(y, form: .covariance))
      expectSame(try model.smoothed(y), try model.smoothed(y, form: .covariance))
      let likelihood = try model.logLikelihood(of: y, form: .covariance)
      #expect(Swift.abs(try model.logLikelihood(of: y) - likelihood) < 1e-11)
    }
  }

  /// The digits that a variance of 10¹², standing for "unknown", costs each form: level and slope,
  /// after the first observations have determined them.
  @Test func rootsKeepTheDigitsThatCovariancesLose() throws {
    let wide = LinearGaussianStateSpace(
      transition: Tensor([[1, 1], [0, 1]], dtype: .float64),
      stateCovariance: Tensor([0.5, 0.1], dtype: .float64).diagonalMatrix(),
      observation: Tensor([[1, 0]], dtype: .float64),
      observationCovariance: Tensor([[2]], dtype: .float64),
      firstCovariance: 1e12 * Tensor.identity(2, dtype: .float64))
    let exact = LinearGaussianStateSpace.localLinearTrend(
      observationVariance: 2, levelVariance: 0.5, slopeVariance: 0.1)
    let y = exact.sample(8, using: Random(seed: 6)).observations
    // It differs from the limit of an infinite variance by 10⁻¹².
    let last = try exact.filtered(y).covariances.sliced(7..<8)
    func error(_ form: CovarianceForm) throws -> Double {
      abs(try wide.filtered(y, form: form).covariances.sliced(7..<8) / last - 1).max().scalar
    }
    #expect(try error(.squareRoot) < 1e-10)
    #expect((1e-10...1e-2).contains(try error(.covariance)))
  }

  @Test func aDiffuseStartIsTheLimitOfAWideOne() throws {
    let trend = LinearGaussianStateSpace.localLinearTrend(
      observationVariance: 2, levelVariance: 0.5, slopeVariance: 0.1)
    let y = trend.sample(12, using: Random(seed: 2)).observations
    let wide = LinearGaussianStateSpace(
      transition: trend.transition, stateCovariance: trend.stateCovariance,
      observation: trend.observation, observationCovariance: trend.observationCovariance,
      firstCovariance: 1e8 * Tensor.identity(2, dtype: .float64))
    let (exact, limit) = (try trend.smoothed(y), try wide.smoothed(y))
    #expect(abs(exact.means - limit.means).max().scalar < 1e-5)
    #expect(abs(exact.covariances - limit.covariances).max().scalar < 1e-5)
    // Each diffuse coordinate costs ½ log κ and −½ log 2π in the limit.
    let shift = 18.420680743952367
    #expect(Swift.abs(exact.logLikelihoodCountingAll - limit.logLikelihood - shift) < 1e-5)
    #expect(try trend.filtered(y).undeterminedSteps == 1)
  }

  @Test func aLevelOfOneObservationIsThatObservation() throws {
    let level = LinearGaussianStateSpace.localLevel(observationVariance: 3, levelVariance: 1)
    let y = Tensor([[5]], dtype: .float64)
    let smoothed = try level.smoothed(y)
    #expect(Swift.abs(smoothed.means.scalar - 5) < 1e-14)
    #expect(Swift.abs(smoothed.covariances.scalar - 3) < 1e-14)
    #expect(Swift.abs(smoothed.logLikelihood) < 1e-14)
    // One step ahead, the level has moved, and the observation has noise.
    let forecast = try level.forecast(2, after: y)
    #expect(abs(forecast.means - 5).max().scalar < 1e-14)
    #expect(
      abs(forecast.covariances - Tensor([[[7]], [[8]]], dtype: .float64)).max().scalar < 1e-13)
  }

  @Test func theLikelihoodRisesToItsMaximum() throws {
    let truth = LinearGaussianStateSpace.localLevel(observationVariance: 2, levelVariance: 0.5)
    let y = truth.sample(60, using: Random(seed: 3)).observations
    let start = LinearGaussianStateSpace.localLevel(observationVariance: 1, levelVariance: 1)
    let fit = try StateSpaceFit(y).fit(
      from: start, driver: .init(tolerance: 1e-10, iterationLimit: 400))
    let values = fit.bounds.map(\.objective)
    #expect(zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
    let (r, q) = (
      fit.parameters.observationCovariance.scalar, fit.parameters.stateCovariance.scalar
    )
    for factor in [0.9, 1.1] {
      for (r, q) in [(r * factor, q), (r, q * factor)] {
        let other = LinearGaussianStateSpace.localLevel(observationVariance: r, levelVariance: q)
        #expect(try other.logLikelihood(of: y) < fit.objective)
      }
    }
  }

  @Test func manyCoordinatesRiseToo() throws {
    let y = model.sample(40, using: Random(seed: 4)).observations
    for isDiagonal in [false, true] {
      let fit = try StateSpaceFit(y, isDiagonal: isDiagonal).fit(
        from: model, driver: .init(tolerance: 0, iterationLimit: 8))
      let values = fit.bounds.map(\.objective)
      #expect(fit.reason == .iterationLimit || isDiagonal)
      #expect(
        zip(values, values.dropFirst()).dropFirst(isDiagonal ? 1 : 0)
          .allSatisfy { $1 >= $0 - 1e-10 * Swift.abs($0) })
    }
  }

  @Test func tellsBadData() {
    let level = LinearGaussianStateSpace.localLevel(observationVariance: 0, levelVariance: 0)
    for form in CovarianceForm.allCases {
      #expect(throws: StateSpaceError.certainObservation(step: 0)) {
        try level.smoothed(Tensor([[1], [2]], dtype: .float64), form: form)
      }
    }
    #expect(throws: StateSpaceError.undetermined) {
      try LinearGaussianStateSpace.localLevel(observationVariance: 1, levelVariance: 1)
        .smoothed(Tensor([[Double.nan]], dtype: .float64))
    }
    #expect(throws: StateSpaceError.infinite(step: 1, column: 0)) {
      try model.smoothed(Tensor([[1, 2], [.infinity, 1]], dtype: .float64))
    }
    #expect(throws: StateSpaceError.empty) {
      try model.smoothed(Tensor.zeros([0, 2], dtype: .float64))
    }
  }
}

@Suite struct StateSpaceMaximumTests {
  private let start = LinearGaussianStateSpace.localLevel(
    observationVariance: 1, levelVariance: 1)

  @Test(arguments: [true, false])
  func theGradientsZeroIsReached(_ isDiagonal: Bool) throws {
    let truth = LinearGaussianStateSpace.localLevel(observationVariance: 2, levelVariance: 0.5)
    let y = truth.sample(60, using: Random(seed: 3)).observations
    let (best, search) = try StateSpaceFit(y, isDiagonal: isDiagonal).maximized(from: start)
    #expect(search.hasConverged)
    let (noise, level) = (
      best.observationCovariance.scalar, best.stateCovariance.scalar
    )
    func likelihood(_ noise: Double, _ level: Double) throws -> Double {
      try LinearGaussianStateSpace.localLevel(observationVariance: noise, levelVariance: level)
        .filtered(y).logLikelihood
    }
    let top = try likelihood(noise, level)
    #expect(abs(top + search.value) < 1e-9)
    // The slope is zero, by central differences.
    for (a, b) in [(1.001, 1.0), (1.0, 1.001)] {
      let slope = try likelihood(noise * a, level * b) - likelihood(noise / a, level / b)
      #expect(abs(slope / 0.002) < 1e-5)
    }
    let em = try StateSpaceFit(y, isDiagonal: isDiagonal).fit(
      from: start, driver: .init(tolerance: 1e-9))
    #expect(top >= em.objective - 1e-9)
  }

  @Test func severalCoordinatesAndMissingValues() throws {
    let f = Tensor([[0.8, 0.1], [0, 0.6]], dtype: .float64)
    let q = Tensor([[1, 0.4], [0.4, 0.8]], dtype: .float64)
    let r = Tensor([[0.5, 0], [0, 0.7]], dtype: .float64)
    let identity = Tensor.identity(2, dtype: .float64)
    let truth = LinearGaussianStateSpace(
      transition: f, stateCovariance: q, observation: identity, observationCovariance: r,
      firstMean: .zeros([2], dtype: .float64), firstCovariance: identity)
    var values = truth.sample(40, using: Random(seed: 4)).observations.doubles
    for step in [5, 6, 20] { (values[2 * step], values[2 * step + 1]) = (.nan, .nan) }
    let y = Tensor(values, shape: [40, 2], dtype: .float64)
    let method = StateSpaceFit(y)
    let near = try method.fit(from: truth, driver: .init(tolerance: 1e-5))
    let (best, search) = try method.maximized(from: near.parameters)
    #expect(search.hasConverged, "\(search)")
    #expect(-search.value >= near.objective)
    // Fisher's identity: a maximum is a fixed point of expectation–maximisation.
    let posterior = try method.posterior(at: best, from: nil)
    let next = method.parameters(maximizing: posterior, from: best)
    #expect(abs(next.stateCovariance - best.stateCovariance).max().scalar < 1e-4)
    #expect(abs(next.observationCovariance - best.observationCovariance).max().scalar < 1e-4)
  }
}

/// The yearly flow of the Nile at Aswan from 1871 to 1970, 10⁸ m³ (Cobb 1978), which Durbin and Koopman (2012, chapter 2)
/// fit a local level to.
@Suite struct NileTests {
  private let flow: [Double] = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180,
    799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833,
    701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845,
    864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676,
    649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923,
    975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
  ]

  private var y: Tensor { Tensor(flow, shape: [flow.count, 1], dtype: .float64) }

  private func expect(_ found: Double, _ expected: Double, within tolerance: Double = 1e-9) {
    #expect(abs(found - expected) <= tolerance * max(1, abs(expected)), "\(found), \(expected)")
  }

  /// The diffuse start determines one number, for which −½ log 2π is counted or not.
  @Test func theDiffuseConstantIsCountedBothWays() throws {
    let smoothed = try LinearGaussianStateSpace.localLevel(
      observationVariance: 15_099, levelVariance: 1_469.1
    ).smoothed(y)
    expect(smoothed.logLikelihood, -632.5456251156739)
    expect(smoothed.logLikelihoodCountingAll, -633.4645636488787)
    let (means, variances) = (smoothed.means.doubles, smoothed.covariances.doubles)
    for (year, mean, variance) in [
      (1871, 1111.6683191267957, 4032.1579418084766), (1899, 950.9300867400271, 2326.7569172443546),
      (1921, 829.5504511818576, 2326.756869814385), (1970, 798.3702926083578, 4032.157941808783),
    ] {
      expect(means[year - 1871], mean, within: 1e-6)
      expect(variances[year - 1871], variance, within: 1e-6)
    }
  }

  @Test func aProperStart() throws {
    let one = Tensor([[1]], dtype: .float64)
    let model = LinearGaussianStateSpace(
      transition: one, stateCovariance: 1_469.1 * one, observation: one,
      observationCovariance: 15_099 * one, firstMean: Tensor([1_000], dtype: .float64),
      firstCovariance: 1e6 * one)
    let (filtered, smoothed) = (try model.filtered(y), try model.smoothed(y))
    expect(filtered.logLikelihood, -640.3805408207313)
    expect(filtered.means.doubles[99], 798.3702926083641)
    expect(filtered.covariances.doubles[99], 4032.157941808477)
    expect(smoothed.means.doubles[0], 1111.2198630726207)
    expect(smoothed.covariances.doubles[0], 4015.96493689415)
    expect(smoothed.means.doubles[50], 829.5504511014132)
  }

  @Test func theVariancesOfLargestLikelihoodAreThePublishedOnes() throws {
    let method = StateSpaceFit(y, isDiagonal: true)
    let (best, search) = try method.maximized(
      from: .localLevel(observationVariance: 14_000, levelVariance: 2_000))
    #expect(search.hasConverged)
    expect(best.observationCovariance.scalar, 15_098.519335633539, within: 1e-4)
    expect(best.stateCovariance.scalar, 1_469.1762461764424, within: 1e-4)
  }
}
