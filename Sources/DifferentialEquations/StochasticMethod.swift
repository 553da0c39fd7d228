import Tensor

/// A stochastic differential equation dx = f(t, x) dt + g(t, x) dW with diagonal noise: each
/// element of the state has its own Brownian motion.
public struct StochasticEquation {
  /// The drift f, in the state's shape.
  public let drift: VectorField
  /// The diffusion g, in the state's shape or one that broadcasts to it.
  public let diffusion: VectorField

  /// Creates an equation from its drift and diffusion.
  public init(drift: @escaping VectorField, diffusion: @escaping VectorField) {
    (self.drift, self.diffusion) = (drift, diffusion)
  }

  /// Creates an equation whose noise depends only on the time, so that its Itô and Stratonovich
  /// senses agree.
  public init(drift: @escaping VectorField, diffusion: @escaping (_ time: Double) -> Double) {
    self.init(drift: drift) { time, state in
      Tensor(filledWith: diffusion(time), [], dtype: state.dtype)
    }
  }
}

/// A solver of stochastic differential equations with steps of equal size.
///
/// ```swift
/// let equation = StochasticEquation(drift: { _, x in -x }, diffusion: { _ in 2.0.squareRoot() })
/// let x = StochasticMethod.heun.solve(
///   equation, from: .zeros([1000, 1]), over: (0, 5), steps: 100, using: random)
/// // N(0, 1) but for an error of the step size
/// ```
public enum StochasticMethod: String, CaseIterable, Sendable {
  /// x + f h + g ΔW, for equations in Itô's sense: of strong order ½ and weak order 1, and of
  /// strong order 1 if the noise does not depend on the state (Maruyama 1955).
  case eulerMaruyama = "euler-maruyama"
  /// x + ½ (f + f̃) h + ½ (g + g̃) ΔW, with f̃ and g̃ at the state to which Euler's step leads, for
  /// equations in Stratonovich's sense: of strong order 1, and of order 2 without noise (Rümelin
  /// 1982).
  case heun

  /// The number of evaluations of drift and diffusion in a step.
  public var stages: Int { self == .heun ? 2 : 1 }

  /// Takes one step and returns the state after it.
  ///
  /// - Parameters:
  ///   - equation: The equation.
  ///   - state: The state before the step, `[batch, …]`.
  ///   - time: The time before the step.
  ///   - size: The step's size h; below 0 for a step back in time.
  ///   - increment: ΔW, in the state's shape, distributed as N(0, |h|).
  public func step(
    _ equation: StochasticEquation, from state: Tensor, at time: Double, size: Double,
    increment: Tensor
  ) -> Tensor {
    let (slope, noise) = (equation.drift(time, state), equation.diffusion(time, state))
    let ahead = state + size * slope + noise * increment
    if self == .eulerMaruyama { return ahead }
    let end = time + size
    let (slopeAhead, noiseAhead) = (equation.drift(end, ahead), equation.diffusion(end, ahead))
    return state + (0.5 * size) * (slope + slopeAhead) + 0.5 * (noise + noiseAhead) * increment
  }

  /// Solves the equation along one path for each element, and returns the final states.
  ///
  /// - Parameters:
  ///   - equation: The equation.
  ///   - state: The initial states, `[batch, …]`.
  ///   - interval: The start and the end of the interval; if the end is smaller, the solver runs
  ///     backwards.
  ///   - steps: The number of steps, 1 or more.
  ///   - random: The source of the increments, drawn step by step.
  ///   - afterEach: A function that receives the time and the states after each step.
  public func solve(
    _ equation: StochasticEquation, from state: Tensor, over interval: (start: Double, end: Double),
    steps: Int, using random: Random,
    afterEach: (_ time: Double, _ state: Tensor) -> Void = { _, _ in }
  ) -> Tensor {
    precondition(
      steps > 0 && interval.start.isFinite && interval.end.isFinite,
      "StochasticMethod.solve: expected one step or more over a finite interval, found \(steps) over"
        + " \(interval)")
    let size = (interval.end - interval.start) / Double(steps)
    let deviation = abs(size).squareRoot()
    var state = state
    for index in 0..<steps {
      let time = interval.start + Double(index) * size
      let increment = random.normal(
        state.shape, standardDeviation: deviation, dtype: state.dtype)
      state = step(equation, from: state, at: time, size: size, increment: increment)
      afterEach(index == steps - 1 ? interval.end : time + size, state)
    }
    return state
  }
}
