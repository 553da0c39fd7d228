import Tensor

/// The joint probabilities of discrete variables, one for each axis, and their information measures
/// (Shannon 1948; Cover and Thomas 2006, chapter 2).
///
/// ```swift
/// let table = try ProbabilityTable(Tensor([[0.4, 0.1], [0.1, 0.4]], dtype: .float64))
/// table.entropy(of: [0], in: .bits)                       // 1
/// table.conditionalEntropy(of: [1], given: [0], in: .bits)   // 0.7219280949
/// table.mutualInformation(between: [0], and: [1], in: .bits) // 0.2780719051
/// ```
///
/// A probability of 0 contributes 0 to an entropy.
public struct ProbabilityTable: Sendable {
  /// p(x₁, x₂, …), float64, an axis for each variable; they sum to 1.
  public let probabilities: Tensor

  /// Creates a table from probabilities, with an axis for each variable.
  ///
  /// - Throws: ``InformationError`` if one is negative or not finite, or if they do not sum to 1
  ///   within 1e-6; smaller deviations are divided out.
  public init(_ probabilities: Tensor) throws {
    let p = stopGradient(probabilities).converted(to: .float64)
    let sum = try checkedProbabilities(p.doubles)
    guard Swift.abs(sum - 1) <= 1e-6 else { throw InformationError.sumIsNotOne(sum: sum) }
    self.probabilities = p / sum
  }

  /// Creates a table from the count of each combination.
  ///
  /// - Throws: ``InformationError`` if a count is negative or not finite, or all are 0.
  public init(counts: Tensor) throws {
    let counts = stopGradient(counts).converted(to: .float64)
    let sum = try checkedProbabilities(counts.doubles)
    guard sum > 0 else { throw InformationError.noCounts }
    probabilities = counts / sum
  }

  /// The table of some of the variables, in their original order.
  public func marginal(of axes: [Int]) -> ProbabilityTable {
    let kept = checked(axes, "marginal")
    return ProbabilityTable(known: marginal(kept))
  }

  private init(known: Tensor) { probabilities = known }

  // MARK: Entropies

  /// H(X) = −Σ p log p of all variables jointly, or of some.
  public func entropy(of axes: [Int]? = nil, in unit: InformationUnit = .nats) -> Double {
    let axes = axes.map { checked($0, "entropy") } ?? Array(0..<probabilities.rank)
    let p = marginal(axes)
    // Not −0 for a certain outcome.
    return Swift.max(0, -xlogy(p, p).sum().scalar) / unit.nats
  }

  /// H(Y ∣ X) = Σ p(x, y) log (p(x) / p(x, y)): the entropy of some variables given others.
  public func conditionalEntropy(
    of axes: [Int], given others: [Int], in unit: InformationUnit = .nats
  ) -> Double {
    let (own, known) = disjoint(axes, others, "conditionalEntropy")
    let p = marginal(own + known, keepingDimensions: true)
    let given = marginal(known, keepingDimensions: true)
    return Swift.max(0, (xlogy(p, given) - xlogy(p, p)).sum().scalar) / unit.nats
  }

  /// I(X; Y) = Σ p(x, y) log (p(x, y) / p(x) p(y)): the information that some variables carry about
  /// others.
  public func mutualInformation(
    between axes: [Int], and others: [Int], in unit: InformationUnit = .nats
  ) -> Double {
    let (first, second) = disjoint(axes, others, "mutualInformation")
    let p = marginal(first + second, keepingDimensions: true)
    let (x, y) = (
      marginal(first, keepingDimensions: true), marginal(second, keepingDimensions: true)
    )
    let sum = (xlogy(p, p) - xlogy(p, x) - xlogy(p, y)).sum().scalar
    return Swift.max(0, sum) / unit.nats
  }

  /// H(p, q) = −Σ p log q: the mean length of a code for q if p is true.
  ///
  /// Infinite if q is 0 where p is not.
  ///
  /// - Parameters:
  ///   - other: q, of the same shape.
  ///   - unit: The unit of the result.
  public func crossEntropy(
    to other: ProbabilityTable, in unit: InformationUnit = .nats
  ) -> Double {
    let (p, q) = (probabilities, other.probabilities)
    precondition(
      p.shape == q.shape,
      "ProbabilityTable.crossEntropy: expected tables of one shape, found \(p.shape) and \(q.shape)"
    )
    return Swift.max(0, -xlogy(p, q).sum().scalar) / unit.nats
  }

  /// −log p of each outcome, of the table's shape; infinite for an impossible outcome.
  public func selfInformation(in unit: InformationUnit = .nats) -> Tensor {
    // 0 − log p, so that it is not −0 for a certain outcome.
    (0 - log(probabilities)) / unit.nats
  }

  // MARK: Axes

  private func marginal(_ axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    let gone = (0..<probabilities.rank).filter { !axes.contains($0) }
    return gone.isEmpty
      ? probabilities : probabilities.sum(along: gone, keepingDimensions: keepingDimensions)
  }

  private func checked(_ axes: [Int], _ operation: String) -> [Int] {
    precondition(
      axes.allSatisfy { (0..<probabilities.rank).contains($0) } && Set(axes).count == axes.count,
      "ProbabilityTable.\(operation): expected different axes of a table of shape"
        + " \(probabilities.shape), found \(axes)")
    return axes
  }

  private func disjoint(
    _ axes: [Int], _ others: [Int], _ operation: String
  ) -> ([Int], [Int]) {
    _ = checked(axes + others, operation)
    return (axes, others)
  }
}
