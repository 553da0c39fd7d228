/// The result of minimising a function of several numbers, and the reason why the search stopped.
public struct Minimum: Sendable, CustomStringConvertible {
  /// The reason why a minimiser stopped.
  public enum Reason: String, Sendable {
    /// The gradient's norm is at most the tolerance: a minimum, or a saddle point where the search
    /// began.
    case smallGradient = "the gradient is small"
    /// Several steps changed the value by no more than its rounding: the limit of the arithmetic.
    case smallDecrease = "the value no longer decreases"
    /// The number of iterations is used up.
    case iterationLimit = "the iterations are used up"
    /// No lower value was found along a direction in which the gradient predicts one: because of
    /// rounding, or a gradient that is not the function's.
    case noDescent = "no lower value was found along the gradient"
    /// The value, the gradient or the Hessian is not finite: at the start, or at every step,
    /// however short.
    case notFinite = "the function is not finite"
    /// The value decreases without bound: to −∞, or ever further along a line.
    case unbounded = "the function is unbounded below"
  }

  /// The point of lowest value found, of the start's shape, float64.
  public let point: Tensor
  /// The function's value there.
  public let value: Double
  /// The Euclidean norm of its gradient there.
  public let gradientNorm: Double
  /// The number of steps taken.
  public let iterations: Int
  /// The number of evaluations of the function with its gradient.
  public let evaluations: Int
  /// The reason why the search ended.
  public let reason: Reason

  /// Whether the search ended because no further decrease was possible.
  public var hasConverged: Bool { reason == .smallGradient || reason == .smallDecrease }

  /// The result in one line.
  public var description: String {
    "value \(value), gradient \(gradientNorm) after \(iterations) iterations and \(evaluations)"
      + " evaluations: \(reason.rawValue)"
  }
}

/// A point, with the function and its gradient there.
struct Evaluation {
  let point: Tensor
  let value: Double
  let gradient: Tensor

  var gradientNorm: Double { norm(gradient) }
  var isFinite: Bool { value.isFinite && gradient.isFinite }
}

/// A function to minimise, which counts its evaluations.
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
    // An outer gradient treats the search as a constant.
    return Evaluation(point: point, value: value.scalar, gradient: stopGradient(gradient))
  }

  /// The Hessian; each column costs an evaluation.
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

/// Detects when values no longer decrease by more than their rounding.
struct Stagnation {
  private var steps = 0

  /// Whether the last three steps, including this one, changed the value only by rounding.
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
