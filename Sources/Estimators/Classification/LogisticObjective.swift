import Tensor

/// The log-likelihood of the coefficients plus the exponent of the prior, with its gradient and
/// second derivatives.
struct LogisticObjective {
  /// `[n, p]`.
  let design: Tensor
  let labels: Labels
  let weights: Tensor
  let priorVariance: Double?
  let operation: String

  /// Coefficients, and the quantities computed from them.
  struct State {
    /// `[p, columns]`.
    let coefficients: Tensor
    /// `[n, columns]`; class 0 is left out where it has no column.
    let logits: Tensor
    /// `[n, K]`.
    let logProbabilities: Tensor
    let logLikelihood: Double
    /// The log-likelihood less |β|² / 2τ².
    let objective: Double
  }

  private var columns: Int {
    labels.classes == 2 || priorVariance == nil ? labels.classes - 1 : labels.classes
  }
  private var precision: Double { priorVariance.map { 1 / $0 } ?? 0 }

  /// The part of the prior's log-density that does not depend on the coefficients.
  var logPriorConstant: Double {
    guard let priorVariance else { return 0 }
    let count = Double(design.shape[1] * columns)
    return -0.5 * count * (logTwoPi + log(priorVariance))
  }

  func state(_ coefficients: Tensor) -> State {
    let logits = design.matmul(coefficients)
    let logProbabilities = logSoftmax(Estimators.logits(logits, classes: labels.classes))
    let own = logProbabilities.gatheredElements(at: labels.values, along: 1)
    let likelihood = (own.flattened(from: 0) * weights).sum().scalar
    return State(
      coefficients: coefficients, logits: logits, logProbabilities: logProbabilities,
      logLikelihood: likelihood,
      objective: likelihood - 0.5 * precision * coefficients.sumOfSquares)
  }

  /// p(c ∣ x) for the classes that have a column, `[n, columns]`.
  private func probabilities(_ state: State) -> Tensor {
    let all = exp(state.logProbabilities)
    return all.sliced(labels.classes - columns..<labels.classes, along: 1)
  }

  /// ∂/∂β, `[p, columns]`.
  func gradient(_ state: State) -> Tensor {
    let targets = labels.oneHot.sliced(labels.classes - columns..<labels.classes, along: 1)
    let residuals = weights.expanded(at: 1) * (targets - probabilities(state))
    return design.matmul(residuals, transposeLeft: true) - precision * state.coefficients
  }

  /// The negative second derivatives, column after column: blocks Xᵀ diag(w p_a (δ_ab − p_b)) X.
  func hessian(_ state: State) -> Tensor {
    let p = probabilities(state)
    let shares = (0..<columns).map { p.sliced($0..<$0 + 1, along: 1) }
    let complements = 1 - p
    var blocks = [[Tensor]](repeating: [], count: columns)
    for a in 0..<columns {
      for b in 0..<columns {
        if b < a {
          blocks[a].append(blocks[b][a])
          continue
        }
        let factor =
          a == b ? complements.sliced(a..<a + 1, along: 1) : -shares[b]
        let weighted = (weights.expanded(at: 1) * shares[a] * factor) * design
        blocks[a].append(design.matmul(weighted, transposeLeft: true))
      }
    }
    let matrix = Tensor.concatenated(
      blocks.map { Tensor.concatenated($0, along: 1) }, along: 0)
    return matrix + precision * Tensor.identity(matrix.shape[0], dtype: .float64)
  }

  func factor(_ hessian: Tensor) throws -> CholeskyFactor {
    do {
      return try CholeskyFactor(of: hessian)
    } catch {
      // All probabilities have reached 0 or 1: without a prior, nothing else makes the matrix
      // singular.
      throw EstimationError.separableClasses(operation: operation)
    }
  }

  // MARK: Newton's method

  struct Search {
    let state: State
    let trace: [Double]
    let hasConverged: Bool
  }

  /// Newton's steps from 0; a step is halved while it lowers the objective.
  func newton(stepLimit: Int) throws -> Search {
    var current = state(Tensor.zeros([design.shape[1], columns], dtype: .float64))
    var trace = [current.objective]
    for _ in 0..<stepLimit {
      let slope = gradient(current)
      let flat = slope.transposed().flattened(from: 0)
      let step = try factor(hessian(current)).solve(flat)
      let decrement = (flat * step).sum().scalar
      let direction = step.reshaped(to: [columns, design.shape[1]]).transposed()
      let next = climb(from: current, along: direction, decrement)
      if priorVariance == nil {
        try requireOverlap(next, direction, decrement)
      }
      current = next
      trace.append(current.objective)
      // Convergence is quadratic: after a step as small as this, only rounding is left.
      if decrement <= 1e-12 * Swift.max(1, Swift.abs(current.objective)) {
        return Search(state: current, trace: trace, hasConverged: true)
      }
    }
    return Search(state: current, trace: trace, hasConverged: false)
  }

  private func climb(from current: State, along direction: Tensor, _ decrement: Double) -> State {
    var length = 1.0
    let rounding = 1e-13 * Swift.max(1, Swift.abs(current.objective))
    while length > 1e-8 {
      let next = state(current.coefficients + length * direction)
      if next.objective >= current.objective + 1e-4 * length * decrement - rounding { return next }
      length *= 0.5
    }
    return current
  }

  /// Throws where no finite coefficients are the most likely: where the classes are separated, or
  /// are becoming so (except for rows on the border), which shows in a vanishing gradient while the
  /// logits still grow by a constant at each step (Albert and Anderson 1984).
  private func requireOverlap(_ state: State, _ direction: Tensor, _ decrement: Double) throws {
    let predicted = state.logProbabilities.argmax()
    let isCounted = weights.doubles.map { $0 > 0 }
    let isSeparated = zip(isCounted, zip(predicted, labels.values)).allSatisfy {
      !$0 || $1.0 == $1.1
    }
    if isSeparated && hasMargins(state) {
      throw EstimationError.separableClasses(operation: operation)
    }
    guard decrement < 1e-5 * weights.sum().scalar else { return }
    let growth = abs(design.matmul(direction))
    let isGrowing = (growth .> 0.3) * (growth .> (0.02 * abs(state.logits)))
    if (isGrowing * weights.expanded(at: 1)).any() {
      throw EstimationError.separableClasses(operation: operation)
    }
  }

  /// Whether each row's own class leads all others by more than rounding.
  private func hasMargins(_ state: State) -> Bool {
    let own = state.logProbabilities.gatheredElements(at: labels.values, along: 1)
    let others = select(
      labels.oneHot .> 0, Tensor(-Double.infinity, dtype: .float64), state.logProbabilities)
    let margin = own.flattened(from: 0) - others.max(along: 1)
    return ((margin .<= 1e-9) * (weights .> 0)).nonzeroCount() == 0
  }
}
