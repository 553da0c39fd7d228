import Distributions
import Tensor
import Testing

@Suite struct CombinationTests {
  private let random = Random(seed: 21)

  @Test func aMixture() throws {
    let weights = try Categorical(probabilities: double([0.3, 0.7]))
    let parts = Normal(mean: double([-1, 2]), standardDeviation: double([0.5, 1]))
    let mixture = MixtureDistribution(weights: weights, components: parts)
    let x = double([-1, 0.0, 3])
    let expected =
      0.3 * exp(Normal(mean: -1, standardDeviation: 0.5).logDensity(of: x))
      + 0.7 * exp(Normal(mean: 2, standardDeviation: 1).logDensity(of: x))
    #expect(abs(exp(mixture.logDensity(of: x)) - expected).max().scalar < 1e-14)
    #expect(Swift.abs(mixture.mean.scalar - 1.1) < 1e-14)
    #expect(Swift.abs(mixture.variance.scalar - (0.3 * 0.25 + 0.7 + 0.21 * 9)) < 1e-13)
    #expect(mixture.responsibilities(of: x).shape == [3, 2])
    let sample = mixture.sample([20_000], using: random)
    #expect(MonteCarlo(sample).agrees(with: 1.1, precision: 0.02))
    let any = AnyMixture(
      weights: weights,
      components: [
        Normal(mean: -1, standardDeviation: 0.5), Normal(mean: 2, standardDeviation: 1),
      ])
    #expect(abs(any.logDensity(of: x) - mixture.logDensity(of: x)).max().scalar < 1e-14)
  }

  /// Compared with values of 50 digits, where the mass itself underflows.
  @Test func quantilesOfATruncatedNormalFarOut() {
    let p = Truncated(
      Normal(mean: -1.276, standardDeviation: 0.1129), lower: double(3.896), upper: double(4.798))
    let expected = [
      (0.39, 3.8972174720033988556), (0.001, 3.8960024645623114406),
      (0.999, 3.912988209986626207), (0, 3.896), (1, 4.798),
    ]
    for (level, value) in expected {
      #expect(Swift.abs(p.quantile(at: double(level)).scalar - value) < 1e-12, "\(level)")
    }
    let half = Truncated(
      Normal(mean: 0, standardDeviation: 1), lower: double(50), upper: double(Double.infinity))
    #expect(Swift.abs(half.quantile(at: double(0.5)).scalar - 50.013855486862126695) < 1e-11)
    let mirrored = Truncated(
      Normal(mean: 0, standardDeviation: 1), lower: double(-Double.infinity), upper: double(-50))
    #expect(Swift.abs(mirrored.quantile(at: double(0.5)).scalar + 50.013855486862126695) < 1e-11)
    // dx/dp is one over the density.
    let level = double(0.3)
    let inverse: Double = gradient(at: level) { half.quantile(at: $0) }.scalar
    let density: Double = exp(half.logDensity(of: half.quantile(at: level))).scalar
    #expect(Swift.abs(inverse * density - 1) < 1e-9)
  }

  @Test func aTruncatedNormal() {
    let p = Truncated(
      Normal(mean: 0, standardDeviation: 1), lower: double(40), upper: double(41))
    // log φ(40.01) − log P(40 < X < 41).
    #expect(Swift.abs(p.logDensity(of: double(40.01)).scalar - 3.2894534805) < 1e-6)
    #expect(p.logDensity(of: double([39, 42])).doubles == twoImpossible)
    let above = Truncated(
      Normal(mean: 0, standardDeviation: 1), lower: double(0), upper: double(Double.infinity))
    let points = double([-1, 0, 0.6744897501960817, 9])
    #expect(abs(above.cumulative(at: points) - double([0, 0, 0.5, 1])).max().scalar < 1e-15)
    #expect(abs(above.survival(at: points) - double([1, 1, 0.5, 0])).max().scalar < 1e-15)
    let slope = gradient(at: double([0.3, 1.5])) {
      Truncated(
        Normal(mean: $0.sliced(0..<1), standardDeviation: $0.sliced(1..<2)), lower: double(0),
        upper: double(Double.infinity)
      ).logDensity(of: double([-1])).sum()
    }
    #expect(slope.isFinite)
    let q = Truncated(Poisson(rate: 3), lower: double(2), upper: double(5))
    let mass = exp(q.logDensity(of: double([1, 2, 3, 4, 5, 6]))).sum().scalar
    #expect(Swift.abs(mass - 1) < 1e-13)
  }

  @Test func pointsAndTheirImages() throws {
    let p = try DiscretePoints(
      points: double([-2, -1, 0, 1, 2]), weights: double([0.1, 0.2, 0.4, 0.2, 0.1]))
    let squares = p.pushforward { square($0) }
    #expect(squares.points.doubles == [4, 1, 0])
    #expect(abs(squares.probabilities - double([0.2, 0.4, 0.4])).max().scalar < 1e-15)
    #expect(squares.logDensity(of: double(3)).scalar == -.infinity)
    #expect(Swift.abs(squares.cumulative(at: double(1)).scalar - 0.8) < 1e-15)
  }

  @Test func theSquareOfANormalNumber() {
    let p = BranchedTransformed.squared(Normal(mean: 0, standardDeviation: 1))
    let x = double([0.5, 1, 2])
    let expected = double([0.4393913, 0.2419707, 0.1037769])
    #expect(abs(exp(p.logDensity(of: x)) - expected).max().scalar < 1e-7)
    #expect(Swift.abs(p.cumulative(at: double(1)).scalar - 0.6826895) < 1e-7)
    #expect(p.logDensity(of: double(-1)).scalar == -.infinity)
  }

  @Test func piecewiseDensities() throws {
    let steps = try PiecewiseConstant(edges: double([0, 1, 3]), masses: double([1, 3]))
    #expect(
      abs(exp(steps.logDensity(of: double([0.5, 2, 3]))) - double([0.25, 0.375, 0.375]))
        .max().scalar < 1e-15)
    #expect(steps.logDensity(of: double([-1, 4])).doubles == twoImpossible)
    let tent = try PiecewiseLinear(nodes: double([0, 1, 3]), heights: double([0, 2, 0]))
    #expect(Swift.abs(exp(tent.logDensity(of: double(2))).scalar - 1.0 / 3) < 1e-15)
    #expect(Swift.abs(tent.mean.scalar - 4.0 / 3) < 1e-14)
    let levels = double([0.1, 0.4, 0.9])
    #expect(abs(tent.cumulative(at: tent.quantile(at: levels)) - levels).max().scalar < 1e-14)
    #expect(abs(steps.cumulative(at: steps.quantile(at: levels)) - levels).max().scalar < 1e-14)
  }

  @Test func vectorsAndMatrices() throws {
    let dirichlet = Dirichlet(concentration: double([1, 2, 3]))
    #expect(
      abs(dirichlet.variance - double([0.0198413, 0.0317460, 0.0357143])).max().scalar < 1e-7)
    // log 60 + log .3 + 2 log .5.
    let x = double([0.2, 0.3, 0.5])
    #expect(Swift.abs(dirichlet.logDensity(of: x).scalar - 1.5040773967762742) < 1e-13)
    #expect(dirichlet.logDensity(of: double([0.2, 0.3, 0.6])).scalar == -.infinity)
    let outcomes = try Categorical(probabilities: x)
    let multinomial = Multinomial(count: double(5), outcomes: outcomes)
    #expect(Swift.abs(exp(multinomial.logDensity(of: double([1, 2, 2]))).scalar - 0.135) < 1e-13)
    #expect(multinomial.logDensity(of: double([1, 2, 3])).scalar == -.infinity)
    let oneHot = OneHotCategorical(outcomes)
    #expect(Swift.abs(exp(oneHot.logDensity(of: double([0, 1, 0]))).scalar - 0.3) < 1e-15)
    // In one dimension, gamma and inverse gamma distributions.
    let matrix = double([[1.7]])
    let wishart = try Wishart(degreesOfFreedom: double(5), scale: double([[2]]))
    let gamma = Gamma(concentration: 2.5, rate: 0.25)
    #expect(
      Swift.abs(wishart.logDensity(of: matrix).scalar - gamma.logDensity(of: double(1.7)).scalar)
        < 1e-13)
    let inverse = try InverseWishart(degreesOfFreedom: double(5), scale: double([[2]]))
    let inverseGamma = InverseGamma(concentration: 2.5, scale: 1)
    #expect(
      Swift.abs(
        inverse.logDensity(of: matrix).scalar - inverseGamma.logDensity(of: double(1.7)).scalar)
        < 1e-13)
  }
}
