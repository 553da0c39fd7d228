import OptimalTransport
import Tensor
import Testing

/// A distance of measures in the plane.
struct DistanceRow: Sendable, CustomTestStringConvertible {
  let name: String
  let distance: @Sendable (DiscreteMeasure, DiscreteMeasure) throws -> Double
  var testDescription: String { name }
}

private let rows: [DistanceRow] = [
  .init(name: "W₁") { try ExactTransport(from: $0, to: $1, cost: .euclidean).cost },
  .init(name: "W₂") { try ExactTransport(from: $0, to: $1).cost.squareRoot() },
  .init(name: "W₁ along x") { a, b in
    try wassersteinDistance(
      SortedPoints(a.points.sliced(0..<1, along: 1).flattened(from: 0), weights: a.weights),
      SortedPoints(b.points.sliced(0..<1, along: 1).flattened(from: 0), weights: b.weights))
  },
]

@Suite struct TransportPropertyTests {
  @Test(arguments: rows)
  func distancesAreDistances(_ row: DistanceRow) throws {
    let random = Random(seed: 41)
    for _ in 0..<5 {
      let (a, b, c) = (
        randomMeasure(8, dimension: 2, random), randomMeasure(11, dimension: 2, random),
        randomMeasure(9, dimension: 2, random)
      )
      let (ab, bc, ac) = (
        try row.distance(a, b), try row.distance(b, c), try row.distance(a, c)
      )
      #expect(ac <= ab + bc + 1e-12)
      #expect(ab > 0)
      #expect(Swift.abs(ab - (try row.distance(b, a))) < 1e-12)
      #expect(try row.distance(a, a) < 1e-7)
    }
  }

  @Test func displacementIsAGeodesic() throws {
    let random = Random(seed: 42)
    let (a, b) = (randomMeasure(7, dimension: 2, random), randomMeasure(9, dimension: 2, random))
    let transport = try ExactTransport(from: a, to: b)
    func at(_ t: Double) -> DiscreteMeasure {
      transport.plan.interpolation(from: a.points, to: b.points, at: t)
    }
    for (s, t) in [(0.0, 1.0), (0.2, 0.5), (0.9, 0.3)] {
      let part = try ExactTransport(from: at(s), to: at(t)).cost.squareRoot()
      #expect(Swift.abs(part - Swift.abs(t - s) * transport.cost.squareRoot()) < 1e-7)
    }
  }

  @Test func aCriticReachesTheDistance() throws {
    let random = Random(seed: 43)
    let (a, b) = (randomMeasure(9, dimension: 3, random), randomMeasure(6, dimension: 3, random))
    let duality = try KantorovichRubinstein(a, b)
    #expect(Swift.abs(duality.primal - duality.dual) < 1e-12)
    #expect(duality.lipschitzConstant <= 1 + 1e-12)
    let bound = KantorovichRubinstein.bound(by: { $0.sum(along: 1) }, a, b)
    #expect(bound <= duality.primal)
  }

  @Test func aSampledDensityFillsTheCells() throws {
    let target = DiscreteMeasure(
      points: Tensor([[0.25, 0.5], [0.75, 0.5]], dtype: .float64),
      weights: Tensor([0.3, 0.7], dtype: .float64))
    let transport = try SemiDiscreteTransport(
      to: target, steps: 400, batch: 32, rate: 0.2, using: Random(seed: 44)
    ) { count, random in random.uniform([count, 2], dtype: .float64) }
    // The cells meet at x = 0.3: two strips. The exact cost is the sum of the moments over them.
    let along = (pow3(0.05) + pow3(0.25)) / 3 + (pow3(0.25) + pow3(0.45)) / 3
    let exact = along + 1.0 / 12
    #expect(Swift.abs(transport.cellMasses.doubles[0] - 0.3) < 0.06)
    #expect(Swift.abs(transport.cost - exact) < 5 * transport.standardError + 1e-3)
    #expect(transport.cells(of: Tensor([[0.05, 0.1], [0.95, 0.9]], dtype: .float64)) == [0, 1])
  }

  private func pow3(_ x: Double) -> Double { x * x * x }

  @Test(arguments: [0, 1])
  func pointsFlowToTheTarget(_ kind: Int) throws {
    let random = Random(seed: 45)
    let target = DiscreteMeasure(points: random.normal([6, 2], dtype: .float64) + 2)
    let weights = Tensor(filledWith: 1 / 6.0, [6], dtype: .float64)
    let objective: TransportFlow.Objective = kind == 0 ? .wasserstein : .sinkhorn(epsilon: 0.5)
    let flow = try TransportFlow(
      to: target, weights: weights, objective: objective, stepLength: 0.5,
      options: .with {
        $0.tolerance = 1e-6
        $0.sweepLimit = 200
      })
    var state = flow.start(at: random.normal([6, 2], dtype: .float64))
    var values: [Double] = []
    for _ in 0..<12 {
      let next = try flow.step(state)
      values.append(next.objective)
      state = next.state
    }
    #expect(zip(values, values.dropFirst()).allSatisfy { $1 <= $0 + 1e-9 })
    #expect(values[11] < 2e-2 * values[0])
  }

  @Test func classesKeepTogether() throws {
    let source = DiscreteMeasure(
      points: Tensor([[0, 0], [0.2, 0], [1, 0], [1.2, 0]], dtype: .float64))
    let target = DiscreteMeasure(
      points: Tensor([[0.1, 1], [0.3, 1], [0.9, 1], [1.3, 1]], dtype: .float64))
    let coarse = SinkhornOptions.with {
      $0.tolerance = 1e-8
      $0.sweepLimit = 500
    }
    let plain = try DomainAdaptation(
      from: source, classes: [0, 0, 1, 1], to: target, epsilon: 0.5, classStrength: 0,
      options: coarse)
    let classed = try DomainAdaptation(
      from: source, classes: [0, 0, 1, 1], to: target, epsilon: 0.5, classStrength: 1,
      iterations: 5, options: coarse)
    func mixed(_ plan: Tensor) -> Double {
      let values = plan.doubles
      return values[2] + values[3] + values[6] + values[7]
    }
    #expect(mixed(classed.plan) < 0.5 * mixed(plain.plan))
    #expect(zip(classed.trace, classed.trace.dropFirst()).allSatisfy { $1 <= $0 + 1e-7 })
    #expect(classed.mapped.shape == [4, 2])
    #expect(plain.trace.count == 1)
  }
}
