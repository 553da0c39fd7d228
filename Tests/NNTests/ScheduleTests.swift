import Foundation
import NN
import Tensor
import Testing

@Suite struct ScheduleTests {
  private func expectEqual(_ schedule: Schedule, _ steps: [Int], _ expected: [Double]) {
    for (step, value) in zip(steps, expected) {
      #expect(Swift.abs(schedule(step) - value) < 1e-15, "step \(step)")
    }
  }

  @Test func constantRate() { expectEqual(constant(0.3), [1, 2, 1000], [0.3, 0.3, 0.3]) }

  @Test func stepDecayFallsAfterEachPeriod() {
    expectEqual(
      stepDecay(from: 0.8, by: 0.5, every: 3), [1, 3, 4, 6, 7, 10], [0.8, 0.8, 0.4, 0.4, 0.2, 0.1])
  }

  @Test func exponentialDecayIsSmooth() {
    expectEqual(
      exponentialDecay(from: 0.8, by: 0.25, over: 4), [1, 3, 5, 9], [0.8, 0.4, 0.2, 0.05])
  }

  @Test func cosineDecayEndsAndStays() {
    let rate = cosineDecay(from: 1, to: 0.2, over: 12)
    expectEqual(rate, [1, 7, 13, 14, 1000], [1, 0.6, 0.2, 0.2, 0.2])
    #expect(Swift.abs(rate(5) - (0.2 + 0.4 * (1 + cos(Double.pi / 3)))) < 1e-15)
    expectEqual(cosineDecay(from: 1, over: 2), [1, 2, 3], [1, 0.5, 0])
  }

  @Test func warmupRisesToTheSchedule() {
    expectEqual(warmup(over: 4, to: constant(0.8)), [1, 2, 3, 4, 5], [0.2, 0.4, 0.6, 0.8, 0.8])
    let both = warmup(over: 2, to: stepDecay(from: 1, by: 0.5, every: 4))
    expectEqual(both, [1, 2, 4, 5, 9], [0.5, 1, 1, 0.5, 0.25])
    expectEqual(warmup(over: 0, to: constant(0.8)), [1], [0.8])
  }

  @Test func theOptimiserAsksForEachStep() {
    let weights = Weights([Tensor([0])])
    let optimizer = SGD(for: weights, learningRate: { Double($0) })
    for expected in [-1.0, -3, -6] {
      optimizer.update(along: weights.gradients([Tensor([1])]))
      #expect(weights.doubles == [[expected]])
    }
    optimizer.learningRate = constant(4)
    optimizer.update(along: weights.gradients([Tensor([1])]))
    #expect(weights.doubles == [[-10]])
  }
}
