import DifferentialEquations
import Settings
import Tensor

/// Ways from noise to data along the scores of a ``NoiseProcess``.
public enum ScoreSampler: String, Choice {
  /// Langevin's dynamics at levels of less and less noise (Song and Ermon 2019, algorithm 1).
  case langevin
  /// The reversed stochastic equation by Euler and Maruyama's steps (Song et al. 2021, equation 6).
  case reverseSDE = "reverse-sde"
  /// The same, each step with steps of Langevin's dynamics after it (Song et al. 2021, algorithm 1).
  case predictorCorrector = "predictor-corrector"
  /// The probability flow by Heun's steps (Song et al. 2021, equation 13).
  case ode
  /// The same by steps chosen by an estimate of the error (``/DifferentialEquations/DormandPrince``).
  case dopri5

  /// How many steps are taken, and of what size.
  public struct Steps: Sendable {
    /// Levels of Langevin's dynamics, or steps of an equation.
    public var count: Int
    /// Steps of Langevin's dynamics at each level.
    public var corrections: Int
    /// Their size, as a share of the level's σ².
    public var langevinStep: Double

    /// Steps of these numbers.
    public init(_ count: Int, corrections: Int = 1, langevinStep: Double = 0.1) {
      (self.count, self.corrections, self.langevinStep) = (count, corrections, langevinStep)
    }
  }

  /// States at the data's end, of states of noise.
  ///
  /// What a random way leaves of the noise is taken off at the end (``NoiseProcess/denoised(_:at:with:)``).
  /// Where the adaptive method does not reach the end, 1000 of Heun's steps do.
  ///
  /// - Parameters:
  ///   - state: Noise, N(0, priorDeviation² I), `[batch, …]`.
  ///   - process: The process.
  ///   - steps: The steps; the adaptive method needs none.
  ///   - random: Draws the noise on the way.
  ///   - afterEach: Gets the time and the states after each step of fixed size.
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
      // From level to level the part of the data grows.
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

  /// x + ½ a s + √a z, again and again, with a = c σ² (Song and Ermon 2019, equation 4 and algorithm 1).
  ///
  /// Song et al. 2021 (algorithm 4) take a from the length of the score of the batch, which is √D/σ in the
  /// mean of noise; by σ itself no example depends on the others.
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
