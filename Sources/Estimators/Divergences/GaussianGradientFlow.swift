import Tensor

/// The gradient flow of a divergence between two normal distributions on the line: N(μ, σ²) moves
/// step by step towards N(μ₀, σ₀²), against the gradient in (μ, σ).
///
/// - Forward, KL(N(μ₀, σ₀²) ‖ N(μ, σ²)): μ̇ = (μ₀ − μ)/σ², σ̇ = −(σ² − σ₀² − (μ − μ₀)²)/σ³.
/// - Reverse, KL(N(μ, σ²) ‖ N(μ₀, σ₀²)): μ̇ = (μ₀ − μ)/σ₀², σ̇ = 1/σ − σ/σ₀².
///
/// ```swift
/// let flow = GaussianGradientFlow(towards: .init(mean: 0, deviation: 1), .reverse)
/// let path = flow.path(from: .init(mean: 2, deviation: 0.1), rate: 0.1, steps: 100)
/// ```
public struct GaussianGradientFlow: Sendable {
  /// A normal distribution N(μ, σ²).
  public struct Point: Sendable, Equatable {
    /// μ.
    public let mean: Double
    /// σ > 0.
    public let deviation: Double

    /// Creates a distribution.
    public init(mean: Double, deviation: Double) {
      precondition(
        deviation > 0, "GaussianGradientFlow: expected a deviation above 0, found \(deviation)")
      (self.mean, self.deviation) = (mean, deviation)
    }
  }

  /// Which of the two distributions comes first in the divergence.
  public enum Direction: String, Sendable, CaseIterable {
    /// The target comes first.
    case forward
    /// The moving distribution comes first.
    case reverse
  }

  /// The target N(μ₀, σ₀²).
  public let target: Point
  /// Which of the two distributions comes first in the divergence.
  public let direction: Direction

  /// Creates the flow towards a distribution.
  public init(towards target: Point, _ direction: Direction) {
    (self.target, self.direction) = (target, direction)
  }

  /// The divergence at a point, in nats.
  public func divergence(at point: Point) -> Double {
    let (p, q) = direction == .forward ? (target, point) : (point, target)
    let gap = p.mean - q.mean
    let spread = p.deviation * p.deviation + gap * gap
    return log(q.deviation / p.deviation) + spread / (2 * q.deviation * q.deviation) - 0.5
  }

  /// The velocities of μ and σ: the negative gradient of the divergence.
  public func velocity(at point: Point) -> (mean: Double, deviation: Double) {
    let (gap, sigma) = (point.mean - target.mean, point.deviation)
    let variance = target.deviation * target.deviation
    switch direction {
    case .forward:
      return (
        -gap / (sigma * sigma),
        -(sigma * sigma - variance - gap * gap) / (sigma * sigma * sigma)
      )
    case .reverse: return (-gap / variance, 1 / sigma - sigma / variance)
    }
  }

  /// Takes an Euler step: μ ← μ + ημ̇ and σ ← σ + ησ̇.
  ///
  /// A step is halved while it lowers the divergence by less than half of what the gradient
  /// promises, for instance where σ is small and its velocity large. The point stays where it is
  /// once no improvement beyond rounding is possible.
  public func step(from point: Point, rate: Double) -> Point {
    let (velocity, value) = (velocity(at: point), divergence(at: point))
    let slope = velocity.mean * velocity.mean + velocity.deviation * velocity.deviation
    var length = rate
    while 0.5 * length * slope > .ulpOfOne * value {
      let deviation = point.deviation + length * velocity.deviation
      if deviation > 0 {
        let next = Point(mean: point.mean + length * velocity.mean, deviation: deviation)
        if divergence(at: next) <= value - 0.5 * length * slope { return next }
      }
      length *= 0.5
    }
    return point
  }

  /// The start, followed by the points after each step.
  public func path(from start: Point, rate: Double, steps: Int) -> [Point] {
    var path = [start]
    for _ in 0..<steps { path.append(step(from: path[path.count - 1], rate: rate)) }
    return path
  }
}
