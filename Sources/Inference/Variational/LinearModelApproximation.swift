import Tensor

/// The Gaussian with the largest evidence lower bound for a model of linear predictors, Σᵢ log p(yᵢ
/// | xᵢᵀw) with w ~ N(0, τ² I), found without random draws (Opper and Archambeau 2009).
///
/// Under q, xᵀw is normal with mean xᵀμ and variance xᵀΣx, so each expectation is an integral over
/// a line, computed by Gauss–Hermite quadrature. For log-concave likelihoods, the bound has a
/// single maximum.
public struct LinearModelApproximation: Sendable {
  /// The Gaussian.
  public let approximation: GaussianApproximation
  /// The evidence lower bound, in nats.
  public let bound: Double
  /// The report of the search, which minimises the negative bound.
  public let search: Minimum

  /// Fits the Gaussian.
  ///
  /// - Parameters:
  ///   - design: x, float64 `[n, d]`.
  ///   - priorVariance: τ².
  ///   - family: The family of Gaussians: a diagonal or a full covariance.
  ///   - nodes: The number of quadrature nodes.
  ///   - logLikelihood: log p(yᵢ | ηᵢ) in nats of linear predictors, `[n, nodes]` to `[n, nodes]`, element-wise.
  /// - Throws: ``VariationalError`` if the bound is not finite or has no maximum.
  public init(
    design: Tensor, priorVariance: Double, family: GaussianFamily, nodes: Int = 128,
    logLikelihood: (Tensor) -> Tensor
  ) throws {
    precondition(
      design.rank == 2 && design.dtype == .float64 && priorVariance > 0,
      "LinearModelApproximation: expected a design of float64[n, d] and a variance above 0, found"
        + " \(design.dtype)\(design.shape) and \(priorVariance)")
    let d = design.shape[1]
    let rule = GaussianQuadrature.normal(nodes)
    func bound(_ parameters: Tensor) -> Tensor {
      let q = family.gaussian(parameters, dimensions: d)
      let means = design.matmul(q.mean.expanded(at: 1))
      let variances =
        family == .meanField
        ? square(design).matmul(square(q.scale).expanded(at: 1))
        : square(design.matmul(q.scale)).sum(along: 1, keepingDimensions: true)
      let predictors = means + sqrt(variances) * rule.nodes
      let fit = (logLikelihood(predictors) * rule.weights).sum()
      let size = square(q.mean).sum() + square(q.scale).sum()
      let prior = -0.5 * size / priorVariance - 0.5 * Double(d) * logOf(2 * .pi * priorVariance)
      return fit + prior + q.entropy
    }
    let start = GaussianApproximation(
      mean: .zeros([d], dtype: .float64),
      scale: Tensor(filledWith: priorVariance.squareRoot(), [d], dtype: .float64))
    search = LBFGS(memory: 20, gradientTolerance: 1e-8).minimum(
      from: family.parameters(of: start)
    ) { -bound($0) }
    approximation = family.gaussian(search.point, dimensions: d)
    self.bound = -search.value
    if search.reason == .notFinite {
      throw VariationalError.notFinite(mean: approximation.mean.doubles)
    }
    if search.reason == .unbounded {
      throw VariationalError.unbounded(mean: approximation.mean.doubles)
    }
  }
}

/// The natural logarithm of a number.
func logOf(_ x: Double) -> Double { log(Tensor(x, dtype: .float64)).scalar }
