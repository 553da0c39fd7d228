import Tensor

/// A Gaussian distribution given by its mean and its covariance, in float64.
public struct GaussianMoments: Sendable {
  /// The mean, `[features]`.
  public let mean: Tensor
  /// The covariance, `[features, features]`.
  public let covariance: Tensor

  /// Creates a distribution from its moments.
  public init(mean: Tensor, covariance: Tensor) {
    precondition(
      mean.rank == 1 && covariance.shape == [mean.count, mean.count]
        && mean.dtype == .float64 && covariance.dtype == .float64,
      "GaussianMoments: expected a mean of float64[n] and a covariance of float64[n, n], found"
        + " \(mean.dtype)\(mean.shape) and \(covariance.dtype)\(covariance.shape)")
    self.mean = mean
    self.covariance = covariance
  }

  /// The squared Fréchet distance of two Gaussian distributions, also called Wasserstein-2,
  /// |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) (Dowson and Landau 1982).
  ///
  /// The trace of (Σ₁ Σ₂)^½ equals that of (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric. Singular
  /// covariances, as of fewer samples than features, are accepted. The result is NaN if moments are
  /// infinite or NaN, or so large that their products overflow.
  public func squaredFrechetDistance(to other: GaussianMoments) -> Double {
    precondition(
      mean.shape == other.mean.shape,
      "squaredFrechetDistance: expected equal numbers of features, found \(mean.count) and"
        + " \(other.mean.count)")
    guard let root = squareRoot(of: covariance) else { return .nan }
    // Rounding makes it slightly asymmetric, and zero eigenvalues slightly negative.
    let product = symmetric(root.matmul(other.covariance).matmul(root))
    guard product.isFinite else { return .nan }
    let (values, _) = product.symmetricEigendecomposition()
    let cross = sqrt(relu(values)).sum()
    let traces = trace(of: covariance) + trace(of: other.covariance)
    return (square(mean - other.mean).sum() + traces - 2 * cross).scalar
  }
}

/// The symmetric square root of a positive semidefinite matrix, V·diag(λ^½)·Vᵀ, or nil if an
/// element is not finite.
private func squareRoot(of matrix: Tensor) -> Tensor? {
  // The covariance of large, almost constant features is nothing but rounding error.
  let matrix = symmetric(matrix)
  guard matrix.isFinite else { return nil }
  let (values, vectors) = matrix.symmetricEigendecomposition()
  return (vectors * sqrt(relu(values))).matmul(vectors, transposeRight: true)
}

/// The symmetric part of a matrix; a symmetric matrix is unchanged.
private func symmetric(_ matrix: Tensor) -> Tensor { 0.5 * (matrix + matrix.transposed()) }

private func trace(of matrix: Tensor) -> Tensor {
  (matrix * Tensor.identity(matrix.shape[0], dtype: matrix.dtype)).sum()
}
