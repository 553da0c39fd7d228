/// Minimises a smooth function of many numbers with the limited-memory method of Broyden, Fletcher,
/// Goldfarb and Shanno (Nocedal 1980; Liu and Nocedal 1989) and a line search for the strong Wolfe
/// conditions.
///
/// ```swift
/// let start = Tensor([-1.2, 1], dtype: .float64)
/// let minimum = LBFGS().minimum(from: start) { x in
///   let (a, b) = (x.sliced(0..<1), x.sliced(1..<2))
///   return (square(1 - a) + 100 * square(b - square(a))).sum()
/// }
/// minimum.point.doubles   // [1, 1]
/// ```
public struct LBFGS: VectorMinimizer, Sendable {
  /// The number of recent steps from which the inverse Hessian is estimated.
  public var memory: Int
  /// The norm of the gradient at which the search ends.
  public var gradientTolerance: Double
  /// The maximum number of steps.
  public var iterationLimit: Int

  /// Creates a minimiser with these settings.
  public init(memory: Int = 10, gradientTolerance: Double = 1e-8, iterationLimit: Int = 1_000) {
    precondition(
      memory > 0 && gradientTolerance >= 0 && iterationLimit >= 0,
      "LBFGS: expected a memory of 1 or more, a tolerance and a limit of 0 or more, found \(memory),"
        + " \(gradientTolerance) and \(iterationLimit)")
    self.memory = memory
    self.gradientTolerance = gradientTolerance
    self.iterationLimit = iterationLimit
  }

  /// Returns the minimum found from a starting point, and why the search ended there.
  ///
  /// - Parameters:
  ///   - start: float64 `[n]`.
  ///   - function: A differentiable function of such a vector, with a result of one element. Steps
  ///     to points where it is not finite are shortened.
  public func minimum(
    from start: Tensor, of function: (Tensor) throws -> Tensor
  ) rethrows -> Minimum {
    try withoutActuallyEscaping(function) { function in
      try search(from: stopGradient(start), Objective(function, from: start, "LBFGS"))
    }
  }

  private func search(from start: Tensor, _ objective: Objective) throws -> Minimum {
    var current = try objective.evaluate(start)
    if current.value == -.infinity { return objective.minimum(current, 0, .unbounded) }
    guard current.isFinite else { return objective.minimum(current, 0, .notFinite) }
    var history = History(memory: memory)
    var stagnation = Stagnation()
    var iteration = 0
    while current.gradientNorm > gradientTolerance {
      if iteration == iterationLimit {
        return objective.minimum(current, iteration, .iterationLimit)
      }
      let direction = history.direction(current.gradient)
      let search = LineSearch(from: current, along: direction, objective)
      switch try search.run(firstStep: history.isEmpty ? 1 / max(1, current.gradientNorm) : 1) {
      case .unbounded(let evaluation):
        return objective.minimum(evaluation, iteration + 1, .unbounded)
      case .failed(let isNotFinite):
        // The estimate may be wrong here: try again along the negative gradient.
        if !history.isEmpty {
          history = History(memory: memory)
          continue
        }
        return objective.minimum(current, iteration, isNotFinite ? .notFinite : .noDescent)
      case .found(let next):
        history.add(step: next.point - current.point, change: next.gradient - current.gradient)
        iteration += 1
        let isStuck = stagnation.isReached(from: current.value, to: next.value)
        current = next
        if isStuck && current.gradientNorm > gradientTolerance {
          return objective.minimum(current, iteration, .smallDecrease)
        }
      }
    }
    return objective.minimum(current, iteration, .smallGradient)
  }
}

/// The last steps s and the changes y of the gradient over them.
private struct History {
  private let memory: Int
  private var pairs: [(step: Tensor, change: Tensor, product: Double)] = []
  var isEmpty: Bool { pairs.isEmpty }

  init(memory: Int) { self.memory = memory }

  /// Keeps a step if the function curves upwards along it, as the estimate requires.
  mutating func add(step: Tensor, change: Tensor) {
    let product = dot(step, change)
    guard product > .ulpOfOne * norm(step) * norm(change) else { return }
    if pairs.count == memory { pairs.removeFirst() }
    pairs.append((step, change, product))
  }

  /// −H g, with H the estimate of the inverse Hessian (the two loops of Nocedal 1980).
  func direction(_ gradient: Tensor) -> Tensor {
    var q = -gradient
    var weights: [Double] = []
    for pair in pairs.reversed() {
      let weight = dot(pair.step, q) / pair.product
      weights.append(weight)
      q = q - weight * pair.change
    }
    guard let last = pairs.last else { return q }
    q = (last.product / dot(last.change, last.change)) * q
    for (pair, weight) in zip(pairs, weights.reversed()) {
      q = q + (weight - dot(pair.change, q) / pair.product) * pair.step
    }
    return q
  }
}
