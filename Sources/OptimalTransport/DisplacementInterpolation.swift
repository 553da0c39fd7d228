import Tensor

extension TransportPlan {
  /// The measure at time t on the way along a plan: each entry puts its mass at (1 − t) xᵢ + t yⱼ
  /// (McCann 1997).
  ///
  /// If the plan is optimal for |x − y|^p, this is a geodesic: W_p(μ_s, μ_t) = |t − s| W_p(μ₀, μ₁).
  ///
  /// - Parameters:
  ///   - x: The sources, `[n, d]`.
  ///   - y: The targets, `[m, d]`.
  ///   - t: The time, 0 at the sources and 1 at the targets.
  /// - Returns: The measure, with one point for each entry.
  public func interpolation(from x: Tensor, to y: Tensor, at t: Double) -> DiscreteMeasure {
    precondition(
      x.rank == 2 && y.rank == 2 && x.shape[0] == rowCount && y.shape[0] == columnCount
        && x.shape[1] == y.shape[1],
      "interpolation: expected points [\(rowCount), d] and [\(columnCount), d], found \(x.shape)"
        + " and \(y.shape)")
    let starts = x.gatheredRows(at: entries.map(\.row))
    let ends = y.gatheredRows(at: entries.map(\.column))
    return DiscreteMeasure(
      points: (1 - t) * starts + t * ends,
      weights: Tensor(entries.map(\.mass), shape: [entries.count], dtype: x.dtype))
  }
}
