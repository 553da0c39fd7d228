import Inference
import Tensor
import Testing

private func double(_ values: some TensorConvertible) -> Tensor { Tensor(values, dtype: .float64) }

private func base(
  _ mean: [Double] = [0.2, -0.1], meanCount: Double = 0.5, degreesOfFreedom: Double = 4
) throws -> NormalInverseWishart {
  try NormalInverseWishart(
    mean: double(mean), meanCount: meanCount, degreesOfFreedom: degreesOfFreedom,
    scale: mean.count == 1 ? double([[1.5]]) : double([[1.5, 0.3], [0.3, 0.8]]))
}

/// A few points, two of them far from the others.
private let few = double([[0.1, 0.4], [-0.3, 0.2], [2.6, 2.9], [0.5, -0.2], [2.2, 3.3]])

/// All partitions of a number of observations, as the cluster of each observation.
private func partitions(_ count: Int) -> [[Int]] {
  count == 0
    ? [[]]
    : partitions(count - 1).flatMap { head in
      (0...((head.max() ?? -1) + 1)).map { head + [$0] }
    }
}

/// The log joint density of each partition of `few` and its observations.
private func logJoints(_ base: NormalInverseWishart, concentration: Double) throws -> [[Int]:
  Double]
{
  let restaurant = ChineseRestaurant(concentration: concentration)
  var joints: [[Int]: Double] = [:]
  for partition in partitions(5) {
    let clusters = (0...(partition.max() ?? 0)).map { cluster in
      partition.indices.filter { partition[$0] == cluster }
    }
    joints[partition] =
      try restaurant.logProbability(ofClusterSizes: clusters.map(\.count))
      + clusters.map { try base.logMarginalLikelihood(of: few.gatheredRows(at: $0)) }.reduce(0, +)
  }
  return joints
}

/// Three groups around (0, 0), (6, 0) and (0, 6), 40 of each.
private let groups: Tensor = {
  let centers = double([[0, 0], [6, 0], [0, 6]]).gatheredRows(at: (0..<120).map { $0 % 3 })
  return centers + Random(seed: 1).normal([120, 2], dtype: .float64)
}()

@Suite struct DirichletProcessMixtureTests {
  @Test func predictiveDensitiesMultiplyToTheMarginal() throws {
    let base = try base()
    var sum = 0.0
    for row in 0..<5 {
      let posterior = try base.posterior(given: few.sliced(0..<row))
      sum += posterior.logPredictiveDensity(at: few.sliced(row..<row + 1)).scalar
    }
    #expect(abs(sum - (try base.logMarginalLikelihood(of: few))) < 1e-11)
    let half = try base.posterior(given: few, weights: double([1, 0, 0.5, 0.5, 0]))
    #expect(half.meanCount == 2.5 && half.degreesOfFreedom == 6)
  }

  /// Student's t by SciPy.
  @Test func marginalInOneDimension() throws {
    // Student's t with 4 degrees of freedom, location 0.2, scale² 1.5 · 1.5 / (0.5 · 4) at 1.
    let base = try base([0.2])
    let density = base.logPredictiveDensity(at: double([[1]])).scalar
    #expect(abs(density - referenceDensity) < 1e-12)
    #expect(abs(density - (try base.logMarginalLikelihood(of: double([[1]])))) < 1e-12)
  }

  @Test func gibbsVisitsPartitionsByTheirProbabilities() throws {
    let base = try base()
    let joints = try logJoints(base, concentration: 0.8)
    let evidence = double(Array(joints.values)).logSumExp(along: 0).scalar
    let sampler = try CollapsedGibbs(of: few, base: base, concentration: 0.8)
    let random = Random(seed: 2)
    var state = sampler.start()
    let steps = 6_000
    var visits: [[Int]: Double] = [:]
    for _ in 0..<steps {
      state = sampler.step(state, using: random).state
      visits[state.assignments, default: 0] += 1 / Double(steps)
    }
    #expect(abs(sampler.logJoint(of: state) - (joints[state.assignments] ?? 0)) < 1e-10)
    for (partition, joint) in joints {
      let probability = exp(double(joint - evidence)).scalar
      // Steps are correlated: five errors, each twice that of independent draws.
      let error = 2 * (probability * (1 - probability) / Double(steps)).squareRoot()
      #expect(abs((visits[partition] ?? 0) - probability) < 5 * error + 1e-4, "\(partition)")
    }
  }

  @Test func gibbsFindsTheGroups() throws {
    let base = try base([0, 0], meanCount: 0.05)
    let sampler = try CollapsedGibbs(
      of: groups, base: base, concentration: 1, concentrationPrior: .init(shape: 2, rate: 2))
    let random = Random(seed: 3)
    var state = sampler.start()
    var concentrations: [Double] = []
    for _ in 0..<30 {
      state = sampler.step(state, using: random).state
      concentrations.append(state.concentration)
    }
    let large = state.clusterSizes.filter { $0 > 20 }
    #expect(large.count == 3 && large.reduce(0, +) > 110, "\(state.clusterSizes)")
    #expect(Set(concentrations).count == 30 && concentrations.allSatisfy { $0 > 0 && $0 < 10 })
    #expect(state.assignments[0] == 0 && state.clusterSizes.reduce(0, +) == 120)
  }

  /// The posterior of α given K, from its prior and the partition's factor with α to the K-th
  /// power, on a grid.
  @Test func concentrationsFollowTheirPosterior() throws {
    let prior = CollapsedGibbs.ConcentrationPrior(shape: 2, rate: 1.5)
    // One observation far from all others in a tight base: the partition never changes.
    let far = double([[0], [0.01], [1e4], [1e4 + 0.01], [-1e4]])
    let tight = try NormalInverseWishart(
      mean: double([0]), meanCount: 1e-6, degreesOfFreedom: 50, scale: double([[1]]))
    let sampler = try CollapsedGibbs(
      of: far, base: tight, concentration: 1, concentrationPrior: prior)
    let random = Random(seed: 4)
    var state = sampler.start(at: [7, 7, 3, 3, 1])
    var draws: [Double] = []
    for _ in 0..<3_000 {
      state = sampler.step(state, using: random).state
      draws.append(state.concentration)
    }
    #expect(state.clusterSizes == [2, 2, 1])
    let grid = Tensor.linearSpace(from: 0.0005, through: 20, count: 40_000, dtype: .float64)
    let logs = 4 * log(grid) - 1.5 * grid + logGamma(grid) - logGamma(grid + 5)
    let weights = softmax(logs)
    let mean = (weights * grid).sum().scalar
    let deviation = (weights * square(grid - mean)).sum().scalar.squareRoot()
    #expect(abs(double(draws).mean().scalar - mean) < 6 * deviation / 3_000.0.squareRoot())
    #expect(abs(double(draws).variance().scalar.squareRoot() - deviation) < 0.1 * deviation)
  }

  /// With one component, nothing is approximate.
  @Test func oneComponentHasTheExactEvidence() throws {
    let base = try base()
    let fit = try VariationalDirichletMixture.fit(
      few, base: base, concentration: 1, truncation: 1, using: Random(seed: 1))
    #expect(abs((fit.trace.last ?? 0) - (try base.logMarginalLikelihood(of: few))) < 1e-11)
    #expect(fit.hasConverged && fit.clusterCount == 1)
  }

  @Test func theBoundIsOneAndDoesNotFall() throws {
    let base = try base()
    let joints = try logJoints(base, concentration: 0.8)
    let evidence = double(Array(joints.values)).logSumExp(along: 0).scalar
    for seed in 0..<2 {
      let fit = try VariationalDirichletMixture.fit(
        few, base: base, concentration: 0.8, truncation: 15, using: Random(seed: UInt64(seed)))
      #expect(fit.hasConverged)
      let bound = fit.trace.last ?? 0
      #expect(bound < evidence && bound > evidence - 3, "\(bound), \(evidence)")
      for (before, after) in zip(fit.trace, fit.trace.dropFirst()) {
        #expect(after >= before - 1e-11 * abs(before))
      }
    }
  }

  @Test func variationalInferenceFindsTheGroups() throws {
    let base = try base([0, 0], meanCount: 0.05)
    let fit = try VariationalDirichletMixture.fit(
      groups, base: base, concentration: 1, truncation: 8, starts: 2, using: Random(seed: 5))
    // An observation at a group's edge may stand alone.
    let sizes = binCounts(fit.assignments)
    let large = sizes.filter { $0 > 30 }
    #expect(fit.hasConverged && large.count == 3 && large.reduce(0, +) >= 115, "\(sizes)")
    #expect(fit.clusterCount == sizes.filter { $0 > 0 }.count)
    let weights = fit.mixture.expectedWeights
    #expect(abs(weights.sum().scalar - 1) < 1e-14 && weights.shape == [8])
    #expect(
      abs(fit.mixture.responsibilities(of: groups) - fit.responsibilities).max().scalar < 1e-3)
    // The predictive density integrates to 1.
    let axis = Tensor.linearSpace(from: -30, through: 36, count: 133, dtype: .float64)
    let plane = Tensor.stacked(
      [
        axis.expanded(at: 1).broadcast(to: [133, 133]).reshaped(to: [-1]),
        axis.expanded(at: 0).broadcast(to: [133, 133]).reshaped(to: [-1]),
      ], along: 1)
    let mass = exp(fit.mixture.logPredictiveDensity(at: plane)).sum().scalar * 0.25
    #expect(abs(mass - 1) < 5e-3)
  }

  @Test func degenerateDataAreTold() throws {
    let base = try base()
    let random = Random(seed: 1)
    #expect(throws: DirichletMixtureError.notFinite(row: 1)) {
      try CollapsedGibbs(of: double([[0, 1], [.nan, 1]]), base: base, concentration: 1)
    }
    #expect(throws: DirichletMixtureError.noObservations) {
      try VariationalDirichletMixture.fit(
        .zeros([0, 2]), base: base, concentration: 1, truncation: 3, using: random)
    }
    #expect(throws: LinearAlgebraError.self) {
      try NormalInverseWishart(
        mean: double([0, 0]), meanCount: 1, degreesOfFreedom: 3, scale: double([[1, 2], [2, 1]]))
    }
    // All observations the same.
    let same = Tensor.ones([30, 2], dtype: .float64)
    let fit = try VariationalDirichletMixture.fit(
      same, base: base, concentration: 1, truncation: 5, using: random)
    #expect(fit.clusterCount == 1 && fit.trace.allSatisfy(\.isFinite))
    let sampler = try CollapsedGibbs(of: same, base: base, concentration: 1)
    var state = sampler.start()
    for _ in 0..<20 { state = sampler.step(state, using: random).state }
    #expect(sampler.logJoint(of: state).isFinite)
  }
}

/// SciPy: t(df 4, loc .2, scale √(1.5 · 1.5 / 2)).logpdf(1).
private let referenceDensity = -1.372159977566917
