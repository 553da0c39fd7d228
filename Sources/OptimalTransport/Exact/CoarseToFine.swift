import Tensor

/// A transportation problem that is first solved for a quarter of the points, and recursively for a
/// quarter of those.
///
/// The potentials of the coarse problem, extended to all points, give a start from which the
/// simplex needs about half as many pivots. The idea is that of multiscale transport (Mérigot 2011;
/// Schmitzer 2016), here with arbitrary subsets.
struct CoarseToFine {
  /// The costs between some of the points.
  let costs: (_ rows: [Int], _ columns: [Int]) -> CostRows
  /// The largest number of pivots for each problem.
  let limit: Int

  /// One in this many points belongs to the coarse problem.
  private static let factor = 4
  /// With fewer points than this on a side, there is no coarser problem.
  private static let leastCount = 100

  /// Solves the problem for some of the points, whose weights are positive.
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

  /// Estimates of the columns' potentials: the c-transform of the potentials of the coarse
  /// problem's sources.
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
