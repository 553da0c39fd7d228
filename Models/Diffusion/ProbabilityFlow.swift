import DifferentialEquations
import Tensor

/// A flow that transports a distribution along a velocity field, and the resulting densities of
/// points (Chen and others 2018; Grathwohl and others 2019).
///
/// With dx/dt = v(t, x), the log-density at a transported point changes by d log p/dt = −∇·v.
public struct ProbabilityFlow {
  /// How the divergence ∇·v is computed.
  public enum Trace: Sendable, Equatable {
    /// All entries of the Jacobian's diagonal; it takes as many passes as a point has dimensions.
    case exact
    /// The mean of εᵀ ∂v/∂x ε over `probes` random sign vectors ε, fixed along a path (Hutchinson
    /// 1990): one pass each.
    case hutchinson(probes: Int)
  }

  /// The velocity v of states `[batch, features]`.
  public let field: VectorField
  /// The times at which the flow begins, with noise, and ends.
  public let interval: (start: Double, end: Double)
  /// The standard deviation σ of the noise, N(0, σ² I).
  public let deviation: Double

  /// Creates a flow along a field.
  public init(
    _ field: @escaping VectorField, over interval: (start: Double, end: Double) = (0, 1),
    deviation: Double = 1
  ) {
    precondition(
      deviation > 0, "ProbabilityFlow: expected noise, found a deviation of \(deviation)")
    (self.field, self.interval, self.deviation) = (field, interval, deviation)
  }

  /// log p of points at the flow's end, in nats: `[batch]`.
  ///
  /// - Parameters:
  ///   - points: `[batch, features]`.
  ///   - trace: How divergences are computed.
  ///   - random: Draws the probes of Hutchinson's trace.
  ///   - solve: Solves the equation of points and densities backwards.
  public func logDensity(
    of points: Tensor, trace: Trace = .exact, using random: Random,
    solve: (
      _ field: @escaping VectorField, _ state: Tensor, _ interval: (start: Double, end: Double)
    ) throws -> Tensor
  ) rethrows -> Tensor {
    precondition(
      points.rank == 2, "logDensity: expected points [batch, features], found \(points.shape)")
    let (batch, features) = (points.shape[0], points.shape[1])
    let probes = probes(trace, points, using: random)
    let start = Tensor.concatenated([points, .zeros([batch, 1], dtype: points.dtype)], along: 1)
    // Forwards, log p decreases by the divergence; integrated backwards from 0 it is that loss.
    let end = try solve(
      { time, state in
        let x = state.sliced(0..<features, along: 1)
        let (velocity, divergence) = Self.divergence(of: field, at: time, x, probes)
        return Tensor.concatenated([velocity, divergence.expanded(at: 1)], along: 1)
      }, start, (interval.end, interval.start))
    let noise = end.sliced(0..<features, along: 1)
    let change = end.sliced(features..<features + 1, along: 1).squeezed(at: 1)
    if deviation == 1 { return standardNormalLogDensity(of: noise) + change }
    let logScale = Double(features) * log(Tensor(deviation, dtype: .float64)).scalar
    return standardNormalLogDensity(of: noise / deviation) + (change - logScale)
  }

  /// log p of points in nats, `[batch]`, with a hundred Runge–Kutta steps: with the exact trace for
  /// points of at most 16 dimensions, otherwise with one Hutchinson probe for each sample.
  ///
  /// - Parameters:
  ///   - points: `[batch, features]`.
  ///   - sampleCount: The number of single-probe estimates that are averaged.
  ///   - random: Draws the probes.
  ///   - afterEach: Called after each estimate; an error it throws ends the computation.
  public func logLikelihood(
    of points: Tensor, sampleCount: Int, using random: Random, afterEach: () throws -> Void
  ) rethrows -> Tensor {
    precondition(
      sampleCount > 0,
      "ProbabilityFlow.logLikelihood: expected one sample or more, found \(sampleCount)")
    let isExact = points.shape[1] <= 16
    let estimates = try (0..<(isExact ? 1 : sampleCount)).map { _ in
      let trace = isExact ? Trace.exact : .hutchinson(probes: 1)
      let estimate = logDensity(of: points, trace: trace, using: random) {
        RungeKutta.classic.solve($0, from: $1, over: $2, steps: 100).state
      }
      try afterEach()
      return estimate
    }
    return Tensor.stacked(estimates).mean(along: 0)
  }

  /// v and ∇·v, `[batch, features]` and `[batch]`.
  public static func divergence(
    of field: VectorField, at time: Double, _ x: Tensor, _ probes: [Tensor]
  ) -> (velocity: Tensor, divergence: Tensor) {
    // The field is evaluated once, on one copy of the batch for each probe.
    let (batch, count) = (x.shape[0], probes.count)
    let copies = Tensor.concatenated(Array(repeating: x, count: count))
    let directions = Tensor.concatenated(probes)
    let (velocities, pullback) = valueWithPullback(at: [copies]) { field(time, $0[0]) }
    let products = (pullback(directions)[0] * directions).sum(along: 1)
    return (
      velocities.sliced(0..<batch),
      products.reshaped(to: [count, batch]).sum(along: 0)
    )
  }

  /// Directions εₖ such that Σₖ εₖᵀ J εₖ is the trace of J or an estimate of it: the unit vectors,
  /// or random signs divided by the root of their number.
  private func probes(_ trace: Trace, _ points: Tensor, using random: Random) -> [Tensor] {
    switch trace {
    case .exact:
      let identity = Tensor.identity(points.shape[1], dtype: points.dtype)
      return (0..<points.shape[1]).map { identity.sliced($0..<$0 + 1).broadcast(to: points.shape) }
    case .hutchinson(let count):
      precondition(count > 0, "logDensity: expected one probe or more, found \(count)")
      let scale = 1 / Double(count).squareRoot()
      return (0..<count).map { _ in
        scale * (2 * random.bernoulli(points.shape, probability: 0.5, dtype: points.dtype) - 1)
      }
    }
  }
}
