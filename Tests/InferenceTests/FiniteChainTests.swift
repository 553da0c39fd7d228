import Inference
import Tensor
import Testing

@Suite struct FiniteChainTests {
  private func chain(_ rows: [[Double]]) throws -> FiniteChain {
    try FiniteChain(transitions: Tensor(rows, dtype: .float64))
  }

  @Test func metropolisHastingsOnThreeStates() throws {
    let uniform = try chain([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    let target = [0.2, 0.3, 0.5]
    let chain = try FiniteChain.metropolisHastings(target: target, proposal: uniform)
    let expected = [0, 0.5, 0.5, 1.0 / 3, 1.0 / 6, 0.5, 0.2, 0.3, 0.5]
    for (found, value) in zip(chain.transitions.doubles, expected) {
      #expect(Swift.abs(found - value) < 1e-15)
    }
    #expect(chain.detailedBalanceViolation(of: target) < 1e-16)
    let law = try #require(chain.stationaryLaw)
    for (found, value) in zip(law, target) { #expect(Swift.abs(found - value) < 1e-15) }
    #expect(chain.isIrreducible && chain.isErgodic && chain.period(of: 0) == 1)
    // Proposals always lead to another state, so the acceptance rate is the rate of leaving a
    // state.
    var acceptance = 0.0
    for state in 0..<3 { acceptance += target[state] * (1 - expected[4 * state]) }
    #expect(Swift.abs(acceptance - 0.7) < 1e-15)
    let path = chain.path(from: 0, steps: 20_000, using: Random(seed: 1))
    let share = Double(path.count { $0 == 2 }) / 20_000
    #expect(Swift.abs(share - 0.5) < 0.03)
  }

  @Test func classesAndPeriods() throws {
    let cycle = try chain([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    #expect(cycle.isIrreducible && cycle.period(of: 1) == 3 && !cycle.isErgodic)
    let law = try #require(cycle.stationaryLaw)
    #expect(law.allSatisfy { Swift.abs($0 - 1.0 / 3) < 1e-15 })
    #expect(cycle.detailedBalanceViolation(of: law) > 0.3)
    let split = try chain([[1, 0, 0], [0.5, 0, 0.5], [0, 0, 1]])
    #expect(!split.isIrreducible && split.stationaryLaw == nil && split.classes.count == 3)
    let absorbing = try chain([[0.5, 0.5], [0, 1]])
    #expect(absorbing.stationaryLaw == [0, 1] && absorbing.period(of: 0) == 1)
    #expect(try chain([[0, 1], [0, 1]]).period(of: 0) == 0)
  }

  @Test func rowsAreProbabilities() {
    #expect(throws: FiniteChain.Error.self) { try chain([[0.5, 0.4], [0, 1]]) }
    #expect(throws: FiniteChain.Error.self) { try chain([[1.5, -0.5], [0, 1]]) }
  }
}
