import DifferentialEquations
import Foundation
import Tensor
import Testing

@Suite struct StochasticTests {
  /// The mean distance of a method's end points from the exact ones, with the same path for all
  /// step sizes.
  private func strongError(
    _ method: StochasticMethod, _ equation: StochasticEquation, steps: Int,
    exact: (_ motion: Tensor) -> Tensor
  ) -> Double {
    let (fine, paths) = (128, 2_000)
    let increments = Random(seed: 11).normal(
      [fine, paths], standardDeviation: (1 / Double(fine)).squareRoot(), dtype: .float64)
    let coarse = increments.reshaped(to: [steps, fine / steps, paths]).sum(along: 1)
    var x = Tensor.ones([paths], dtype: .float64)
    let size = 1 / Double(steps)
    for step in 0..<steps {
      let increment = coarse.sliced(step..<step + 1).reshaped(to: [paths])
      x = method.step(
        equation, from: x, at: Double(step) * size, size: size, increment: increment)
    }
    return abs(x - exact(increments.sum(along: 0))).mean().scalar
  }

  private func order(
    _ method: StochasticMethod, _ equation: StochasticEquation, exact: (Tensor) -> Tensor
  ) -> Double {
    let errors = [4, 64].map { strongError(method, equation, steps: $0, exact: exact) }
    return log2(errors[0] / errors[1]) / 4
  }

  /// dx = ½ x dt + ¾ x dW.
  private let geometric = StochasticEquation(drift: { $1 * 0.5 }, diffusion: { _, x in 0.75 * x })

  @Test func eulerMaruyamaHasStrongOrderOneHalf() {
    let found = order(.eulerMaruyama, geometric) { motion in
      exp(0.5 - 0.75 * 0.75 / 2 + 0.75 * motion)
    }
    #expect(abs(found - 0.5) < 0.12, "\(found)")
  }

  @Test func heunHasStrongOrderOneInStratonovichsSense() {
    let found = order(.heun, geometric) { motion in exp(0.5 + 0.75 * motion) }
    #expect(abs(found - 1) < 0.15, "\(found)")
  }

  @Test func withoutNoiseTheyAreEulerAndHeun() {
    let equation = StochasticEquation(drift: gaussianField, diffusion: { _ in 0 })
    let one = Tensor([[1.0]], dtype: .float64)
    for (method, same) in [(StochasticMethod.eulerMaruyama, RungeKutta.euler), (.heun, .heun)] {
      let end = method.solve(equation, from: one, over: (0, 1), steps: 10, using: Random(seed: 1))
      let expected = same.solve(gaussianField, from: one, over: (0, 1), steps: 10)
      #expect(abs(end.scalar - expected.state.scalar) < 1e-12)
      #expect(method.stages == same.stages)
    }
  }

  /// dx = −x dt + √2 dW has the stationary distribution N(0, 1); Euler's has variance 1 / (1 − h / 2).
  @Test func theProcessOfOrnsteinAndUhlenbeckIsStationary() {
    let equation = StochasticEquation(drift: { _, x in -x }, diffusion: { _ in 2.0.squareRoot() })
    for (method, variance) in [(StochasticMethod.eulerMaruyama, 1 / 0.95), (.heun, 1)] {
      let x = method.solve(
        equation, from: .zeros([20_000]), over: (0, 6), steps: 60, using: Random(seed: 5))
      // The standard error of a variance of n draws is about √(2 / n).
      #expect(abs(x.variance().scalar - variance) < 5 * variance * (2 / 20_000.0).squareRoot())
      #expect(abs(x.mean().scalar) < 5 / 20_000.0.squareRoot())
    }
  }

  @Test func theSameSeedGivesTheSamePathsAndTheStepsAreTold() {
    let equation = StochasticEquation(drift: { _, x in -x }, diffusion: { t in 1 + t })
    var times: [Double] = []
    let ends = (0..<2).map { _ in
      StochasticMethod.heun.solve(
        equation, from: .zeros([5, 2]), over: (1, 0), steps: 4, using: Random(seed: 9)
      ) { time, state in
        times.append(time)
        #expect(state.shape == [5, 2])
      }
    }
    #expect(ends[0] == ends[1] && times == [0.75, 0.5, 0.25, 0, 0.75, 0.5, 0.25, 0])
  }
}
