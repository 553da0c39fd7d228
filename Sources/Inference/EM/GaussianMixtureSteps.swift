import Tensor

/// The steps of expectation–maximisation for a mixture of Gaussians on points without missing
/// values.
struct GaussianMixtureSteps: LatentVariableModel {
  let rows: WeightedRows
  let points: MixturePoints
  let estimate: CovarianceEstimate
  let family: AssignmentFamily

  init(_ rows: WeightedRows, estimate: CovarianceEstimate, family: AssignmentFamily) {
    self.rows = rows
    points = MixturePoints(rows.x)
    self.estimate = estimate
    self.family = family
  }

  private var isDiagonal: Bool { estimate.kind == .diagonal || estimate.kind == .spherical }

  func posterior(
    at mixture: GaussianMixture, from previous: MixturePosterior?
  ) -> MixturePosterior {
    let identity = Tensor.identity(mixture.dimension, dtype: .float64)
    let inverses = CholeskyFactor(lower: mixture.factors)
      .whitened(identity.expanded(at: 0).broadcast(to: mixture.factors.shape))
    let components = MixturePoints.Components(
      logConstants: mixture.logConstants, means: mixture.means, inverses: inverses,
      isDiagonal: isDiagonal)
    if family == .soft {
      let (logDensities, responsibilities) = points.posterior(components)
      return MixturePosterior(
        responsibilities: responsibilities, logDensities: logDensities, weights: rows.weights,
        after: previous)
    }
    return MixturePosterior(
      logJoint: points.logJoint(components), weights: rows.weights, family: family, after: previous)
  }

  func bound(of posterior: MixturePosterior, at mixture: GaussianMixture) -> EvidenceBound {
    posterior.bound(logPrior: estimate.prior?.logDensity(of: mixture) ?? 0)
  }

  func parameters(
    maximizing posterior: MixturePosterior, from previous: GaussianMixture
  ) throws -> GaussianMixture {
    try mixture(
      responsibilities: posterior.responsibilities, iteration: posterior.iteration + 1,
      emptyMeans: previous.means)
  }

  /// The most probable mixture given the responsibilities `[n, k]`.
  ///
  /// - Parameter emptyMeans: The means of components without points, `[k, d]`.
  func mixture(
    responsibilities: Tensor, iteration: Int, emptyMeans: Tensor
  ) throws -> GaussianMixture {
    let weights = rows.weights.map { responsibilities * $0.expanded(at: 1) } ?? responsibilities
    let counts = weights.sum(along: 0)
    let sums = weights.matmul(rows.x, transposeLeft: true)
    let counted = counts.expanded(at: 1)
    let means = select(
      (counted .> 0).broadcast(to: sums.shape), sums / maximum(counted, leastNumber), emptyMeans)
    let scatters = points.scatters(around: means, weights: weights, isDiagonal: isDiagonal)
    return try estimate.mixture(
      counts: counts, means: means, scatters: scatters, iteration: iteration)
  }
}

/// The least positive normal number.
let leastNumber = Tensor(Double.leastNormalMagnitude, dtype: .float64)
