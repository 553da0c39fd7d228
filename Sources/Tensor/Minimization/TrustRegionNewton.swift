/// Minimises a smooth function of at most some hundreds of numbers with Newton's method: each step
/// minimises the quadratic function with the same value, gradient and Hessian within a radius,
/// which grows while this predicts the function well (Moré and Sorensen 1983).
///
/// It converges quadratically, and leaves saddle points along directions of negative curvature. An
/// iteration costs n passes over the function for the Hessian, and its eigendecomposition.
///
/// ```swift
/// let minimum = TrustRegionNewton().minimum(from: start) { x in loss(x) }
/// ```
public struct TrustRegionNewton: VectorMinimizer, Sendable {
  /// The norm of the gradient at which the search ends.
  public var gradientTolerance: Double
  /// The maximum number of steps tried.
  public var iterationLimit: Int
  /// The maximum length of the first step.
  public var radius: Double

  /// Creates a minimiser with these settings.
  public init(gradientTolerance: Double = 1e-10, iterationLimit: Int = 200, radius: Double = 1) {
    precondition(
      gradientTolerance >= 0 && iterationLimit >= 0 && radius > 0 && radius.isFinite,
      "TrustRegionNewton: expected a tolerance and a limit of 0 or more and a finite radius above 0,"
        + " found \(gradientTolerance), \(iterationLimit) and \(radius)")
    self.gradientTolerance = gradientTolerance
    self.iterationLimit = iterationLimit
    self.radius = radius
  }

  /// Returns the minimum found from a starting point, and why the search ended there.
  ///
  /// - Parameters:
  ///   - start: float64 `[n]`.
  ///   - function: A twice differentiable function of such a vector, with a result of one element.
  ///     Steps to points where it is not finite are shortened.
  public func minimum(
    from start: Tensor, of function: (Tensor) throws -> Tensor
  ) rethrows -> Minimum {
    try withoutActuallyEscaping(function) { function in
      try search(from: stopGradient(start), Objective(function, from: start, "TrustRegionNewton"))
    }
  }

  private func search(from start: Tensor, _ objective: Objective) throws -> Minimum {
    var current = try objective.evaluate(start)
    if current.value == -.infinity { return objective.minimum(current, 0, .unbounded) }
    guard current.isFinite else { return objective.minimum(current, 0, .notFinite) }
    var (radius, iteration, stagnation) = (self.radius, 0, Stagnation())
    var model: QuadraticModel?
    // The largest predicted decrease of a step from here that failed.
    var broken = 0.0
    while true {
      guard let known = try model ?? QuadraticModel(current, objective) else {
        return objective.minimum(current, iteration, .notFinite)
      }
      model = known
      if current.gradientNorm <= gradientTolerance && known.curvesUpwards {
        return objective.minimum(current, iteration, .smallGradient)
      }
      if iteration == iterationLimit {
        return objective.minimum(current, iteration, .iterationLimit)
      }
      iteration += 1
      let step = known.step(within: radius)
      let next = try objective.evaluate(current.point + step.vector)
      if next.value == -.infinity || (radius > 1e30 && next.value < current.value) {
        return objective.minimum(next, iteration, .unbounded)
      }
      let agreement = agreement(of: step, from: current, to: next)
      if !(agreement >= 0.25) {
        radius = 0.25 * min(radius, step.length)
      } else if agreement > 0.75 && step.isAtBoundary {
        radius *= agreement > 0.95 ? 10 : 2
      }
      if agreement > 1e-4 {
        let isStuck = stagnation.isReached(from: current.value, to: next.value)
        (current, model, broken) = (next, nil, 0)
        if isStuck && current.gradientNorm > gradientTolerance {
          return objective.minimum(current, iteration, .smallDecrease)
        }
        continue
      }
      if next.isFinite { broken = max(broken, step.decrease) }
      if radius <= 1e-3 * .ulpOfOne * max(norm(current.point), self.radius) {
        let isRounding = broken <= 100 * Double.ulpOfOne * Swift.abs(current.value)
        return objective.minimum(
          current, iteration,
          !next.isFinite ? .notFinite : isRounding ? .smallDecrease : .noDescent)
      }
    }
  }

  /// The ratio of a step's actual to its predicted decrease: 1 for perfect agreement, NaN where the
  /// function is not finite.
  private func agreement(
    of step: QuadraticModel.Step, from current: Evaluation, to next: Evaluation
  ) -> Double {
    guard next.isFinite else { return .nan }
    // Near the minimum, values differ only by rounding, and the gradient decides.
    let rounding =
      40 * Double.ulpOfOne * max(Swift.abs(current.value), Swift.abs(next.value))
    let isRounding =
      step.decrease <= rounding && Swift.abs(next.value - current.value) <= rounding
    if isRounding && next.gradientNorm < current.gradientNorm { return 1 }
    return (current.value - next.value) / step.decrease
  }
}

/// The quadratic function with a point's value, gradient and Hessian, in the basis of the Hessian's
/// eigenvectors.
private struct QuadraticModel {
  struct Step {
    let vector: Tensor
    let length: Double
    /// The decrease of the quadratic function there.
    let decrease: Double
    let isAtBoundary: Bool
  }

  private let curvatures: [Double]
  private let vectors: Tensor
  /// The gradient along each eigenvector.
  private let slopes: [Double]

  /// `nil` if the Hessian is not finite.
  init?(_ evaluation: Evaluation, _ objective: Objective) throws {
    let hessian = try objective.hessian(evaluation.point)
    guard hessian.isFinite else { return nil }
    let (values, vectors) = hessian.symmetricEigendecomposition()
    curvatures = values.doubles
    self.vectors = vectors
    slopes =
      vectors.matmul(evaluation.gradient.reshaped(to: [curvatures.count, 1]), transposeLeft: true)
      .doubles
  }

  private var largest: Double { curvatures.reduce(0) { max($0, Swift.abs($1)) } }

  /// Whether no eigenvalue is negative beyond rounding; false at a saddle point.
  var curvesUpwards: Bool {
    curvatures[0] >= -Double(curvatures.count) * 10 * .ulpOfOne * largest
  }

  /// The lowest point within a radius: −(H + μ I)⁻¹ g, with the smallest μ ≥ 0 for which H + μ I is
  /// positive and the step short enough.
  func step(within radius: Double) -> Step {
    let lowest = curvatures[0]
    // For a singular H this leaves out directions that the gradient does not contain.
    if lowest > Double(curvatures.count) * .ulpOfOne * largest {
      let newton = zip(slopes, curvatures).map { -$0 / $1 }
      if length(newton) <= radius { return step(newton, isAtBoundary: false) }
    }
    var (low, high) = (max(0, -lowest), max(0, -lowest) + length(slopes) / radius)
    // In the hard case the gradient has no component along the lowest eigenvector, and no μ
    // makes the step long enough: the rest of the step goes along that eigenvector.
    let floor = low * (1 + 4 * .ulpOfOne) + .leastNormalMagnitude
    let shortest = coordinates(floor)
    if length(shortest) < radius {
      if lowest >= 0 { return step(shortest, isAtBoundary: false) }
      var coordinates = shortest
      let missing = max(0, radius * radius - length(shortest) * length(shortest)).squareRoot()
      coordinates[0] += slopes[0] > 0 ? -missing : missing
      return step(coordinates, isAtBoundary: true)
    }
    for _ in 0..<200 {
      let middle = low > 0 && high > 4 * low ? (low * high).squareRoot() : 0.5 * (low + high)
      if middle <= low || middle >= high { break }
      if length(coordinates(middle)) > radius { low = middle } else { high = middle }
      if high - low <= 1e-12 * high { break }
    }
    return step(coordinates(high), isAtBoundary: true)
  }

  private func coordinates(_ shift: Double) -> [Double] {
    zip(slopes, curvatures).map { $0 == 0 ? 0 : -$0 / ($1 + shift) }
  }

  private func length(_ x: [Double]) -> Double {
    norm(Tensor(x, shape: [x.count], dtype: .float64))
  }

  private func step(_ coordinates: [Double], isAtBoundary: Bool) -> Step {
    var decrease = 0.0
    for (x, (slope, curvature)) in zip(coordinates, zip(slopes, curvatures)) {
      decrease -= x * (slope + 0.5 * curvature * x)
    }
    let vector = vectors.matmul(
      Tensor(coordinates, shape: [coordinates.count, 1], dtype: .float64))
    return Step(
      vector: vector.reshaped(to: [coordinates.count]), length: length(coordinates),
      decrease: decrease, isAtBoundary: isAtBoundary)
  }
}
