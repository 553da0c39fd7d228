import Tensor

/// The Wasserstein barycenter of Gaussians, which is itself a Gaussian (Agueh and Carlier 2011).
///
/// Its covariance is the fixed point of S ← S^−½ (Σᵢ wᵢ (S^½ Aᵢ S^½)^½)² S^−½, a step that never
/// raises the objective Σᵢ wᵢ W₂² (Álvarez-Esteban, del Barrio, Cuesta-Albertos and Matrán 2016).
public struct GaussianBarycenter: Sendable {
  /// Σᵢ wᵢ mᵢ, `[d]`.
  public let mean: Tensor
  /// S, `[d, d]`.
  public let covariance: Tensor
  /// Σᵢ wᵢ W₂²(N(mᵢ, Aᵢ), barycenter) before each step and at the end.
  public let trace: [Double]
  /// Whether the last step changed S by less than the tolerance.
  public let hasConverged: Bool

  /// Computes the barycenter.
  ///
  /// - Parameters:
  ///   - means: `[k, d]`.
  ///   - covariances: `[k, d, d]`; at least one is positive definite.
  ///   - weights: wᵢ, `[k]`, which are divided by their sum; equal by default.
  ///   - tolerance: The largest change of an element of S at which the steps stop, as a fraction of
  ///     the largest element.
  ///   - iterationLimit: The largest number of steps.
  /// - Throws: ``TransportError`` for invalid weights; `LinearAlgebraError` for invalid
  ///   covariances.
  public init(
    means: Tensor, covariances: Tensor, weights: Tensor? = nil, tolerance: Double = 1e-12,
    iterationLimit: Int = 1_000
  ) throws {
    precondition(
      means.rank == 2 && covariances.shape == means.shape + [means.shape[1]],
      "GaussianBarycenter: expected means [k, d] and covariances [k, d, d], found \(means.shape) and"
        + " \(covariances.shape)")
    let (count, type) = (means.shape[0], means.dtype)
    let (means, covariances) = (means.converted(to: .float64), covariances.converted(to: .float64))
    let given = weights?.converted(to: .float64) ?? Tensor.ones([count], dtype: .float64)
    let weights = given / (try checkWeights(given, .source))
    let center = (weights.expanded(at: 1) * means).sum(along: 0)
    let parts = weights.reshaped(to: [count, 1, 1])
    func objective(_ s: Tensor) throws -> Double {
      let squares = try gaussianWassersteinSquared(
        mean: means, covariance: covariances, otherMean: center.expanded(at: 0),
        otherCovariance: s.expanded(at: 0))
      return (weights * squares).sum().scalar
    }
    // A mean of covariances is positive definite if one of them is.
    var s = (parts * covariances).sum(along: 0)
    var (values, hasConverged) = ([try objective(s)], false)
    while values.count <= iterationLimit && !hasConverged {
      let root = try s.positiveSquareRoot()
      let inner = try (parts * crossRoot(root.expanded(at: 0), covariances)).sum(along: 0)
      let half = try root.solve(inner)
      let next = half.matmul(half, transposeRight: true)
      hasConverged = abs(next - s).max().scalar <= tolerance * abs(next).max().scalar
      s = 0.5 * (next + next.transposed())
      values.append(try objective(s))
    }
    (mean, covariance) = (center.converted(to: type), s.converted(to: type))
    (trace, self.hasConverged) = (values, hasConverged)
  }
}
