import Tensor

extension GaussianProcessPosterior {
  /// The prediction of each observation from all the others, including noise.
  ///
  /// It takes a single inverse: yᵢ has variance 1 / [C⁻¹]ᵢᵢ and mean yᵢ − [C⁻¹ (y − m)]ᵢ / [C⁻¹]ᵢᵢ
  /// (Rasmussen and Williams 2006, equation 5.12). The sum of
  /// ``GaussianProcessPrediction/logDensity(of:)`` is the log pseudo-likelihood.
  public func leaveOneOut() -> GaussianProcessPrediction {
    var diagonal = [Double](repeating: 0, count: targets.count)
    diagonal.withUnsafeMutableBufferPointer { diagonal in
      nonisolated(unsafe) let diagonal = diagonal
      factor.forEachInverseTile { _, rows, columns, tile in
        if rows != columns { return }
        for i in 0..<rows.count { diagonal[rows.lowerBound + i] = tile[i * (columns.count + 1)] }
      }
    }
    let variance = 1 / Tensor(diagonal, shape: [targets.count], dtype: .float64)
    return GaussianProcessPrediction(
      .observations, mean: targets - weights * variance, rawVariance: variance)
  }
}
