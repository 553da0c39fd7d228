import Tensor

/// The squared Wasserstein distance W₂² between Gaussians, `[…]`.
///
/// It is |m₁ − m₂|² + tr(A + B − 2 (A^½ B A^½)^½); the second term is the squared Bures distance of
/// the covariances (Dowson and Landau 1982). Gradients flow to all four arguments, of any order if
/// both covariances are positive definite. Singular covariances are allowed.
///
/// - Parameters:
///   - mean: m₁, `[…, d]`.
///   - covariance: A, `[…, d, d]`.
///   - otherMean: m₂, `[…, d]`.
///   - otherCovariance: B, `[…, d, d]`.
/// - Throws: `LinearAlgebraError` if a covariance is not symmetric or not positive semidefinite.
public func gaussianWassersteinSquared(
  mean: Tensor, covariance: Tensor, otherMean: Tensor, otherCovariance: Tensor
) throws -> Tensor {
  let distance = square(mean - otherMean).sum(along: mean.rank - 1)
  return distance + (try buresSquared(covariance, otherCovariance))
}

/// The squared Bures distance of covariances: tr(A + B − 2 (A^½ B A^½)^½), `[…]`.
///
/// - Throws: `LinearAlgebraError` if one is not symmetric or not positive semidefinite.
public func buresSquared(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  let cross = try crossRoot(a.positiveSquareRoot(), b)
  return relu((a + b - 2 * cross).trace())
}

/// (S B S)^½; rounding errors are removed by making the product symmetric before the root.
func crossRoot(_ root: Tensor, _ b: Tensor) throws -> Tensor {
  let product = root.matmul(b).matmul(root)
  let order = Array(0..<product.rank - 2) + [product.rank - 1, product.rank - 2]
  return try (0.5 * (product + product.permuted(to: order))).positiveSquareRoot()
}

/// The optimal transport between two Gaussians for the squared distance: an affine map and the
/// Gaussians on the geodesic.
///
/// T(x) = m₂ + M (x − m₁) with M = A^−½ (A^½ B A^½)^½ A^−½ (Olkin and Pukelsheim 1982).
public struct GaussianTransport: Sendable {
  /// m₁, `[d]`.
  public let mean: Tensor
  /// A, `[d, d]`.
  public let covariance: Tensor
  /// m₂, `[d]`.
  public let otherMean: Tensor
  /// M, `[d, d]`, symmetric.
  public let matrix: Tensor
  /// W₂², a scalar.
  public let squaredDistance: Tensor

  /// Computes the map from N(m₁, A) to N(m₂, B).
  ///
  /// - Throws: `LinearAlgebraError` if A has no inverse, since there may be no map then, or if a
  ///   covariance is not positive semidefinite.
  public init(
    mean: Tensor, covariance: Tensor, otherMean: Tensor, otherCovariance: Tensor
  ) throws {
    precondition(
      mean.rank == 1 && covariance.shape == [mean.count, mean.count]
        && otherMean.shape == mean.shape && otherCovariance.shape == covariance.shape,
      "GaussianTransport: expected means [d] and covariances [d, d], found \(mean.shape),"
        + " \(covariance.shape), \(otherMean.shape) and \(otherCovariance.shape)")
    (self.mean, self.covariance, self.otherMean) = (mean, covariance, otherMean)
    let root = try covariance.positiveSquareRoot()
    let half = try root.solve(crossRoot(root, otherCovariance))
    let matrix = try root.solve(half.transposed())
    self.matrix = 0.5 * (matrix + matrix.transposed())
    squaredDistance = try gaussianWassersteinSquared(
      mean: mean, covariance: covariance, otherMean: otherMean, otherCovariance: otherCovariance)
  }

  /// T(x) for points x, `[n, d]`.
  public func map(_ x: Tensor) -> Tensor { otherMean + (x - mean).matmul(matrix) }

  /// The Gaussian at time t of the geodesic, 0 at the first and 1 at the second (McCann 1997): the
  /// distribution of (1 − t) x + t T(x).
  public func geodesic(at t: Double) -> (mean: Tensor, covariance: Tensor) {
    let identity = Tensor.identity(mean.count, dtype: mean.dtype)
    let step = (1 - t) * identity + t * matrix
    return ((1 - t) * mean + t * otherMean, step.matmul(covariance).matmul(step))
  }
}
