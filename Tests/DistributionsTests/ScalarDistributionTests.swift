import Distributions
import Tensor
import Testing

/// A distribution of numbers, with values of 40 digits at some points: x, log p(x) and P(X ≤ x).
struct ScalarRow: @unchecked Sendable, CustomTestStringConvertible {
  let name: String
  let distribution: any KnownQuantile & KnownEntropy
  let values: [(x: Double, logDensity: Double, cumulative: Double)]
  let entropy: Double
  var testDescription: String { name }

  init(
    _ name: String, _ distribution: any KnownQuantile & KnownEntropy,
    _ values: [(x: Double, logDensity: Double, cumulative: Double)], entropy: Double
  ) {
    (self.name, self.distribution, self.values, self.entropy) = (
      name, distribution, values, entropy
    )
  }

  var isDiscrete: Bool {
    if case .integers = distribution.support { return true }
    return false
  }
}

let scalarRows: [ScalarRow] = [
  .init(
    "uniform", Uniform(lower: -1, upper: 3),
    [
      (-1.0, -1.3862943611198906, 0.0), (0.0, -1.3862943611198906, 0.25),
      (2.5, -1.3862943611198906, 0.875),
    ],
    entropy: 1.3862943611198906),
  .init(
    "exponential 0.3", Exponential(rate: 0.3),
    [
      (0.001, -1.204272804325936, 0.0002999550044996625),
      (0.7, -1.413972804325936, 0.1894157540298129),
      (40.0, -13.203972804325936, 0.9999938557876467),
    ],
    entropy: 2.203972804325936),
  .init(
    "exponential 50", Exponential(rate: 50),
    [
      (0.001, 3.862023005428146, 0.04877057549928599),
      (0.7, -31.08797699457185, 0.9999999999999993), (40.0, -1996.0879769945718, 1.0),
    ],
    entropy: -2.912023005428146),
  .init(
    "gamma 0.05 2.5", Gamma(concentration: 0.05, rate: 2.5),
    [
      (1e-30, 62.70061048587228, 0.03400628119513554),
      (0.001, 3.636802850575007, 0.7612152319068423), (2.5, -10.04354085973847, 0.9999846787687247),
    ],
    entropy: -17.3703642725573),
  .init(
    "gamma 2.5 0.7", Gamma(concentration: 2.5, rate: 0.7),
    [
      (0.01, -8.091125509301888, 1.2274333014613944e-06),
      (3.1, -1.6492670630830992, 0.4984281490456745), (60.0, -37.0348533869866, 0.9999999999999999),
    ],
    entropy: 2.086622853443787),
  .init(
    "gamma 100 3", Gamma(concentration: 100, rate: 3),
    [
      (10.0, -51.31705229635391, 7.338468632878333e-24),
      (33.0, -2.1187279175828864, 0.473304330399461), (70.0, -38.67194753987789, 1.0),
    ],
    entropy: 2.6195696598366363),
  .init(
    "gamma 1000000 10", Gamma(concentration: 1000000, rate: 10),
    [
      (99000.0, -55.84991196811378, 5.446644691873852e-24),
      (100000.5, -5.524126302471931, 0.5021276786986787), (101000.0, -55.20320596529642, 1.0),
    ],
    entropy: 6.024108385859347),
  .init(
    "inverse gamma 3.5 2", InverseGamma(concentration: 3.5, scale: 2),
    [
      (0.05, -25.294163239394305, 1.3775018297426179e-14),
      (0.7, -0.027064079805826976, 0.5734783245622412),
      (90.0, -19.04632420909568, 0.9999998617678704),
    ],
    entropy: 0.42991590000342517),
  .init(
    "inverse gamma 200 50", InverseGamma(concentration: 200, scale: 50),
    [
      (0.2, -2.0320483409740473, 0.00048221275959343517),
      (0.25, 3.116097844869789, 0.4905965819927637), (0.4, -16.354631633523063, 0.9999999995877001),
    ],
    entropy: -2.6131790959166517),
  .init(
    "chi-squared 1", ChiSquared(degreesOfFreedom: 1),
    [
      (1e-08, 8.29140183377151, 7.978845594730578e-05),
      (0.5, -0.8223649429247001, 0.5204998778130465),
      (30.0, -17.61953722403575, 0.9999999567953695),
    ],
    entropy: 0.7837571104739337),
  .init(
    "chi-squared 10", ChiSquared(degreesOfFreedom: 10),
    [
      (0.1, -15.904130105123855, 2.4979513360065104e-09),
      (8.0, -2.3260235664283284, 0.37116306482012645),
      (60.0, -20.26641148425927, 0.999999996375699),
    ],
    entropy: 2.846730337180689),
  .init(
    "beta 0.5 0.5", Beta(0.5, 0.5),
    [
      (1e-20, 21.881121044091056, 6.366197723675813e-11),
      (0.3, -0.364406011717066, 0.36901011956554536),
      (0.999, 2.3096480038084595, 0.9798649583666225),
    ],
    entropy: -0.24156447527049044),
  .init(
    "beta 2 5", Beta(2, 5),
    [
      (0.0001, -5.809543010315361, 1.4996000449976002e-07),
      (0.25, 0.8641747307351411, 0.466064453125), (0.97, -10.655493415102477, 0.999999857845),
    ],
    entropy: -0.4845307149954887),
  .init(
    "beta 300 40", Beta(300, 40),
    [
      (0.5, -110.27135395047824, 2.4637615327666005e-51),
      (0.88, 3.099937085524134, 0.4298823494463158), (0.99, -58.59429459494919, 1.0),
    ],
    entropy: -2.6351941308233844),
  .init(
    "beta 100000 300000", Beta(100000, 300000),
    [
      (0.245, -20.526699292923958, 1.1060140547289981e-13),
      (0.25, 6.367658693848445, 0.5002427886356727), (0.2512, 4.831734546051475, 0.960066370290533),
    ],
    entropy: -5.867661957745551),
  .init(
    "Student 0.5", StudentT(degreesOfFreedom: 0.5, location: 0, scale: 1),
    [
      (-1000000.0, -22.553659148278253, 0.00032070097541419884),
      (0.2, -1.3682537067636058, 0.552899617732756), (3.0, -3.5188621602863397, 0.8163459220070283),
    ],
    entropy: 3.6667274161038543),
  .init(
    "Student 3", StudentT(degreesOfFreedom: 3, location: 1, scale: 2),
    [
      (-40.0, -11.592737494873726, 0.00012690283374845547),
      (0.9, -1.6957020027912388, 0.4816325722956932), (1.0, -1.694036030183455, 0.5),
      (5.0, -3.3886317509578623, 0.9303370157205784),
    ],
    entropy: 2.466624752423236),
  .init(
    "Student 1000000", StudentT(degreesOfFreedom: 1000000, location: 0, scale: 1),
    [
      (-6.0, -18.91863279065647, 9.86924906177215e-10),
      (0.001, -0.9189392832051727, 0.5003989421141755),
      (1.5, -2.0439386425803057, 0.9331926408816036),
    ],
    entropy: 1.4189395332049228),
  .init(
    "Cauchy", Cauchy(location: 1, scale: 2),
    [
      (-1000000000.0, -41.898114381182275, 6.366197717309616e-10),
      (0.5, -1.8985016882257804, 0.4220208696226307), (7.0, -4.140462159403391, 0.8975836176504333),
    ],
    entropy: 3.224171427529236),
  .init(
    "Laplace", Laplace(location: 1, scale: 2),
    [
      (-300.0, -151.8862943611199, 2.1759578470524346e-66),
      (0.5, -1.6362943611198906, 0.38940039153570244),
      (7.0, -4.386294361119891, 0.9751064658160681),
    ],
    entropy: 2.386294361119891),
  .init(
    "normal", Normal(mean: 1, standardDeviation: 2),
    [
      (-70.0, -631.7370857137646, 2.457691540661937e-276),
      (0.5, -1.643335713764618, 0.4012936743170763), (7.0, -6.112085713764618, 0.9986501019683699),
    ],
    entropy: 2.112085713764618),
  .init(
    "log-normal", LogNormal(logMean: 0.5, logStandardDeviation: 1.5),
    [
      (1e-20, -436.8418009039297, 9.243013907988719e-212),
      (0.5, -0.9476120595258133, 0.2131812847179301), (1000000000.0, -112.93222083643788, 1.0),
    ],
    entropy: 2.3244036413128373),
  .init(
    "half-normal", HalfNormal(scale: 2),
    [
      (0.0, -0.9189385332046728, 0.0), (1e-09, -0.9189385332046728, 3.989422804014327e-10),
      (0.5, -0.9501885332046728, 0.19741265136584746), (40.0, -200.91893853320468, 1.0),
    ],
    entropy: 1.4189385332046727),
  .init(
    "Poisson 0.3", Poisson(rate: 0.3),
    [
      (0.0, -0.3, 0.7408182206817179), (2.0, -3.4010927892118175, 0.9964005068169105),
      (15.0, -46.25886344872993, 1.0),
    ],
    entropy: 0.6911439590927789),
  .init(
    "Poisson 700", Poisson(rate: 700),
    [
      (500.0, -35.79029093845375, 9.892857654854673e-16),
      (700.0, -4.1945977483373245, 0.5100505658570545),
      (905.0, -31.776418920234107, 0.999999999999947),
    ],
    entropy: 4.694359567918972),
  .init(
    "binomial 10 0.3", Binomial(count: 10, probability: 0.3),
    [
      (0.0, -3.5667494393873236, 0.028247524900000005),
      (3.0, -1.3211512777668886, 0.6496107184000001), (10.0, -12.03972804325936, 1.0),
    ],
    entropy: 1.779078784090063),
  .init(
    "binomial 1000 0.02", Binomial(count: 1000, probability: 0.02),
    [
      (0.0, -20.202707317519447, 1.682967357215955e-09),
      (20.0, -2.410871336695004, 0.5590956057638878), (70.0, -41.99927881187706, 1.0),
    ],
    entropy: 2.9026778271271656),
  .init(
    "geometric", Geometric(probability: 0.2),
    [
      (1.0, -1.6094379124341003, 0.2), (4.0, -2.2788685663767296, 0.5904),
      (90.0, -21.46921397939877, 0.9999999981028624),
    ],
    entropy: 2.5020121176909393),
]

/// The distance over max(1, |expected|).
private func error(_ found: Double, _ expected: Double) -> Double {
  found == expected ? 0 : Swift.abs(found - expected) / max(1, Swift.abs(expected))
}

@Suite struct ScalarDistributionTests {
  @Test(arguments: scalarRows)
  func values(_ row: ScalarRow) {
    let p = row.distribution
    let x = double(row.values.map(\.x))
    let (logDensities, cumulatives) = (p.logDensity(of: x).doubles, p.cumulative(at: x).doubles)
    let survivals = p.survival(at: x).doubles
    for (index, value) in row.values.enumerated() {
      #expect(error(logDensities[index], value.logDensity) < 1e-11, "log-density at \(value.x)")
      #expect(error(cumulatives[index], value.cumulative) < 1e-12, "cumulative at \(value.x)")
      #expect(error(survivals[index], 1 - value.cumulative) < 1e-12, "survival at \(value.x)")
      if value.cumulative > 0.001 && value.cumulative < 0.999 {
        let quantile = p.quantile(at: double(value.cumulative * (row.isDiscrete ? 0.999 : 1)))
          .scalar
        #expect(error(quantile, value.x) < 1e-10, "quantile \(quantile) at \(value.cumulative)")
      }
    }
    #expect(error(p.entropy.scalar, row.entropy) < 1e-11, "entropy \(p.entropy.scalar)")
  }

  /// Samples' ranks compared with the distribution function: the Kolmogorov statistic; for
  /// integers, which have ties, at their values.
  @Test(arguments: scalarRows)
  func samplesFollowTheDistributionFunction(_ row: ScalarRow) {
    let count = 4_000
    let x = row.distribution.sample([count], using: Random(seed: 5)).sorted()
    let below = row.distribution.cumulative(at: x).doubles
    let numbers = x.doubles
    var distance = 0.0
    for index in numbers.indices where index + 1 == count || numbers[index + 1] > numbers[index] {
      distance = max(distance, Swift.abs(Double(index + 1) / Double(count) - below[index]))
    }
    // 1.95/√n at a level of 0.001.
    #expect(distance < 1.95 / Double(count).squareRoot(), "\(distance)")
  }

  /// The mass between the 1e-6 and the 1 − 1e-6 quantile equals that of the distribution function.
  @Test(arguments: scalarRows)
  func theDensityIntegratesToTheDistributionFunction(_ row: ScalarRow) {
    let p = row.distribution
    let tail: [Double] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.3]
    let levels = tail + [0.5] + tail.reversed().map { 1 - $0 }
    let ends = p.quantile(at: double(levels)).doubles
    if row.isDiscrete {
      let k = Tensor.range(Int(ends[0])..<Int(ends[14]) + 1, dtype: .float64)
      let mass = exp(p.logDensity(of: k)).sum().scalar
      #expect(Swift.abs(mass - 1) < 3e-6, "\(mass)")
      return
    }
    for (start, end) in zip(ends, ends.dropFirst()) where end > start {
      // Over the logarithm if the density is steep at its end.
      let isSteep = start > 0 && end / start > 10
      let rule = GaussianQuadrature.legendre(60, over: isSteep ? 0...1 : start...end)
      let mass = rule.integral { t in
        if !isSteep { return exp(p.logDensity(of: t)) }
        let ratio = log(double(end / start))
        let x = start * exp(t * ratio)
        return exp(p.logDensity(of: x)) * x * ratio
      }
      let expected = p.cumulative(at: double(end)).scalar - p.cumulative(at: double(start)).scalar
      #expect(Swift.abs(mass.scalar - expected) < 1e-6, "\(start) ... \(end): \(mass.scalar)")
    }
  }

  @Test(arguments: scalarRows)
  func outsideOfTheSupport(_ row: ScalarRow) {
    let p = row.distribution
    let x: Tensor
    switch p.support {
    case .interval(let lower, let upper):
      let ends = [lower.scalar - 1, upper.scalar + 1].filter { $0.isFinite }
      if ends.isEmpty { return }
      x = double(ends)
    default: x = double([-1, 2.5])
    }
    let (value, slope) = valueWithGradient(at: x) { x in
      let y = p.logDensity(of: x)
      return select(y .> -.infinity, y, double(0)).sum()
    }
    #expect(p.logDensity(of: x).doubles.allSatisfy { $0 == -.infinity })
    #expect(value.scalar == 0 && slope.isFinite)
    #expect(gradient(at: x) { p.logDensity(of: $0).sum() }.isFinite)
    #expect(p.logDensity(of: double(Double.nan)).scalar.isNaN)
    #expect(p.quantile(at: double([-0.1, 1.1])).doubles.allSatisfy { $0.isNaN })
  }
}

// MARK: - Gradients

/// A log-density as a function of its parameters and the value.
struct LogDensityRow: Sendable, CustomTestStringConvertible {
  let name: String
  let point: [[Double]]
  let function: @Sendable ([Tensor]) -> Tensor
  var testDescription: String { name }

  init(
    _ name: String, _ point: [[Double]], _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    (self.name, self.point, self.function) = (name, point, function)
  }
}

private let gradientRows: [LogDensityRow] = [
  .init("uniform", [[-1, -2], [3, 4], [0.5, 1]]) {
    let p = Uniform(lower: $0[0], upper: $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy
  },
  .init("exponential", [[0.3, 2], [0.5, 1]]) {
    let p = Exponential(rate: $0[0])
    return p.logDensity(of: $0[1]) + p.cumulative(at: $0[1]) + p.entropy
  },
  .init("gamma", [[0.3, 5, 60], [0.7, 2, 3], [0.5, 1, 21]]) {
    let p = Gamma(concentration: $0[0], rate: $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy
  },
  .init("inverse gamma", [[2.3, 5, 60], [0.7, 2, 30], [0.5, 1, 0.6]]) {
    let p = InverseGamma(concentration: $0[0], scale: $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy + p.mean
  },
  .init("chi-squared", [[1.3, 50], [0.5, 46]]) {
    let p = ChiSquared(degreesOfFreedom: $0[0])
    return p.logDensity(of: $0[1]) + p.cumulative(at: $0[1]) + p.entropy
  },
  .init("beta", [[0.3, 5, 60], [0.7, 2, 30], [0.5, 0.8, 0.6]]) {
    let p = Beta($0[0], $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy
  },
  .init("Student", [[0.3, 5, 60], [0.7, 2, -3], [0.5, 0.8, 0.6], [-2, 3, 0.2]]) {
    let p = StudentT(degreesOfFreedom: $0[0], location: $0[1], scale: $0[2])
    return p.logDensity(of: $0[3]) + p.cumulative(at: $0[3]) + p.entropy
  },
  .init("Cauchy", [[0.7, 2, -3], [0.5, 0.8, 0.6], [-2, 3, 0.2]]) {
    let p = Cauchy(location: $0[0], scale: $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy
  },
  .init("Laplace", [[0.7, 2, -3], [0.5, 0.8, 0.6], [-2, 3, 0.2]]) {
    let p = Laplace(location: $0[0], scale: $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy
  },
  .init("normal", [[0.7, 2, -3], [0.5, 0.8, 0.6], [-2, 3, 0.2]]) {
    let p = Normal(mean: $0[0], standardDeviation: $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy
  },
  .init("log-normal", [[0.7, 2, -3], [0.5, 0.8, 0.6], [0.1, 3, 0.2]]) {
    let p = LogNormal(logMean: $0[0], logStandardDeviation: $0[1])
    return p.logDensity(of: $0[2]) + p.cumulative(at: $0[2]) + p.entropy + p.variance
  },
  .init("half-normal", [[0.7, 2], [0.5, 3]]) {
    let p = HalfNormal(scale: $0[0])
    return p.logDensity(of: $0[1]) + p.cumulative(at: $0[1]) + p.entropy
  },
  .init("Poisson", [[0.7, 40]]) {
    let p = Poisson(rate: $0[0])
    return p.logDensity(of: double([2, 38])) + p.cumulative(at: double([2, 38])) + p.entropy
  },
  .init("binomial", [[0.7, 0.2]]) {
    let p = Binomial(count: double([10, 200]), probability: $0[0])
    return p.logDensity(of: double([6, 38])) + p.cumulative(at: double([6, 38])) + p.entropy
  },
  .init("geometric", [[0.7, 0.2]]) {
    let p = Geometric(probability: $0[0])
    return p.logDensity(of: double([1, 7])) + p.cumulative(at: double([1, 7])) + p.entropy
  },
]

@Suite struct LogDensityGradientTests {
  @Test(arguments: gradientRows)
  func gradients(_ row: LogDensityRow) {
    let check = checkGradient(of: { row.function($0) }, at: row.point.map { double($0) })
    #expect(check.passes(), "\(check)")
  }
}
