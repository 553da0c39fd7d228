import Tensor

/// The right-hand side f of an ordinary differential equation dx/dt = f(t, x).
///
/// It takes a time and a state `[batch, …]`, and returns the slope in the state's shape and type.
public typealias VectorField = (_ time: Double, _ state: Tensor) -> Tensor

/// An explicit Runge–Kutta method, given by its Butcher tableau (Hairer, Nørsett and Wanner 1993,
/// section II.1).
///
/// With the slopes kᵢ = f(t + cᵢ h, x + h Σⱼ aᵢⱼ kⱼ), a step of size h leads to x + h Σᵢ bᵢ kᵢ.
///
/// ```swift
/// let decay: VectorField = { _, x in -x }
/// let solution = RungeKutta.classic.solve(decay, from: Tensor([1]), over: (0, 1), steps: 10)
/// solution.state       // [0.367880], and e⁻¹ is 0.367879
/// solution.evaluations // 40
/// ```
///
/// It consists of tensor operations, so the solution can be differentiated inside a gradient.
public struct RungeKutta: Sendable {
  /// The name of the method, such as `heun`.
  public let name: String
  /// The order of the global error in the step size.
  public let order: Int
  /// The nodes cᵢ, the first of which is 0.
  let nodes: [Double]
  /// The rows aᵢⱼ; the first is empty.
  let coefficients: [[Double]]
  /// The weights bᵢ.
  let weights: [Double]

  /// The number of slopes in a step.
  public var stages: Int { nodes.count }

  /// Euler's method, of order 1 (Euler 1768).
  public static let euler = RungeKutta(
    name: "euler", order: 1, nodes: [0], coefficients: [[]], weights: [1])

  /// The midpoint method, of order 2 (Runge 1895).
  public static let midpoint = RungeKutta(
    name: "midpoint", order: 2, nodes: [0, 0.5], coefficients: [[], [0.5]], weights: [0, 1])

  /// Heun's method, the explicit trapezoidal rule, of order 2 (Heun 1900).
  public static let heun = RungeKutta(
    name: "heun", order: 2, nodes: [0, 1], coefficients: [[], [1]], weights: [0.5, 0.5])

  /// The classic method of order 4 (Kutta 1901).
  public static let classic = RungeKutta(
    name: "rk4", order: 4, nodes: [0, 0.5, 0.5, 1],
    coefficients: [[], [0.5], [0, 0.5], [0, 0, 1]], weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6])

  /// Solves dx/dt = f(t, x) with steps of equal size.
  ///
  /// - Parameters:
  ///   - field: The right-hand side f.
  ///   - state: The initial state, `[batch, …]`.
  ///   - interval: The start and the end of the interval; if the end is smaller, the solver runs
  ///     backwards.
  ///   - steps: The number of steps, 1 or more.
  ///   - dense: Whether to keep the solution between the steps (``ODESolution/state(at:)``), by
  ///     cubic Hermite interpolation; this costs one more evaluation, and the memory of the states
  ///     and slopes.
  public func solve(
    _ field: @escaping VectorField, from state: Tensor, over interval: (start: Double, end: Double),
    steps: Int, dense: Bool = false
  ) -> ODESolution {
    precondition(
      steps > 0 && interval.start.isFinite && interval.end.isFinite,
      "RungeKutta.solve: expected one step or more over a finite interval, found \(steps) over"
        + " \(interval)")
    let size = (interval.end - interval.start) / Double(steps)
    let times = (0...steps).map { step in
      step == steps ? interval.end : interval.start + Double(step) * size
    }
    let counter = CountedField(field)
    var solution = ODESolution(start: interval.start, state: state)
    var slope = counter(interval.start, state)
    for (index, (start, end)) in zip(times, times.dropFirst()).enumerated() {
      let before = solution.state
      let (after, _) = step(counter, from: before, slope, at: start, size: end - start)
      let isLast = index == steps - 1
      solution.advance(to: after, at: end)
      if isLast && !dense { break }
      let next = counter(end, after)
      if dense {
        solution.segments.append(
          Segment(start: start, size: end - start, from: before, to: after, slopes: slope, next))
      }
      slope = next
    }
    solution.evaluations = counter.count
    return solution
  }

  /// Takes one step; returns the state after it and all slopes, of which the first is given.
  func step(
    _ field: CountedField, from state: Tensor, _ slope: Tensor, at time: Double, size: Double
  ) -> (state: Tensor, slopes: [Tensor]) {
    var slopes = [slope]
    for stage in 1..<max(1, stages) {
      let place = state.advanced(along: slopes, by: coefficients[stage].map { $0 * size })
      slopes.append(field(time + nodes[stage] * size, place))
    }
    return (state.advanced(along: slopes, by: weights.map { $0 * size }), slopes)
  }
}

/// A vector field that counts its evaluations.
final class CountedField {
  private let field: VectorField
  private(set) var count = 0

  init(_ field: @escaping VectorField) { self.field = field }

  func callAsFunction(_ time: Double, _ state: Tensor) -> Tensor {
    count += 1
    let slope = field(time, state)
    precondition(
      slope.shape == state.shape && slope.dtype == state.dtype,
      "VectorField: expected a slope of the state's type and shape, \(state.dtype)\(state.shape),"
        + " found \(slope.dtype)\(slope.shape)")
    return slope
  }
}

extension Tensor {
  /// x + Σ wᵢ kᵢ, which skips slopes of weight 0.
  func advanced(along slopes: [Tensor], by weights: [Double]) -> Tensor {
    var result = self
    for (slope, weight) in zip(slopes, weights) where weight != 0 {
      result += weight * slope
    }
    return result
  }
}
