import Estimators
import Tensor
import Testing

@Suite struct DivergenceFitTests {
  private let target = GaussianMixture1D(weights: [1, 1], means: [-3, 3], deviations: [1, 1])

  private func fit(_ criterion: FitCriterion, components: Int = 1) throws -> DivergenceFit {
    try DivergenceFit(
      to: { target.logDensity(of: $0) }, on: -24...24, components: components, criterion, starts: 4)
  }

  @Test func aSingleGaussianForwardAndReverse() throws {
    let forward = try fit(.forward)
    #expect(Swift.abs(forward.divergence - 0.4619946) < 1e-6)
    #expect(Swift.abs(forward.mixture.means[0]) < 1e-6)
    #expect(Swift.abs(forward.mixture.deviations[0] - 10.0.squareRoot()) < 1e-6)
    let reverse = try fit(.reverse)
    #expect(Swift.abs(reverse.divergence - 0.6887690) < 1e-6)
    #expect(Swift.abs(Swift.abs(reverse.mixture.means[0]) - 2.9843060) < 1e-5)
    #expect(Swift.abs(reverse.mixture.deviations[0] - 1.0233686) < 1e-5)
  }

  @Test func eachFitIsBestUnderItsOwnCriterion() throws {
    let fits = try FitCriterion.allCases.map { try fit($0) }
    for own in fits {
      for other in fits {
        let value = try #require(other.divergences[own.criterion])
        #expect(own.divergence <= value + 1e-9, "\(own.criterion) \(other.criterion)")
      }
      let bounded = try #require(own.divergences[.jensenShannon])
      #expect(bounded <= 0.6931471805599453)
    }
  }

  @Test(arguments: FitCriterion.allCases)
  func aClassThatContainsTheTargetReachesIt(_ criterion: FitCriterion) throws {
    let fit = try fit(criterion, components: 2)
    #expect(Swift.abs(fit.divergence) < 1e-8)
    #expect(zip(fit.mixture.means, [-3, 3]).allSatisfy { Swift.abs($0 - $1) < 1e-3 })
  }

  @Test func refusesADensityWithoutMass() {
    #expect(throws: EstimationError.self) {
      try DivergenceFit(
        to: { $0 * 0 - Double.infinity }, on: 0...1, .forward)
    }
  }
}

@Suite struct GaussianGradientFlowTests {
  @Test(arguments: GaussianGradientFlow.Direction.allCases)
  func velocityIsTheNegativeGradient(_ direction: GaussianGradientFlow.Direction) {
    let flow = GaussianGradientFlow(towards: .init(mean: 0.5, deviation: 1.5), direction)
    let h = 1e-5
    func value(_ mean: Double, _ deviation: Double) -> Double {
      flow.divergence(at: .init(mean: mean, deviation: deviation))
    }
    let velocity = flow.velocity(at: .init(mean: 2, deviation: 0.7))
    let mean = (value(2 - h, 0.7) - value(2 + h, 0.7)) / (2 * h)
    let deviation = (value(2, 0.7 - h) - value(2, 0.7 + h)) / (2 * h)
    #expect(Swift.abs(velocity.mean - mean) < 1e-8)
    #expect(Swift.abs(velocity.deviation - deviation) < 1e-8)
  }

  @Test(arguments: GaussianGradientFlow.Direction.allCases)
  func flowsToTheTargetAndNeverRises(_ direction: GaussianGradientFlow.Direction) {
    let flow = GaussianGradientFlow(towards: .init(mean: 0, deviation: 1), direction)
    let starts: [(mean: Double, deviation: Double)] = [(2, 0.1), (-1, 3), (0, 1)]
    for (mean, deviation) in starts {
      let path = flow.path(from: .init(mean: mean, deviation: deviation), rate: 0.2, steps: 150)
      let values = path.map(flow.divergence)
      #expect(zip(values, values.dropFirst()).allSatisfy { $1 <= $0 })
      #expect(values.last ?? 1 < 1e-10)
    }
  }

  /// KL(N(0, 1) ‖ N(1, 4)) and the reverse.
  @Test func divergences() {
    let (p, q) = (
      GaussianGradientFlow.Point(mean: 0, deviation: 1),
      GaussianGradientFlow.Point(mean: 1, deviation: 2)
    )
    let forward = GaussianGradientFlow(towards: p, .forward)
    #expect(Swift.abs(forward.divergence(at: q) - 0.4431471806) < 1e-10)
    #expect(forward.velocity(at: q) == (-0.25, -0.25))
    let reverse = GaussianGradientFlow(towards: p, .reverse)
    #expect(Swift.abs(reverse.divergence(at: q) - 1.3068528194) < 1e-10)
  }
}
