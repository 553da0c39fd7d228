import Tensor

/// The primal network simplex for the transportation problem, on a complete bipartite graph (Dantzig 1951;
/// Kelly and O'Neill 1991).
///
/// Rows are searched in turn for the entry with the least reduced cost. The entries found in a
/// block of rows are the candidates for the next pivots, the least first (Mulvey 1978).
struct NetworkSimplex {
  /// The result of the simplex.
  struct Solution {
    let tree: BasisTree
    let pivots: Int
    let hasConverged: Bool
  }

  private struct Candidate {
    let source: Int
    let target: Int
    let cost: Double
  }

  let costs: CostRows.Reader
  let tree: BasisTree
  private let (n, m): (Int, Int)
  private let listLength: Int
  private var nextRow = 0
  private var candidates: [Candidate] = []

  init(_ costs: CostRows.Reader, _ weights: WholeWeights, potentials: [Double]) {
    self.costs = costs
    (n, m) = (weights.source.count, weights.target.count)
    tree = BasisTree(
      edges: initialBasis(costs, weights, potentials: potentials), sourceCount: n, targetCount: m)
    listLength = max(1, Int(Double(n).squareRoot()))
    refreshPotentials()
  }

  /// Pivots until no entry has a negative reduced cost, or at most `limit` times.
  mutating func solve(limit: Int) -> Solution {
    var pivots = 0
    var isFresh = true
    while pivots < limit {
      collectCandidates()
      if candidates.isEmpty {
        // Potentials that were changed many times have rounding errors: fresh ones decide.
        if isFresh { return Solution(tree: tree, pivots: pivots, hasConverged: true) }
        refreshPotentials()
        isFresh = true
        continue
      }
      while pivots < limit, let (candidate, reduced) = bestCandidate() {
        tree.pivot(source: candidate.source, target: candidate.target, reducedCost: reduced)
        pivots += 1
        isFresh = false
      }
    }
    refreshPotentials()
    return Solution(tree: tree, pivots: pivots, hasConverged: false)
  }

  /// Collects the least reduced costs of the next rows that have negative ones.
  private mutating func collectCandidates() {
    candidates.removeAll(keepingCapacity: true)
    let targets = tree.potentials + n
    for _ in 0..<n {
      let i = nextRow
      nextRow = i + 1 == n ? 0 : i + 1
      let (value, j) = costs.least(i, less: targets)
      let cost = value + targets[j]
      if isNegative(value - tree.potentials[i], cost, i, j) {
        candidates.append(Candidate(source: i, target: j, cost: cost))
        if candidates.count == listLength { return }
      }
    }
  }

  /// Removes and returns the candidate with the least reduced cost; candidates that are no longer
  /// negative are dropped.
  private mutating func bestCandidate() -> (candidate: Candidate, reducedCost: Double)? {
    var best: (place: Int, reduced: Double)?
    var place = 0
    while place < candidates.count {
      let (c, j) = (candidates[place], n + candidates[place].target)
      let reduced = c.cost - tree.potentials[c.source] - tree.potentials[j]
      if isNegative(reduced, c.cost, c.source, c.target) {
        if reduced < (best?.reduced ?? 0) { best = (place, reduced) }
        place += 1
      } else {
        candidates.swapAt(place, candidates.count - 1)
        candidates.removeLast()
        if candidates.isEmpty { break }
      }
    }
    guard let best else { return nil }
    let candidate = candidates[best.place]
    candidates.swapAt(best.place, candidates.count - 1)
    candidates.removeLast()
    return (candidate, best.reduced)
  }

  /// Whether a reduced cost is below zero by more than the rounding of its terms.
  private func isNegative(_ reduced: Double, _ cost: Double, _ i: Int, _ j: Int) -> Bool {
    let scale =
      Swift.abs(cost) + Swift.abs(tree.potentials[i]) + Swift.abs(tree.potentials[n + j])
    return reduced < -16 * Double.ulpOfOne * scale
  }

  /// Recomputes the potentials along the tree, starting with 0 at the root.
  private func refreshPotentials() {
    let potentials = tree.potentials
    for node in tree.nodesFromRoot() {
      if node == tree.root {
        potentials[node] = 0
      } else {
        let parent = Int(tree.parents[node])
        let cost = node < n ? costs.cost(node, parent - n) : costs.cost(parent, node - n)
        potentials[node] = cost - potentials[parent]
      }
    }
  }
}
