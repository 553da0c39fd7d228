import Tensor

/// A stochastic differential equation dx = f(t, x) dt + g(t, x) dW with diagonal noise: each element of
/// the state has a Brownian motion of its own.
public struct StochasticEquation {
  /// The drift f, of the state's shape.
  public let drift: VectorField
  /// The diffusion g, of the state's shape or one that broadcasts to it.
  public let diffusion: VectorField

  /// An equation of these two functions.
  public init(drift: @escaping VectorField, diffusion: @escaping VectorField) {
    (self.drift, self.diffusion) = (drift, diffusion)
  }

  /// An equation whose noise depends on the time alone: it is the same in Itô's and in Stratonovich's
  /// sense.
  public init(drift: @escaping VectorField, diffusion: @escaping (_ time: Double) -> Double) {
    self.init(drift: drift) { time, state in
      Tensor(filledWith: diffusion(time), [], dtype: state.dtype)
    }
  }
}

/// A solver of stochastic differential equations with steps of one size.
///
/// ```swift
/// let equation = StochasticEquation(drift: { _, x in -x }, diffusion: { _ in 2.0.squareRoot() })
/// let x = StochasticMethod.heun.solve(
///   equation, from: .zeros([1000, 1]), over: (0, 5), steps: 100, using: random)
/// // N(0, 1) but for an error of the step size
/// ```
public enum StochasticMethod: String, CaseIterable, Sendable {
  /// x + f h + g ΔW, for equations in Itô's sense: of strong order ½ and weak order 1, of strong order
  /// 1 where the noise does not depend on the state (Maruyama 1955).
  case eulerMaruyama = "euler-maruyama"
  /// x + ½ (f + f̃) h + ½ (g + g̃) ΔW, with f̃ and g̃ at the state to which Euler's step leads, for
  /// equations in Stratonovich's sense: of strong order 1, of order 2 where there is no noise (Rümelin
  /// 1982).
  case heun

  /// The number of evaluations of drift and diffusion in a step.
  public var stages: Int { self == .heun ? 2 : 1 }

  /// The state at the end of one step.
  ///
  /// - Parameters:
  ///   - equation: The equation.
  ///   - state: The state before, `[batch, …]`.
  ///   - time: The time before.
  ///   - size: The step's size h; below 0 for one back in time.
  ///   - increment: ΔW, of the state's shape, distributed as N(0, |h|).
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

  /// The states at the end of one path for each element.
  ///
  /// - Parameters:
  ///   - equation: The equation.
  ///   - state: The states at the beginning, `[batch, …]`.
  ///   - interval: From where to where; backwards where the end is the smaller number.
  ///   - steps: The number of steps, 1 or more.
  ///   - random: Draws the increments, those of a step after another.
  ///   - afterEach: Gets the time and the states after each step.
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
