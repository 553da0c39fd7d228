import Tensor

/// Sums over pairs of points, block by block: their memory does not grow with the number of pairs,
/// except on a tape.
enum PairwiseSums {
  /// The approximate number of pairs in a block, whose distances fit into a processor's cache.
  private static let pairsInBlock = 131_072

  /// Σᵢⱼ f(|xᵢ − yⱼ|²), a scalar.
  ///
  /// - Parameters:
  ///   - x: Points, float64 `[n, d]`.
  ///   - y: Other points, float64 `[m, d]`.
  ///   - function: f, applied element-wise.
  static func sum(_ x: Tensor, _ y: Tensor, _ function: (Tensor) -> Tensor) -> Tensor {
    blocks(x.shape[0], y.shape[0]).reduce(Tensor(0, dtype: .float64)) { sum, rows in
      sum + function(pairwiseSquaredDistances(x.sliced(rows), y)).sum()
    }
  }

  /// Σ f(|xᵢ − xⱼ|²) over all i ≠ j, where f(0) = `valueAtZero`; each pair is computed once.
  static func sumOfDistinct(
    _ x: Tensor, valueAtZero: Double, _ function: (Tensor) -> Tensor
  ) -> Tensor {
    let n = x.shape[0]
    return blocks(n, n).reduce(Tensor(0, dtype: .float64)) { sum, rows in
      let block = x.sliced(rows)
      let own = function(pairwiseSquaredDistances(block, block)).sum()
      let other = function(pairwiseSquaredDistances(block, x.sliced(rows.upperBound..<n))).sum()
      return sum + (own - Double(rows.count) * valueAtZero) + 2 * other
    }
  }

  private static func blocks(_ rows: Int, _ columns: Int) -> [Range<Int>] {
    let step = max(1, pairsInBlock / max(1, columns))
    return stride(from: 0, to: rows, by: step).map { $0..<min(rows, $0 + step) }
  }

  /// √s, with gradient 0 at 0, where two points are equal.
  static func distance(_ squared: Tensor) -> Tensor {
    let isApart = stopGradient(squared) .> 0
    let one = Tensor(1, dtype: squared.dtype)
    return isApart * sqrt(select(isApart, squared, one))
  }

  /// Two samples in float64; stops the program if they are not what `operation` expects.
  static func samples(_ x: Tensor, _ y: Tensor, _ operation: String) -> (x: Tensor, y: Tensor) {
    precondition(
      x.rank == 2 && y.rank == 2 && x.shape[1] == y.shape[1] && x.shape[0] > 1 && y.shape[0] > 1,
      "\(operation): expected two samples [n, d] and [m, d] of two points or more, found \(x.shape)"
        + " and \(y.shape)")
    return (x.converted(to: .float64), y.converted(to: .float64))
  }

  /// 2/(nm) Σ f(x, y) − Σ f(x, x′) / (n(n − 1)) − Σ f(y, y′) / (m(m − 1)), over distinct pairs.
  static func unbiasedDifference(
    _ x: Tensor, _ y: Tensor, valueAtZero: Double, _ function: (Tensor) -> Tensor
  ) -> Tensor {
    let (n, m) = (Double(x.shape[0]), Double(y.shape[0]))
    let between = sum(x, y, function) * (2 / (n * m))
    let inX = sumOfDistinct(x, valueAtZero: valueAtZero, function) / (n * (n - 1))
    let inY = sumOfDistinct(y, valueAtZero: valueAtZero, function) / (m * (m - 1))
    return between - inX - inY
  }
}
