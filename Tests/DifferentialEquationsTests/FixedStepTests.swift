import DifferentialEquations
import Foundation
import Tensor
import Testing

/// The velocity that transports N(0, 1) to N(2, ¼) along straight conditional paths, at time t in
/// [0, 1].
///
/// The flow takes x₀ to 2 + x₀ / 2.
func gaussianField(_ t: Double, _ x: Tensor) -> Tensor {
  let (m, s) = (2.0, 0.5)
  let slope = (t * s * s - (1 - t)) / ((1 - t) * (1 - t) + t * t * s * s)
  return m + slope * (x - t * m)
}

/// A method, its order, and the errors of its end points with 10, 20 and 40 steps; from 1, the
/// exact end point is 2.5.
struct MethodRow: Sendable, CustomTestStringConvertible {
  let method: RungeKutta
  let errors: [Double]
  /// Half a unit of the last digit given.
  let digits: Double
  var testDescription: String { method.name }
}

private let rows: [MethodRow] = [
  .init(method: .euler, errors: [-0.0692, -0.0358, -0.0182], digits: 5e-5),
  .init(method: .heun, errors: [1.72e-3, 5.08e-4, 1.37e-4], digits: 5e-6),
  .init(method: .classic, errors: [2.4e-7, 4.4e-8, 3.7e-9], digits: 5e-9),
]

@Suite struct FixedStepTests {
  private let one = Tensor([[1.0]], dtype: .float64)

  @Test(arguments: rows) func theFlowBetweenGaussiansHasTheKnownErrors(_ row: MethodRow) {
    for (steps, error) in zip([10, 20, 40], row.errors) {
      let found = row.method.solve(gaussianField, from: one, over: (0, 1), steps: steps)
      #expect(abs(found.state.scalar - 2.5 - error) < row.digits, "\(steps) steps")
      #expect(found.evaluations == steps * row.method.stages)
      #expect(found.rejectedSteps == 0 && found.steps == steps && found.times.last == 1)
    }
  }

  /// dx/dt = x cos t has the solution exp(sin t).
  @Test(arguments: [RungeKutta.euler, .midpoint, .heun, .classic, DormandPrince.tableau])
  func theErrorFallsWithTheMethodsOrder(_ method: RungeKutta) {
    let errors = [40, 80, 160].map { steps in
      let end = method.solve(
        { t, x in Foundation.cos(t) * x }, from: one, over: (0, 2), steps: steps)
      return abs(end.state.scalar - Foundation.exp(Foundation.sin(2)))
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(abs(log2(coarse / fine) - Double(method.order)) < 0.25, "\(method.name): \(errors)")
    }
  }

  /// A method of order p integrates polynomials of degree p − 1 exactly.
  @Test(arguments: [RungeKutta.euler, .midpoint, .heun, .classic, DormandPrince.tableau])
  func polynomialsOfTimeAreExact(_ method: RungeKutta) {
    let degree = Double(method.order - 1)
    let end = method.solve(
      { t, x in 0 * x + (degree + 1) * Foundation.pow(t, degree) }, from: one, over: (0, 2),
      steps: 3)
    #expect(abs(end.state.scalar - 1 - Foundation.pow(2, degree + 1)) < 1e-12)
  }

  @Test func backwardsIsTheWayBack() {
    let there = RungeKutta.classic.solve(gaussianField, from: one, over: (0, 1), steps: 100)
    let back = RungeKutta.classic.solve(gaussianField, from: there.state, over: (1, 0), steps: 100)
    #expect(abs(back.state.scalar - 1) < 1e-8)
    #expect(back.times.first == 1 && back.times.last == 0)
  }

  @Test func aBatchOfImagesIsSolvedAtOnce() {
    let x = Random(seed: 3).normal([3, 2, 2, 1])
    let end = RungeKutta.heun.solve({ _, x in -x }, from: x, over: (0, 1), steps: 50).state
    #expect(end.shape == x.shape && end.dtype == .float32)
    for (found, start) in zip(end.doubles, x.doubles) {
      #expect(abs(found - start * Foundation.exp(-1)) < 1e-4)
    }
  }

  @Test func denseOutputIsOfOrderThreeAtLeast() {
    let errors = [20, 40].map { steps in
      let solution = RungeKutta.classic.solve(
        { t, x in Foundation.cos(t) * x }, from: one, over: (0, 2), steps: steps, dense: true)
      #expect(solution.evaluations == 4 * steps + 1)
      return stride(from: 0, through: 2, by: 0.013).map {
        abs(solution.state(at: $0).scalar - Foundation.exp(Foundation.sin($0)))
      }.max() ?? .nan
    }
    #expect(errors[1] < 2e-6 && log2(errors[0] / errors[1]) > 3.5, "\(errors)")
  }

  @Test func denseOutputRunsBackwardsToo() {
    let solution = RungeKutta.classic.solve(
      { _, x in -x }, from: one, over: (1, 0), steps: 20, dense: true)
    for time in [1, 0.73, 0.5, 0.01, 0] {
      #expect(abs(solution.state(at: time).scalar - Foundation.exp(1 - time)) < 1e-6)
    }
  }

  @Test func aSolutionHasTheRightGradients() {
    let check = checkGradient(
      of: { inputs in
        RungeKutta.classic.solve(
          { t, x in tanh(inputs[1] * x) + t * x }, from: inputs[0], over: (0, 1), steps: 3
        ).state
      }, at: [Tensor([[0.3], [-1.2]]), Tensor([0.7])])
    #expect(check.passes(), "\(check)")
  }
}
