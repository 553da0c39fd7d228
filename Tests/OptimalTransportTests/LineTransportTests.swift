import OptimalTransport
import Tensor
import Testing

private func vector(_ values: [Double]) -> Tensor {
  Tensor(values, shape: [values.count], dtype: .float64)
}

@Suite struct LineTransportTests {
  @Test(arguments: [(1.0, 0.25), (2.0, 1 / 12.0.squareRoot())])
  func twoPointsAndTheUniform(_ p: Double, _ expected: Double) throws {
    let points = try SortedPoints(vector([0, 1]))
    let distance = try wassersteinDistance(points, LineDensity.uniform(on: 0...1), p: p)
    #expect(Swift.abs(distance - expected) < 1e-9)
  }

  @Test func normalsDifferByTheirMomentsForTwo() throws {
    let a = LineDensity.normal(mean: 0, standardDeviation: 1)
    let b = LineDensity.normal(mean: 3, standardDeviation: 2.5)
    let distance = try wassersteinDistance(a, b, p: 2)
    #expect(Swift.abs(distance - (9 + 2.25).squareRoot()) < 1e-7)
  }

  @Test(arguments: [1.0, 1.5, 2, 3])
  func pointsCostAsMuchAsByTheSimplex(_ p: Double) throws {
    let random = Random(seed: 3)
    let (x, y) = (random.normal([17], dtype: .float64), random.normal([23], dtype: .float64))
    let a = random.uniform([17], dtype: .float64)
    let b = random.uniform([23], dtype: .float64)
    let (source, target) = (a / a.sum(), b / b.sum())
    let exact = try ExactTransport(
      from: DiscreteMeasure(points: x, weights: source),
      to: DiscreteMeasure(points: y, weights: target), cost: .power(p))
    let line = try lineTransportCost(
      x, y, sourceWeights: source, targetWeights: target, p: p)
    #expect(Swift.abs(exact.cost - line) < 1e-12)
    let distance = try wassersteinDistance(
      SortedPoints(x, weights: source), SortedPoints(y, weights: target), p: p)
    let root = pow(Tensor(line, dtype: .float64), 1 / p).scalar
    #expect(Swift.abs(distance - root) < 1e-12)
    let plan = try lineTransportPlan(x, y, sourceWeights: source, targetWeights: target)
    let costs = GroundCost.power(p).matrix(x.expanded(at: 1), y.expanded(at: 1))
    #expect(Swift.abs((plan.dense() * costs).sum().scalar - line) < 1e-12)
    #expect(plan.entries.count <= 39)
  }

  @Test(arguments: [1.0, 2, 3])
  func equalCountsNeedNoWeights(_ p: Double) throws {
    let random = Random(seed: 4)
    let (x, y) = (random.normal([37], dtype: .float64), random.normal([37], dtype: .float64))
    let uniform = Tensor(filledWith: 1 / 37.0, [37], dtype: .float64)
    let short = try lineTransportCost(x, y, p: p)
    let long = try lineTransportCost(
      x, y, sourceWeights: uniform, targetWeights: uniform, p: p)
    #expect(Swift.abs(short - long) < 1e-13)
  }

  @Test func aShiftCostsItsLengthHoweverFar() throws {
    // Here ℓ_p distances of densities would saturate, and Cramér's distance differs.
    let random = Random(seed: 5)
    let x = random.normal([50], dtype: .float64)
    for shift in [0.1, 1, 100] {
      #expect(Swift.abs(try lineTransportCost(x, x + shift) - shift) < 1e-12)
      #expect(Swift.abs(try lineTransportCost(x, x + shift, p: 2) - shift * shift) < 1e-9)
    }
  }

  /// ∫ |F − G|² dx, Cramér's distance squared, is the length of a shift, and its square is not W₂².
  @Test func itIsNotCramersDistance() throws {
    let (x, y) = (vector([0]), vector([3]))
    #expect(try lineTransportCost(x, y, p: 2) == 9)
    #expect(try wassersteinDistance(SortedPoints(x), SortedPoints(y), p: 2) == 3)
  }

  /// Two lists of numbers are points, not histograms: their order is irrelevant, and weights are
  /// distinguished.
  @Test func valuesAreNotWeights() throws {
    let places = vector([0, 1, 3])
    let (some, others) = (vector([5, 6, 8]), vector([6, 8, 5]))
    #expect(try lineTransportCost(some, others) == 0)
    let moved = try lineTransportCost(
      places, places, sourceWeights: some / 19, targetWeights: others / 19)
    // The cumulative weights differ by 1/19 up to 1 and by 3/19 from there to 3.
    #expect(Swift.abs(moved - 7.0 / 19) < 1e-14)
  }

  @Test func theMapIsMonotoneAndMovesTheMedian() {
    let map = monotoneMap(
      from: .normal(mean: 0, standardDeviation: 1) as LineDensity,
      to: LineDensity.uniform(on: 0...2))
    #expect(Swift.abs(map(0) - 1) < 1e-14)
    #expect(map(-1) < map(-0.5))
  }

  @Test func quantilesOfPointsJumpAtTheirWeights() throws {
    let points = try SortedPoints(vector([3, 1, 2, 9]), weights: vector([1, 2, 1, 0]))
    #expect([0.1, 0.5, 0.51, 0.75, 0.76, 1].map(points.quantile) == [1, 1, 2, 2, 3, 3])
    #expect([0, 1, 1.5, 2, 3, 10].map(points.cumulative) == [0, 0.5, 0.5, 0.75, 1, 1])
  }

  @Test func theBarycenterOfTwoUniformsIsUniform() throws {
    let center = try LineBarycenter(of: [
      LineDensity.uniform(on: 0...1), LineDensity.uniform(on: 4...7),
    ])
    let distance = try wassersteinDistance(center, LineDensity.uniform(on: 2...4), p: 2)
    #expect(distance < 1e-7)
    #expect(Swift.abs(center.cumulative(3) - 0.5) < 1e-12)
  }

  @Test func interpolationsLieOnAGeodesic() throws {
    let random = Random(seed: 6)
    let x = try SortedPoints(random.normal([9], dtype: .float64))
    let y = try SortedPoints(random.normal([14], dtype: .float64) + 2)
    let whole = try wassersteinDistance(x, y, p: 2)
    let (early, late) = (
      try displacementInterpolation(from: x, to: y, at: 0.2),
      try displacementInterpolation(from: x, to: y, at: 0.7)
    )
    #expect(Swift.abs(try wassersteinDistance(early, late, p: 2) - 0.5 * whole) < 1e-9)
  }

  @Test(arguments: [(5, 5), (4, 6)], [1.5, 2, 3])
  func slicedDistancesHaveTheRightGradients(_ sizes: (Int, Int), _ p: Double) {
    let random = Random(seed: 7)
    let directions = random.pointsOnSphere([3], dimension: 2, dtype: .float64)
    let check = checkGradient(
      of: { slicedWasserstein($0[0], $0[1], directions: directions, p: p) },
      at: [
        random.normal([sizes.0, 2], dtype: .float64), random.normal([sizes.1, 2], dtype: .float64),
      ])
    #expect(check.passes(), "\(check)")
  }

  @Test func oneDirectionOfOneDimensionIsTheLine() throws {
    let random = Random(seed: 8)
    let (x, y) = (random.normal([8], dtype: .float64), random.normal([12], dtype: .float64))
    let sliced = slicedWasserstein(
      x.expanded(at: 1), y.expanded(at: 1), directions: Tensor([[1]], dtype: .float64), p: 2)
    #expect(Swift.abs(sliced.scalar - (try lineTransportCost(x, y, p: 2))) < 1e-13)
  }
}
