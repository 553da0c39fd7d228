import OptimalTransport
import Tensor
import Testing

private func measure(_ points: [[Double]], _ weights: [Double]) -> DiscreteMeasure {
  DiscreteMeasure(
    points: Tensor(points, dtype: .float64),
    weights: Tensor(weights, shape: [weights.count], dtype: .float64))
}

/// Two measures between which there is no transport, and the message.
struct BadMeasures: Sendable, CustomTestStringConvertible {
  let source: DiscreteMeasure
  let target: DiscreteMeasure
  let error: TransportError
  var testDescription: String { "\(error)" }
}

private let plane = measure([[0, 0], [1, 1]], [0.5, 0.5])
private let rows: [BadMeasures] = [
  .init(
    source: plane, target: measure([[0, 0], [1, 0]], [0.5, 0.6]),
    error: .unequalSums(source: 1, target: 1.1)),
  .init(
    source: measure([[0, 0], [1, 1]], [-0.5, 1.5]), target: plane,
    error: .badWeight(.source, index: 0, value: -0.5)),
  .init(
    source: plane, target: measure([[0, 0], [1, 1]], [0, 0]), error: .noMass(.target)),
  .init(
    source: plane, target: measure([[0], [1]], [0.5, 0.5]),
    error: .differentDimensions(source: 2, target: 1)),
  .init(
    source: measure([[0, 0], [1, .nan]], [0.5, 0.5]), target: plane,
    error: .badPoint(.source, index: 1)),
  .init(
    source: DiscreteMeasure(points: Tensor.zeros([0, 2], dtype: .float64)), target: plane,
    error: .empty(.source)),
]

@Suite struct TransportErrorTests {
  @Test(arguments: rows)
  func badMeasuresAreTold(_ row: BadMeasures) {
    #expect(throws: row.error) { try ExactTransport(from: row.source, to: row.target) }
    #expect(throws: row.error) { try EntropicTransport(from: row.source, to: row.target) }
  }

  @Test(arguments: [0, -1, Double.infinity])
  func epsilonIsAboveZero(_ epsilon: Double) {
    #expect(throws: TransportError.badEpsilon(epsilon)) {
      try EntropicTransport(from: plane, to: plane, epsilon: epsilon)
    }
  }

  @Test func costsAreNumbersOrInfinite() throws {
    let nan = Tensor([[0, 1], [.nan, 1]], dtype: .float64)
    let closed = Tensor([[0, .infinity], [1, .infinity]], dtype: .float64)
    #expect {
      try ExactTransport(costs: nan)
    } throws: { error in
      guard case TransportError.badCost(row: 1, column: 0, value: _) = error else { return false }
      return true
    }
    #expect(throws: TransportError.noFinitePlan) { try ExactTransport(costs: closed) }
    #expect(throws: TransportError.differentCounts(source: 1, target: 2)) {
      try Assignment(costs: Tensor([[1, 2]]))
    }
    #expect(throws: TransportError.badExponent(0.5)) {
      try lineTransportCost(Tensor([1]), Tensor([2]), p: 0.5)
    }
  }
}
