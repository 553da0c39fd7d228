import Tensor

extension TMixture {
  /// The starting point of a fit.
  public enum Start: Sendable {
    /// The clusters of k-means with k-means++, and the variances within them.
    case kMeans
    /// Points drawn at random as locations, and the variances of the features.
    case random
    /// A given mixture with the same number of components.
    case mixture(TMixture)
  }

  /// Finds the mixture with the largest likelihood over several starts, by expectation–maximisation
  /// (Peel and McLachlan 2000).
  ///
  /// If a component collapses, the start fails with
  /// ``MixtureError/collapsed(component:iteration:weight:)``. As long as another start succeeds, a
  /// failed start is left out and counted in ``MixtureFit/failures``.
  ///
  /// - Parameters:
  ///   - x: Rows `[n, d]`.
  ///   - components: The number of components; at most the number of rows.
  ///   - degreesOfFreedom: The fixed ν of all components; by default, each component's ν is fitted,
  ///     within 0.5 ... 200.
  ///   - start: The starting point of the fits; ν starts at 10.
  ///   - starts: The number of starts; the best fit is returned (the first of equals).
  ///   - weights: The weight of each row, `[n]`, 0 or more.
  ///   - driver: The tolerance and the limit of sweeps.
  ///   - random: The source of random numbers for the starts.
  /// - Throws: ``MixtureError`` for invalid data; if every start fails, the error of the last one.
  public static func fit(
    _ x: Tensor, components: Int, degreesOfFreedom: Double? = nil, start: Start = .kMeans,
    starts: Int = 1, weights: Tensor? = nil, driver: ExpectationMaximization = .init(),
    using random: Random
  ) throws -> MixtureFit<TMixture> {
    let name = "TMixture.fit"
    precondition(
      starts > 0 && degreesOfFreedom ?? 1 > 0,
      "\(name): expected at least 1 start and degrees of freedom above 0, found \(starts) and"
        + " \(degreesOfFreedom ?? 1)")
    let rows = try WeightedRows(x, weights: weights, components: components, name)
    let variances = rows.moments().variance
    if let column = variances.doubles.firstIndex(of: 0) {
      throw MixtureError.constantFeature(column: column)
    }
    let steps = TMixtureSteps(
      rows: rows, variances: variances, isFixed: degreesOfFreedom != nil)
    let mixtures: [() throws -> TMixture]
    if case .mixture(let mixture) = start {
      precondition(
        mixture.componentCount == components && mixture.dimension == rows.dimension,
        "\(name): expected a start of \(components) components in \(rows.dimension) dimensions, found"
          + " \(mixture.componentCount) in \(mixture.dimension)")
      mixtures = [{ mixture }]
    } else {
      let isRandom = if case .random = start { true } else { false }
      mixtures = (0..<starts).map { _ in
        let random = random.split()
        return {
          let gaussians = try GaussianMixture.fit(
            rows.x, components: components, kind: .diagonal, start: isRandom ? .random : .kMeans,
            weights: rows.weights, floor: 0.01 * variances.min().scalar,
            driver: .init(iterationLimit: 0), using: random
          ).model
          return try TMixture(
            weights: gaussians.weights, locations: gaussians.means, scales: gaussians.covariances,
            degreesOfFreedom: Tensor(
              filledWith: degreesOfFreedom ?? 10, [components], dtype: .float64))
        }
      }
    }
    return try .best(of: steps, by: driver, rows: rows, starts: mixtures)
  }
}

/// The steps of expectation–maximisation for a mixture of t distributions: each point has a
/// Gaussian with a separate precision factor u ~ Gamma(ν/2, ν/2).
private struct TMixtureSteps: LatentVariableModel {
  let rows: WeightedRows
  let variances: Tensor
  /// Whether ν is fixed.
  let isFixed: Bool

  func posterior(at mixture: TMixture, from previous: MixturePosterior?) -> MixturePosterior {
    MixturePosterior(
      logJoint: mixture.logJoint(of: rows.x), weights: rows.weights, after: previous)
  }

  func bound(of posterior: MixturePosterior, at mixture: TMixture) -> EvidenceBound {
    posterior.bound()
  }

  /// With u = (ν + d) / (ν + δ): μ = Σ r u x / Σ r u and Σ = Σ r u (x − μ)(x − μ)ᵀ / Σ r.
  func parameters(
    maximizing posterior: MixturePosterior, from previous: TMixture
  ) throws -> TMixture {
    let q = posterior.responsibilities
    let weights = rows.weights.map { q * $0.expanded(at: 1) } ?? q
    let counts = weights.sum(along: 0)
    let shares = (counts / rows.total).doubles
    if let component = shares.firstIndex(where: { !($0 > 1e-12) }) {
      throw MixtureError.vanished(component: component, iteration: posterior.iteration + 1)
    }
    let (nu, d) = (previous.degreesOfFreedom, Double(previous.dimension))
    let u = (nu + d) / (nu + previous.squaredDistances(of: rows.x))
    let pulled = weights * u
    let locations =
      pulled.matmul(rows.x, transposeLeft: true) / pulled.sum(along: 0).expanded(at: 1)
    // [k, n, d]
    let deviations = rows.x - locations.expanded(at: 1)
    let scatters = (pulled.transposed().expanded(at: 2) * deviations)
      .matmul(deviations, transposeLeft: true)
    let scales = scatters / counts.reshaped(to: [counts.count, 1, 1])
    // E[log u − u] of each component, up to a part that depends only on the old ν.
    let spread = (weights * (log(u) - u)).sum(along: 0) / counts
    let degrees = isFixed ? nu : Self.degrees(spread + Self.excess(0.5 * (nu + d)))
    return try regular(
      counts, locations, 0.5 * (scales + scales.permuted(to: [0, 2, 1])), degrees,
      posterior.iteration + 1)
  }

  /// ψ(x) − log x.
  private static func excess(_ x: Tensor) -> Tensor { digamma(x) - log(x) }

  /// For each c, the ν between 0.5 and 200 with log(ν/2) − ψ(ν/2) + 1 + c = 0, by bisection: the
  /// left side falls with ν.
  private static func degrees(_ c: Tensor) -> Tensor {
    var low = Tensor(filledWith: logOf(0.5), c.shape, dtype: .float64)
    var high = Tensor(filledWith: logOf(200), c.shape, dtype: .float64)
    for _ in 0..<50 {
      let middle = 0.5 * (low + high)
      let isBelow = (c + 1 - excess(0.5 * exp(middle))) .> 0
      (low, high) = (select(isBelow, middle, low), select(isBelow, high, middle))
    }
    return exp(0.5 * (low + high))
  }

  private func regular(
    _ counts: Tensor, _ locations: Tensor, _ scales: Tensor, _ degrees: Tensor, _ iteration: Int
  ) throws -> TMixture {
    func collapsed(_ component: Int) -> MixtureError {
      .collapsed(
        component: component, iteration: iteration,
        weight: counts.doubles[component] / rows.total)
    }
    do {
      let mixture = try TMixture(
        weights: counts, locations: locations, scales: scales, degreesOfFreedom: degrees)
      let least = 1e-12 * maximum(scales.diagonal(), variances)
      if let place = (mixture.pivots .<= least).doubles.firstIndex(of: 1) {
        throw collapsed(place / mixture.dimension)
      }
      return mixture
    } catch LinearAlgebraError.notPositiveDefinite(_, _, let index) {
      throw collapsed(index.first ?? 0)
    } catch LinearAlgebraError.notFinite(_, let index) {
      throw collapsed(index.first ?? 0)
    }
  }
}
