/// Where a minimiser of a function of several numbers came to, and why it stopped there.
public struct Minimum: Sendable, CustomStringConvertible {
  /// Why a minimiser stopped.
  public enum Reason: String, Sendable {
    /// The gradient's norm is at most the tolerance: a minimum, or a saddle that it began on.
    case smallGradient = "the gradient is small"
    /// Several steps changed the value by no more than its rounding: as near as the arithmetic gets.
    case smallDecrease = "the value no longer falls"
    /// The number of iterations is used up.
    case iterationLimit = "the iterations are used up"
    /// No lower value was found along a direction in which the gradient falls: rounding, or a gradient
    /// that is not the function's.
    case noDescent = "no lower value was found along the gradient"
    /// The value, the gradient or the second derivatives are not finite: at the start, or wherever a step
    /// led, however short it was made.
    case notFinite = "the function is not finite"
    /// The value falls without a bound: to −∞, or ever further along a line.
    case unbounded = "the function falls without a bound"
  }

  /// The point with the lowest value that was found, of the start's shape, float64.
  public let point: Tensor
  /// The function's value there.
  public let value: Double
  /// The Euclidean norm of its gradient there.
  public let gradientNorm: Double
  /// How many steps were taken.
  public let iterations: Int
  /// How often the function was evaluated, with its gradient.
  public let evaluations: Int
  /// Why the search ended.
  public let reason: Reason

  /// Whether the search ended for want of anything to gain.
  public var hasConverged: Bool { reason == .smallGradient || reason == .smallDecrease }

  /// The result in a line.
  public var description: String {
    "value \(value), gradient \(gradientNorm) after \(iterations) iterations and \(evaluations)"
      + " evaluations: \(reason.rawValue)"
  }
}

/// A point, and the function and its gradient there.
struct Evaluation {
  let point: Tensor
  let value: Double
  let gradient: Tensor

  var gradientNorm: Double { norm(gradient) }
  var isFinite: Bool { value.isFinite && gradient.isFinite }
}

/// A function to be minimised, which counts how often it is evaluated.
final class Objective {
  private let function: (Tensor) throws -> Tensor
  private(set) var evaluations = 0

  /// - Parameter name: The minimiser's name in messages.
  init(_ function: @escaping (Tensor) throws -> Tensor, from start: Tensor, _ name: String) {
    precondition(
      start.dtype == .float64 && start.rank == 1 && start.count > 0,
      "\(name): expected a start of float64[n], n ≥ 1, found \(start.dtype)\(start.shape)")
    self.function = function
  }

  func evaluate(_ point: Tensor) throws -> Evaluation {
    evaluations += 1
    let (value, gradient) = try valueWithGradient(at: point, function)
    // Inside an outer gradient the search is a constant.
    return Evaluation(point: point, value: value.scalar, gradient: stopGradient(gradient))
  }

  /// The matrix of second derivatives, of which each column costs an evaluation.
  func hessian(_ point: Tensor) throws -> Tensor {
    evaluations += point.count
    return stopGradient(try Tensor.hessian(at: point, function))
  }

  func minimum(_ best: Evaluation, _ iterations: Int, _ reason: Minimum.Reason) -> Minimum {
    Minimum(
      point: best.point, value: best.value, gradientNorm: best.gradientNorm,
      iterations: iterations, evaluations: evaluations, reason: reason)
  }
}

/// Watches for values that no longer fall by more than their rounding.
struct Stagnation {
  private var steps = 0

  /// Whether the last three steps, this one included, changed the value by rounding alone.
  mutating func isReached(from last: Double, to value: Double) -> Bool {
    let rounding = 4 * Double.ulpOfOne * max(Swift.abs(last), Swift.abs(value))
    steps = last - value <= rounding ? steps + 1 : 0
    return steps >= 3
  }
}

/// The inner product of two vectors.
func dot(_ a: Tensor, _ b: Tensor) -> Double { (a * b).sum().scalar }

/// The Euclidean norm, without overflow or underflow of the squares.
func norm(_ x: Tensor) -> Double {
  let largest = abs(x).max().scalar
  return largest == 0 || !largest.isFinite
    ? largest : largest * (square(x / largest)).sum().scalar.squareRoot()
}
