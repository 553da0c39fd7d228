import GaussianProcesses
import Plots
import Results
import Tensor

/// A kernel of m features gives a matrix of rank at most m, however many points there are.
let kernelRankItem = CourseItem(
  "kernel-rank", week: 4, "the rank of the covariance matrix of a model with m features"
) { isQuick, random in
  let count = isQuick ? 12 : 40
  let x = Tensor(grid(-1...1, count: count).doubles, shape: [count, 1], dtype: .float64)
  let featureCounts = Array(stride(from: 2, through: 2 * count, by: 2))
  var results = Results(["points": .integer(count)])
  let ranks = try featureCounts.map { m in
    let features = RandomFourierFeatures(squaredExponential: [0.05], count: m, using: random)
    return Double(try rank(of: FeatureKernel(features)(x)))
  }
  results["ranks"] = ResultValue(ranks)
  results["features"] = .list(featureCounts.map { .integer($0) })
  results["rank-of-cubic"] = .integer(try rank(of: Polynomial(degree: 3)(x)))
  results.tables["values.csv"] = ["features": featureCounts.map(Double.init), "rank": ranks]
  results.add(
    Figure(
      title: "Rank of K for \(count) points", x: .linear("features m"), y: .linear("rank")
    ) {
      Line(featureCounts.map(Double.init), ranks, label: "rank of K", hasDots: true)
      Rule(y: Double(count), label: "points")
    })
  return results
}

/// The number of eigenvalues above rounding errors.
private func rank(of matrix: Tensor) throws -> Int {
  let values = try SymmetricEigendecomposition(of: matrix).values.doubles
  return values.count { $0 > 1e-12 * (values.max() ?? 0) }
}
