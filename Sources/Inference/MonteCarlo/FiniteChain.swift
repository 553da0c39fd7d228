import Tensor

/// A Markov chain on finitely many states, given by its transition matrix: row i holds the
/// probabilities of the steps from state i.
///
/// ```swift
/// let chain = FiniteChain.metropolisHastings(target: [0.2, 0.3, 0.5], proposal: uniform)
/// chain.stationaryLaw                       // [0.2, 0.3, 0.5]
/// chain.detailedBalanceViolation(of: …)     // 0 but for rounding
/// ```
public struct FiniteChain: Sendable {
  /// The transition matrix, float64 `[n, n]`, whose rows sum to 1.
  public let transitions: Tensor
  /// The number of states.
  public var count: Int { transitions.shape[0] }

  private let rows: [[Double]]

  /// The reason why a matrix is not a transition matrix.
  public enum Error: Swift.Error, Equatable, CustomStringConvertible {
    /// A row contains a number outside [0, 1], or does not sum to 1 within 1e-9.
    case notProbabilities(row: Int, sum: Double)

    /// What was expected and what was found.
    public var description: String {
      switch self {
      case .notProbabilities(let row, let sum):
        "expected probabilities that sum to 1 in row \(row + 1) of the transition matrix, found numbers"
          + " that sum to \(sum)"
      }
    }
  }

  /// Creates a chain from its transition matrix, `[n, n]`.
  ///
  /// - Throws: ``Error/notProbabilities(row:sum:)``.
  public init(transitions: Tensor) throws {
    let matrix = stopGradient(transitions.converted(to: .float64))
    precondition(
      matrix.rank == 2 && matrix.shape[0] == matrix.shape[1] && matrix.count > 0,
      "FiniteChain: expected a square matrix, found shape \(matrix.shape)")
    let (n, values) = (matrix.shape[0], matrix.doubles)
    rows = (0..<n).map { Array(values[$0 * n..<($0 + 1) * n]) }
    self.transitions = matrix
    for (index, row) in rows.enumerated() {
      let sum = row.reduce(0, +)
      guard row.allSatisfy({ $0 >= 0 && $0 <= 1 + 1e-9 }), Swift.abs(sum - 1) <= 1e-9 else {
        throw Error.notProbabilities(row: index, sum: sum)
      }
    }
  }

  /// The Metropolis–Hastings chain for a law and a chain of proposals (Hastings 1970): qᵢⱼ min(1,
  /// pⱼ qⱼᵢ / (pᵢ qᵢⱼ)) off the diagonal, and the remainder on it.
  ///
  /// - Parameters:
  ///   - target: The law p, up to a factor: n numbers above 0.
  ///   - proposal: The chain q.
  public static func metropolisHastings(
    target: [Double], proposal: FiniteChain
  ) throws -> FiniteChain {
    let n = proposal.count
    precondition(
      target.count == n && target.allSatisfy { $0 > 0 && $0.isFinite },
      "FiniteChain.metropolisHastings: expected \(n) numbers above 0 as a target, found \(target)")
    var values: [[Double]] = []
    for (i, row) in proposal.rows.enumerated() {
      var steps = (0..<n).map { j in
        i == j || row[j] == 0
          ? 0 : Swift.min(row[j], target[j] * proposal.rows[j][i] / target[i])
      }
      steps[i] = Swift.max(0, 1 - steps.reduce(0, +))
      values.append(steps)
    }
    return try FiniteChain(transitions: Tensor(values, dtype: .float64))
  }

  /// The largest |pᵢ tᵢⱼ − pⱼ tⱼᵢ|; it is 0 if the chain satisfies detailed balance for the law p,
  /// which then is stationary.
  public func detailedBalanceViolation(of law: [Double]) -> Double {
    precondition(
      law.count == count, "FiniteChain: expected a law of \(count) states, found \(law.count)")
    var greatest = 0.0
    for i in 0..<count {
      for j in 0..<i {
        greatest = Swift.max(greatest, Swift.abs(law[i] * rows[i][j] - law[j] * rows[j][i]))
      }
    }
    return greatest
  }

  /// The classes of states that lead to one another, each in order, and whether the chain never
  /// leaves the class.
  public var classes: [(states: [Int], isClosed: Bool)] {
    let reached = (0..<count).map(reachable)
    var seen = Set<Int>()
    var classes: [(states: [Int], isClosed: Bool)] = []
    for state in 0..<count where !seen.contains(state) {
      let members = (0..<count).filter { reached[state][$0] && reached[$0][state] }
      seen.formUnion(members)
      let isClosed = (0..<count).allSatisfy { !reached[state][$0] || reached[$0][state] }
      classes.append((members, isClosed))
    }
    return classes
  }

  /// Whether every state leads to every other.
  public var isIrreducible: Bool { classes.count == 1 }

  /// The greatest common divisor of the lengths of ways from a state back to itself; 0 if there is
  /// none.
  public func period(of state: Int) -> Int {
    precondition(
      (0..<count).contains(state), "FiniteChain: expected a state below \(count), found \(state)")
    // Within the state's class, distances from it give every cycle's length up to multiples of the period.
    let forth = reachable(from: state)
    let members = (0..<count).filter { forth[$0] && reachable(from: $0)[state] }
    var distances = [state: 0]
    var (queue, divisor) = ([state], 0)
    while let from = queue.popLast() {
      for to in members where rows[from][to] > 0 {
        let distance = (distances[from] ?? 0) + 1
        if let known = distances[to] {
          divisor = greatestCommonDivisor(divisor, Swift.abs(distance - known))
        } else {
          distances[to] = distance
          queue.append(to)
        }
      }
    }
    return divisor
  }

  /// Whether the law comes to the stationary one from any start: irreducible, with period 1.
  public var isErgodic: Bool { isIrreducible && period(of: 0) == 1 }

  /// The stationary law p = pT; `nil` where there are several, which is so with more than one closed class.
  ///
  /// It is found by elimination without subtractions, which loses no digits to small probabilities
  /// (Grassmann, Taksar and Heyman 1985).
  public var stationaryLaw: [Double]? {
    let closed = classes.filter(\.isClosed)
    guard closed.count == 1, let states = closed.first?.states else { return nil }
    var a = states.map { i in states.map { j in rows[i][j] } }
    for k in stride(from: states.count - 1, to: 0, by: -1) {
      let out = a[k][0..<k].reduce(0, +)
      for i in 0..<k { a[i][k] /= out }
      for i in 0..<k {
        for j in 0..<k { a[i][j] += a[i][k] * a[k][j] }
      }
    }
    var weights = [1.0]
    for k in 1..<Swift.max(1, states.count) {
      weights.append((0..<k).reduce(0) { $0 + weights[$1] * a[$1][k] })
    }
    let total = weights.reduce(0, +)
    var law = [Double](repeating: 0, count: count)
    for (state, weight) in zip(states, weights) { law[state] = weight / total }
    return law
  }

  /// A path of states.
  ///
  /// - Parameters:
  ///   - start: The first state, which is not part of the result.
  ///   - steps: How many states it has.
  ///   - random: The stream of random numbers.
  public func path(from start: Int, steps: Int, using random: Random) -> [Int] {
    precondition(
      (0..<count).contains(start), "FiniteChain: expected a state below \(count), found \(start)")
    var state = start
    return (0..<steps).map { _ in
      var left = random.uniform()
      let row = rows[state]
      state =
        row.indices.first { index in
          left -= row[index]
          return left < 0
        } ?? row.lastIndex { $0 > 0 } ?? state
      return state
    }
  }

  private func reachable(from state: Int) -> [Bool] {
    var isReached = [Bool](repeating: false, count: count)
    isReached[state] = true
    var queue = [state]
    while let from = queue.popLast() {
      for to in 0..<count where rows[from][to] > 0 && !isReached[to] {
        isReached[to] = true
        queue.append(to)
      }
    }
    return isReached
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
