import DifferentialEquations
import Settings
import Tensor

/// Samplers that go from noise to data along the scores of a ``NoiseProcess``.
public enum ScoreSampler: String, Choice {
  /// Langevin dynamics at decreasing levels of noise (Song and Ermon 2019, algorithm 1).
  case langevin
  /// The reverse stochastic equation with Euler–Maruyama steps (Song et al. 2021, equation 6).
  case reverseSDE = "reverse-sde"
  /// The reverse stochastic equation, each step followed by Langevin steps (Song et al. 2021,
  /// algorithm 1).
  case predictorCorrector = "predictor-corrector"
  /// The probability flow with Heun steps (Song et al. 2021, equation 13).
  case ode
  /// The probability flow with adaptive steps (``/DifferentialEquations/DormandPrince``).
  case dopri5

  /// The number and size of steps.
  public struct Steps: Sendable {
    /// The number of levels of Langevin dynamics, or of steps of an equation.
    public var count: Int
    /// Langevin steps at each level.
    public var corrections: Int
    /// Their size, as a share of the level's σ².
    public var langevinStep: Double

    /// Creates steps with these numbers.
    public init(_ count: Int, corrections: Int = 1, langevinStep: Double = 0.1) {
      (self.count, self.corrections, self.langevinStep) = (count, corrections, langevinStep)
    }
  }

  /// Moves states of noise to the data's end.
  ///
  /// Random samplers finally remove the remaining noise (``NoiseProcess/denoised(_:at:with:)``). If
  /// the adaptive method does not reach the end, 1000 Heun steps replace it.
  ///
  /// - Parameters:
  ///   - state: Noise, N(0, priorDeviation² I), `[batch, …]`.
  ///   - process: The process.
  ///   - steps: The steps; the adaptive method ignores them.
  ///   - random: Draws the noise of random samplers.
  ///   - afterEach: Receives the time and the states after each step of fixed size.
  ///   - score: s(t, x).
  public func sample(
    from state: Tensor, of process: NoiseProcess, _ steps: Steps, using random: Random,
    afterEach: (_ time: Double, _ state: Tensor) -> Void = { _, _ in },
    _ score: @escaping VectorField
  ) -> Tensor {
    precondition(
      steps.count > 0 && steps.corrections >= 0 && steps.langevinStep > 0,
      "ScoreSampler: expected one step or more, found \(steps)")
    switch self {
    case .langevin:
      return annealed(state, process, steps, using: random, afterEach, score)
    case .reverseSDE, .predictorCorrector:
      return reversed(state, process, steps, using: random, afterEach, score)
    case .ode:
      return flow(state, process, steps.count, afterEach, score)
    case .dopri5:
      let flow = process.probabilityFlow(with: score)
      let adaptive = try? DormandPrince().solve(flow.field, from: state, over: flow.interval)
      return adaptive?.state ?? self.flow(state, process, 1_000, afterEach, score)
    }
  }

  private func annealed(
    _ state: Tensor, _ process: NoiseProcess, _ steps: Steps, using random: Random,
    _ afterEach: (Double, Tensor) -> Void, _ score: VectorField
  ) -> Tensor {
    var state = state
    var signal = process.signal(at: process.interval.start)
    for time in process.levels(steps.count) {
      // The share of the data grows from level to level.
      let next = process.signal(at: time)
      state = (next / signal) * state
      signal = next
      state = Self.langevin(state, process, at: time, steps, using: random, score)
      afterEach(time, state)
    }
    if process == .none { return state }
    return process.denoised(state, at: process.interval.end, with: score)
  }

  private func reversed(
    _ state: Tensor, _ process: NoiseProcess, _ steps: Steps, using random: Random,
    _ afterEach: (Double, Tensor) -> Void, _ score: @escaping VectorField
  ) -> Tensor {
    let equation = process.reversed(with: score)
    let times = process.times(steps.count + 1)
    var state = state
    for (time, next) in zip(times, times.dropFirst()) {
      let increment = random.normal(
        state.shape, standardDeviation: (time - next).squareRoot(), dtype: state.dtype)
      state = StochasticMethod.eulerMaruyama.step(
        equation, from: state, at: time, size: next - time, increment: increment)
      if self == .predictorCorrector {
        state = Self.langevin(state, process, at: next, steps, using: random, score)
      }
      afterEach(next, state)
    }
    return process.denoised(state, at: process.interval.end, with: score)
  }

  private func flow(
    _ state: Tensor, _ process: NoiseProcess, _ count: Int, _ afterEach: (Double, Tensor) -> Void,
    _ score: @escaping VectorField
  ) -> Tensor {
    let flow = process.probabilityFlow(with: score)
    let times = process.times(count + 1)
    var state = state
    for (time, next) in zip(times, times.dropFirst()) {
      state = RungeKutta.heun.solve(flow.field, from: state, over: (time, next), steps: 1).state
      afterEach(next, state)
    }
    return state
  }

  /// Repeats x + ½ a s + √a z with a = c σ² (Song and Ermon 2019, equation 4 and algorithm 1).
  ///
  /// Song et al. 2021 (algorithm 4) derive a from the norm of the batch's score, whose mean for
  /// noise is √D/σ; with σ itself, no example depends on the others.
  public static func langevin(
    _ state: Tensor, _ process: NoiseProcess, at time: Double, _ steps: Steps,
    using random: Random, _ score: VectorField
  ) -> Tensor {
    let sigma = process.deviation(at: time)
    let size = steps.langevinStep * sigma * sigma
    var state = state
    for _ in 0..<steps.corrections {
      let noise = random.normal(
        state.shape, standardDeviation: size.squareRoot(), dtype: state.dtype)
      state = state + (0.5 * size) * score(time, state) + noise
    }
    return state
  }
}
