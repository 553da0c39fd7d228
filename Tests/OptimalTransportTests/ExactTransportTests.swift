import OptimalTransport
import Tensor
import Testing

private func vector(_ values: [Double]) -> Tensor {
  Tensor(values, shape: [values.count], dtype: .float64)
}

/// A problem and its optimal cost.
struct ExactRow: Sendable, CustomTestStringConvertible {
  let name: String
  let costs: [[Double]]
  let source: [Double]
  let target: [Double]
  let cost: Double
  var testDescription: String { name }

  init(
    _ name: String, _ costs: [[Double]], _ source: [Double], _ target: [Double], cost: Double
  ) {
    (self.name, self.costs, self.source, self.target) = (name, costs, source, target)
    self.cost = cost
  }
}

private let infinity = Double.infinity

private let rows: [ExactRow] = [
  .init("two by two", [[1, 2], [3, 5]], [0.6, 0.4], [0.3, 0.7], cost: 2.6),
  .init("one point to one", [[7]], [2], [2], cost: 14),
  .init("one point to three", [[1, 2, 4]], [1], [0.5, 0.25, 0.25], cost: 2),
  .init(
    "zero weights", [[1, 0, 2], [0, 0, 0], [3, 0, 5]], [0.6, 0, 0.4], [0.3, 0, 0.7], cost: 2.6),
  .init("a forbidden entry", [[1, infinity], [3, 5]], [0.3, 0.7], [0.3, 0.7], cost: 3.8),
  .init("negative costs", [[-1, -2], [-3, -5]], [0.5, 0.5], [0.5, 0.5], cost: -3),
  .init("all costs equal", [[2, 2, 2], [2, 2, 2]], [0.5, 0.5], [0.2, 0.3, 0.5], cost: 2),
  .init("a mass of 10", [[0, 1], [1, 0]], [4, 6], [6, 4], cost: 2),
]

@Suite struct ExactTransportTests {
  @Test(arguments: rows)
  func knownCosts(_ row: ExactRow) throws {
    let transport = try ExactTransport(
      costs: Tensor(row.costs, dtype: .float64), source: vector(row.source),
      target: vector(row.target))
    #expect(Swift.abs(transport.cost - row.cost) < 1e-12)
    expectOptimal(transport, rowCount: row.source.count, columnCount: row.target.count)
  }

  @Test func thePlanOfTwoByTwo() throws {
    let transport = try ExactTransport(
      costs: Tensor([[1, 2], [3, 5]], dtype: .float64), source: vector([0.6, 0.4]),
      target: vector([0.3, 0.7]))
    let plan = transport.plan.dense()
    #expect(abs(plan - Tensor([[0, 0.6], [0.3, 0.1]], dtype: .float64)).max().scalar < 1e-15)
  }

  @Test(
    arguments: [(1, 9), (9, 1), (7, 13), (40, 40), (64, 31)],
    [GroundCost.squaredEuclidean, .euclidean, .power(3)])
  func randomPointsAreMovedOptimally(_ sizes: (Int, Int), _ cost: GroundCost) throws {
    let random = Random(seed: 31)
    let source = randomMeasure(sizes.0, dimension: 2, random)
    let target = randomMeasure(sizes.1, dimension: 2, random)
    let transport = try ExactTransport(from: source, to: target, cost: cost)
    expectOptimal(transport, rowCount: sizes.0, columnCount: sizes.1)
    let stored = try ExactTransport(
      costs: cost.matrix(source.points, target.points), source: source.weights,
      target: target.weights)
    #expect(Swift.abs(stored.cost - transport.cost) < 1e-12)
  }

  @Test func potentialsAreFeasibleAtPointsWithoutWeight() throws {
    let random = Random(seed: 5)
    let (x, y) = (random.normal([12, 2], dtype: .float64), random.normal([9, 2], dtype: .float64))
    var a = random.uniform([12], dtype: .float64).doubles
    a[3] = 0
    a[11] = 0
    var b = random.uniform([9], dtype: .float64).doubles
    b[0] = 0
    let total = a.reduce(0, +) / b.reduce(0, +)
    let transport = try ExactTransport(
      from: DiscreteMeasure(points: x, weights: vector(a)),
      to: DiscreteMeasure(points: y, weights: vector(b.map { $0 * total })))
    expectOptimal(transport, rowCount: 12, columnCount: 9)
    let reduced =
      pairwiseSquaredDistances(x, y) - transport.sourcePotential.expanded(at: 1)
      - transport.targetPotential
    #expect(reduced.min().scalar > -1e-13)
  }

  @Test func stoppedEarlyItTellsAndIsStillAPlan() throws {
    let random = Random(seed: 7)
    let (source, target) = (
      randomMeasure(30, dimension: 2, random), randomMeasure(30, dimension: 2, random)
    )
    let transport = try ExactTransport(from: source, to: target, iterationLimit: 1)
    #expect(!transport.hasConverged)
    #expect(transport.marginalErrors.largest < 1e-12)
    #expect(transport.dualityGap > 0)
  }

  @Test func assignmentsAreThoseOfAllPermutations() throws {
    let random = Random(seed: 8)
    for n in 1...6 {
      let costs = random.normal([n, n], dtype: .float64)
      let values = costs.doubles
      let best = permutations(n).map { order in
        order.enumerated().reduce(0) { $0 + values[$1.offset * n + $1.element] }
      }.min()
      let assignment = try Assignment(costs: costs)
      #expect(assignment.targets.sorted() == Array(0..<n))
      #expect(Swift.abs(assignment.cost - (best ?? .nan)) < 1e-12)
      #expect(Swift.abs(assignment.dualityGap) < 1e-12)
    }
  }

  @Test func manyEqualCostsDoNotCycle() throws {
    let random = Random(seed: 9)
    let values = (0..<40 * 40).map { _ in Double(random.integer(below: 3)) }
    let assignment = try Assignment(costs: Tensor(values, shape: [40, 40], dtype: .float64))
    #expect(assignment.targets.sorted() == Array(0..<40))
    #expect(Swift.abs(assignment.dualityGap) < 1e-12)
  }
}

/// A measure of random points in the plane or elsewhere, of mass one.
func randomMeasure(_ count: Int, dimension: Int, _ random: Random) -> DiscreteMeasure {
  let weights = random.uniform([count], dtype: .float64) + 0.01
  return DiscreteMeasure(
    points: random.normal([count, dimension], dtype: .float64), weights: weights / weights.sum())
}

/// Checks the optimality of a plan: marginals to 1e-12, the gap to 1e-10, and few entries.
func expectOptimal(
  _ transport: ExactTransport, rowCount: Int, columnCount: Int,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(transport.hasConverged, sourceLocation: sourceLocation)
  #expect(transport.marginalErrors.largest < 1e-12, sourceLocation: sourceLocation)
  #expect(Swift.abs(transport.dualityGap) < 1e-10, sourceLocation: sourceLocation)
  #expect(
    transport.plan.entries.count <= rowCount + columnCount - 1, sourceLocation: sourceLocation)
  #expect(
    transport.plan.entries.allSatisfy { $0.mass > 0 }, sourceLocation: sourceLocation)
}

private func permutations(_ n: Int) -> [[Int]] {
  if n == 0 { return [[]] }
  return permutations(n - 1).flatMap { rest in
    (0...rest.count).map { place in
      var order = rest
      order.insert(n - 1, at: place)
      return order
    }
  }
}
