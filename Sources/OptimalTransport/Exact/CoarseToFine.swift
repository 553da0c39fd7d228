import Tensor

/// A transportation problem that is solved for a quarter of the points first, and for a quarter of those before.
///
/// What the coarse problem's potentials say of all points is a start from which the simplex has about half of the
/// pivots left. The idea is that of multiscale transport (Mérigot 2011; Schmitzer 2016), here with any subset.
struct CoarseToFine {
  /// The costs between some of the points.
  let costs: (_ rows: [Int], _ columns: [Int]) -> CostRows
  /// The most pivots of each problem.
  let limit: Int

  /// One point of so many is in the coarse problem.
  private static let factor = 4
  /// With fewer points on a side there is no coarser problem.
  private static let leastCount = 100

  /// Solves for some of the points, whose weights are positive.
  func solution(
    _ rows: [Int], _ columns: [Int], source: [Double], target: [Double]
  ) -> NetworkSimplex.Solution {
    let start = potentials(rows, columns, source: source, target: target)
    let weights = WholeWeights(source: source, target: target)
    return costs(rows, columns).reading { reader in
      var simplex = NetworkSimplex(reader, weights, potentials: start)
      return simplex.solve(limit: limit)
    }
  }

  /// What the potentials of the columns may be: the c-transform of the coarse problem's sources.
  private func potentials(
    _ rows: [Int], _ columns: [Int], source: [Double], target: [Double]
  ) -> [Double] {
    if min(rows.count, columns.count) < Self.leastCount {
      return Array(repeating: 0, count: columns.count)
    }
    func coarse<Value>(_ values: [Value]) -> [Value] {
      stride(from: 0, to: values.count, by: Self.factor).map { values[$0] }
    }
    let few = coarse(rows)
    let tree = solution(
      few, coarse(columns), source: coarse(source), target: coarse(target)
    ).tree
    let sources = few.indices.map { tree.potentials[$0] }
    return costs(few, columns).transposed.leastOfRows(
      less: Tensor(sources, shape: [few.count], dtype: .float64)
    ).doubles
  }
}
