import Estimators
import Tensor
import Testing

/// A family and draws from a member of it, with the member's parameters.
struct LikelihoodRow: Sendable, CustomTestStringConvertible {
  let family: DistributionFamily
  let parameters: [Double]
  let draw: @Sendable (Random, Int) -> Tensor
  var testDescription: String { "\(family)" }

  init(
    _ family: DistributionFamily, _ parameters: [Double],
    _ draw: @escaping @Sendable (Random, Int) -> Tensor
  ) {
    (self.family, self.parameters, self.draw) = (family, parameters, draw)
  }
}

private let rows: [LikelihoodRow] = [
  .init(.normal, [1, 2]) { 2 * $0.normal([$1], dtype: .float64) + 1 },
  .init(.logNormal, [0.5, 0.7]) { exp(0.7 * $0.normal([$1], dtype: .float64) + 0.5) },
  .init(.halfNormal, [3]) { abs(3 * $0.normal([$1], dtype: .float64)) },
  .init(.bernoulli, [0.3]) { $0.binomial([$1], count: 1, probability: 0.3, dtype: .float64) },
  .init(.binomial(trials: 7), [0.6]) {
    $0.binomial([$1], count: 7, probability: 0.6, dtype: .float64)
  },
  .init(.poisson, [3.5]) { $0.poisson([$1], rate: 3.5, dtype: .float64) },
  .init(.exponential, [0.4]) { $0.exponential([$1], rate: 0.4, dtype: .float64) },
  .init(.gamma, [2.5, 1.5]) { $0.gamma([$1], concentration: 2.5, rate: 1.5, dtype: .float64) },
  .init(.inverseGamma, [3, 2]) {
    1 / $0.gamma([$1], concentration: 3, rate: 2, dtype: .float64)
  },
  .init(.beta, [0.7, 2]) { $0.beta([$1], 0.7, 2, dtype: .float64) },
  .init(.chiSquared, [5]) { $0.gamma([$1], concentration: 2.5, rate: 0.5, dtype: .float64) },
  .init(.studentT, [3.5, 1, 2]) {
    2 * $0.studentT([$1], degreesOfFreedom: 3.5, dtype: .float64) + 1
  },
  .init(.cauchy, [-1, 0.5]) { $0.cauchy([$1], location: -1, scale: 0.5, dtype: .float64) },
  .init(.laplace, [2, 1.5]) { $0.laplace([$1], location: 2, scale: 1.5, dtype: .float64) },
]

@Suite struct MaximumLikelihoodTests {
  @Test(arguments: rows)
  func findsTheParametersWithinTheirErrors(_ row: LikelihoodRow) throws {
    let x = row.draw(Random(seed: 1), 4000)
    let fit = try MaximumLikelihood(of: row.family, fitting: x)
    let error = abs(fit.parameters - double(row.parameters)) / fit.standardErrors
    #expect(error.max().scalar < 4, "\(fit.parameters.doubles) \(fit.standardErrors.doubles)")
    #expect((fit.standardErrors .> 0).all() && fit.standardErrors.max().scalar < 0.5)
    // The observed information approaches the expected one.
    let observed = try #require(fit.observedInformation)
    let expected = try #require(fit.expectedInformation)
    let scale = sqrt(expected.diagonal())
    let difference = abs(observed - expected) / (scale.expanded(at: 1) * scale)
    #expect(difference.max().scalar < 0.12, "\(observed.doubles) \(expected.doubles)")
  }

  @Test(arguments: rows)
  func noOtherParametersAreMoreLikely(_ row: LikelihoodRow) throws {
    let random = Random(seed: 2)
    let x = row.draw(random, 60)
    let weights = random.uniform([60], dtype: .float64) + 0.1
    let best = try MaximumLikelihood(of: row.family, fitting: x, weights: weights)
    // Rows that occur twice are equivalent to rows of twice the weight.
    let doubled = try MaximumLikelihood(
      of: row.family, fitting: .concatenated([x, x]), weights: .concatenated([weights, weights]))
    let change = abs(doubled.parameters / best.parameters - 1).max().scalar
    #expect(change < 1e-7, "\(doubled.parameters.doubles) \(best.parameters.doubles)")
    #expect(Swift.abs(doubled.logLikelihood - 2 * best.logLikelihood) < 1e-8)
    let ratio = doubled.standardErrors * 2.0.squareRoot() / best.standardErrors
    #expect(abs(ratio - 1).max().scalar < 1e-6)
    let information = try #require(best.observedInformation)
    #expect((information.diagonal() .> 0).all())
  }

  /// scipy.stats.fit of 0.5, 1.2, 2.9, 0.8, 4.1, 1.7.
  @Test(arguments: [
    (DistributionFamily.gamma, [2.1893756639, 1.1728798200]),
    (.inverseGamma, [2.1750428968, 2.4808966643]),
    (.exponential, [0.5357142857]), (.normal, [1.8666666667, 1.2605113601]),
  ])
  func agreesWithSciPy(_ family: DistributionFamily, _ expected: [Double]) throws {
    let fit = try MaximumLikelihood(of: family, fitting: double([0.5, 1.2, 2.9, 0.8, 4.1, 1.7]))
    #expect(abs(fit.parameters - double(expected)).max().scalar < 1e-6, "\(fit.parameters.doubles)")
  }

  @Test func closedForms() throws {
    let counts = try MaximumLikelihood(of: .geometric, fitting: double([1, 2, 1, 4]))
    #expect(counts.parameters.doubles == [0.5])
    let range = try MaximumLikelihood(of: .uniform, fitting: double([1, 4, 2]))
    #expect(range.parameters.doubles == [1, 4] && range.standardErrors.doubles == [1, 1])
    #expect(range.observedInformation == nil && Swift.abs(range.logLikelihood + 3.295836866) < 1e-8)
    // On the border of the range.
    let never = try MaximumLikelihood(of: .bernoulli, fitting: double([0, 0, 0]))
    #expect(never.parameters.scalar == 0 && never.standardErrors.scalar == 0)
    #expect(never.logLikelihood == 0)
    let laplace = try MaximumLikelihood(of: .laplace, fitting: double([0, 1, 5]))
    #expect(abs(laplace.parameters - double([1, 5 / 3.0])).max().scalar < 1e-14)
    // p = .3, n = 100: the variance is .0021.
    let share = try MaximumLikelihood(
      of: .bernoulli, fitting: double([0, 1]), weights: double([70, 30]))
    #expect(Swift.abs(share.standardErrors.scalar * share.standardErrors.scalar - 0.0021) < 1e-15)
  }

  @Test func vonMisesDirections() throws {
    // Around 3, across the cut at π, with symmetric offsets.
    let offsets = double([-0.9, -0.4, -0.1, 0.1, 0.4, 0.9])
    let fit = try MaximumLikelihood(of: .vonMises, fitting: offsets + 3)
    #expect(Swift.abs(fit.parameters.doubles[0] - 3) < 1e-14)
    let kappa = double(fit.parameters.doubles[1])
    let ratio = besselI1Scaled(kappa).scalar / besselI0Scaled(kappa).scalar
    #expect(Swift.abs(ratio - cos(offsets).mean().scalar) < 1e-14)
    let observed = try #require(fit.observedInformation).doubles
    let expected = try #require(fit.expectedInformation).doubles
    #expect(zip(observed, expected).allSatisfy { Swift.abs($0 - $1) < 1e-9 })
  }

  /// Numbers that are equal up to a relative 2⁻ᵏ: the concentration is (1 + …)/variance of the
  /// logarithms.
  @Test(arguments: [0x1p-10, 0x1p-20]) func nearlyEqualNumbers(_ spread: Double) throws {
    let x = double([1, 1 + spread, 1 - spread])
    let variance = 2 * spread * spread / 3
    for family in [DistributionFamily.gamma, .inverseGamma] {
      let fit = try MaximumLikelihood(of: family, fitting: x)
      #expect(Swift.abs(fit.parameters.doubles[0] * variance - 1) < 2 * spread + 1e-9)
      #expect(fit.logLikelihood.isFinite && fit.standardErrors.isFinite)
    }
    let angles = try MaximumLikelihood(of: .vonMises, fitting: x)
    #expect(Swift.abs(angles.parameters.doubles[1] * variance - 1) < spread + 1e-9)
    #expect(angles.standardErrors.isFinite)
  }

  @Test func spreadsBelowAllNumbers() throws {
    let numbers: [(DistributionFamily, [Double])] = [
      (.normal, [0, 1e-200]), (.logNormal, [1e300, 1e300.nextUp]),
      (.exponential, [0, .leastNonzeroMagnitude]),
    ]
    for (family, x) in numbers {
      #expect {
        try MaximumLikelihood(of: family, fitting: double(x))
      } throws: {
        guard case EstimationError.notConverged = $0 else { return false }
        return true
      }
    }
  }

  @Test func vectors() throws {
    let categories = try MaximumLikelihood.categorical(fitting: [0, 1, 1, 2])
    #expect(categories.parameters.doubles == [0.25, 0.5, 0.25])
    let inverse = try #require(categories.observedInformation).inverse()
    #expect(
      abs(sqrt(inverse.diagonal()) - categories.standardErrors.sliced(0..<2)).max().scalar < 1e-14)
    let x = double([[1, 2], [3, 1], [2, 6]])
    let normal = try MaximumLikelihood.multivariateNormal(fitting: x)
    // Mean (2, 3), covariance [[2/3, −1/3], [−1/3, 14/3]]: log-likelihood −½ · 3 (2 log 2π + log det + 2).
    let logDeterminant = log(double(3)).scalar
    let expected = -1.5 * (2 * 1.8378770664093453 + logDeterminant + 2)
    #expect(Swift.abs(normal.logLikelihood - expected) < 1e-12)
    #expect(
      throws: EstimationError.singularCovariance(operation: "multivariate normal", label: nil)
    ) { try MaximumLikelihood.multivariateNormal(fitting: double([[1, 2], [2, 4], [3, 6]])) }
    let shares = Random(seed: 3).dirichlet([2000], concentration: double([0.5, 1, 2.5]))
    let dirichlet = try MaximumLikelihood.dirichlet(fitting: shares)
    let error = abs(dirichlet.parameters - double([0.5, 1, 2.5])) / dirichlet.standardErrors
    #expect(error.max().scalar < 4 && dirichlet.reason == .converged)
  }

  @Test func anyLikelihoodByGradients() throws {
    let x = double([0.5, 1.2, 2.9, 0.8, 4.1, 1.7])
    let fit = try MaximumLikelihood.maximizing(
      from: double([0, 0]), names: ["log-concentration", "log-rate"], count: 6
    ) { u in
      let (k, rate) = (exp(u.sliced(0..<1)), exp(u.sliced(1..<2)))
      return (k * log(rate) - logGamma(k) + (k - 1) * log(x) - rate * x).sum()
    }
    let closed = try MaximumLikelihood(of: .gamma, fitting: x)
    #expect(abs(exp(fit.parameters) - closed.parameters).max().scalar < 1e-6)
    #expect(Swift.abs(fit.logLikelihood - closed.logLikelihood) < 1e-9)
  }

  @Test func refusesDegenerateData() {
    #expect(
      throws: EstimationError.outsideSupport(
        operation: "maximum likelihood", value: -1, row: 1, support: "numbers above 0")
    ) { try MaximumLikelihood(of: .gamma, fitting: double([1, -1])) }
    for family in DistributionFamily.all {
      let constant = double(family == .beta ? [0.5, 0.5, 0.5] : [1, 1, 1])
      // The result is a fit or an error, never a crash or NaN.
      if let fit = try? MaximumLikelihood(of: family, fitting: constant) {
        #expect(fit.parameters.isFinite && !isNaN(fit.standardErrors).any(), "\(family)")
      }
    }
    #expect(throws: EstimationError.self) {
      try MaximumLikelihood(of: .studentT, fitting: double([-2, -1, -1, 0, 0, 1, 1, 2]))
    }
  }
}
