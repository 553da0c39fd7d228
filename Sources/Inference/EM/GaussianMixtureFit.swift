import Tensor

extension GaussianMixture {
  /// The starting point of a fit.
  public enum Start: Sendable {
    /// The clusters of k-means with k-means++, and the covariance within them.
    case kMeans
    /// Points drawn at random as means, and the variances of the features.
    case random
    /// A given mixture with the same number of components.
    case mixture(GaussianMixture)
  }

  /// Finds the mixture with the largest likelihood, or posterior density, over several starts, by
  /// expectation–maximisation.
  ///
  /// Covariances are divided by n. If a component collapses onto points without extent, where the
  /// likelihood has no bound, the start fails with
  /// ``MixtureError/collapsed(component:iteration:weight:)``. As long as another start succeeds, a
  /// failed start is left out and counted in ``MixtureFit/failures``. A prior, a floor or tied
  /// covariances prevent a collapse.
  ///
  /// - Parameters:
  ///   - x: Rows `[n, d]`. NaN is a missing value (missing at random; Ghahramani and Jordan 1994).
  ///   - components: The number of components; at most the number of rows with positive weight.
  ///   - kind: The restriction on the covariances.
  ///   - start: The starting point of the fits.
  ///   - starts: The number of starts; the best fit is returned (the first of equals).
  ///   - weights: The weight of each row, `[n]`, 0 or more.
  ///   - prior: A prior; with it, the mode of the posterior is found.
  ///   - floor: The lower bound of a component's variance in every direction, in the data's squared
  ///     units; the likelihood is maximised under this constraint.
  ///   - family: Soft assignments, or hard ones (classification EM).
  ///   - driver: The tolerance and the limit of sweeps.
  ///   - random: The source of random numbers for the starts.
  /// - Throws: ``MixtureError`` for invalid data; if every start fails, the error of the last one.
  public static func fit(
    _ x: Tensor, components: Int, kind: CovarianceKind = .full, start: Start = .kMeans,
    starts: Int = 1, weights: Tensor? = nil, prior: GaussianMixturePrior? = nil,
    floor: Double? = nil, family: AssignmentFamily = .soft,
    driver: ExpectationMaximization = .init(), using random: Random
  ) throws -> MixtureFit<GaussianMixture> {
    let name = "GaussianMixture.fit"
    precondition(starts > 0, "\(name): expected at least 1 start, found \(starts)")
    precondition(
      floor.map { $0 > 0 && $0 < .infinity } ?? true,
      "\(name): expected a floor above 0, found \(floor ?? 0)")
    let rows = try WeightedRows(
      x, weights: weights, components: components, allowingMissing: true, name)
    precondition(
      prior.map { $0.scale.shape[0] == rows.dimension } ?? true,
      "\(name): expected a prior of [\(rows.dimension), \(rows.dimension)], found"
        + " \(prior?.scale.shape ?? [])")
    let (mean, variances) = rows.moments()
    try expectExtent(rows, variances, isCured: prior != nil || floor != nil)
    let estimate = CovarianceEstimate(
      kind: kind, prior: prior, floor: floor, variances: variances)
    let first = MixtureStart(
      rows: rows, mean: mean, components: components, estimate: estimate)
    let mixtures: [() throws -> GaussianMixture]
    if case .mixture(let mixture) = start {
      mixtures = [{ try first.checked(mixture) }]
    } else {
      mixtures = (0..<starts).map { _ in
        let random = random.split()
        return { try first.mixture(start, using: random) }
      }
    }
    if rows.x.isFinite {
      let steps = GaussianMixtureSteps(rows, estimate: estimate, family: family)
      return try .best(of: steps, by: driver, rows: rows, starts: mixtures)
    }
    let steps = IncompleteMixtureSteps(rows, estimate: estimate, family: family)
    return try .best(of: steps, by: driver, rows: rows, starts: mixtures)
  }

  private static func expectExtent(
    _ rows: WeightedRows, _ variances: Tensor, isCured: Bool
  ) throws {
    let there = (1 - isNaN(rows.x)).nonzeroCount(along: 0).doubles
    if let column = there.firstIndex(of: 0) { throw MixtureError.missingFeature(column: column) }
    if let column = variances.doubles.firstIndex(of: 0), !isCured {
      throw MixtureError.constantFeature(column: column)
    }
  }
}

/// The mixtures from which fits start.
private struct MixtureStart {
  let rows: WeightedRows
  let mean: Tensor
  let components: Int
  let estimate: CovarianceEstimate

  /// The given mixture, with covariances restricted to the kind to fit.
  func checked(_ mixture: GaussianMixture) throws -> GaussianMixture {
    precondition(
      mixture.componentCount == components && mixture.dimension == rows.dimension,
      "GaussianMixture.fit: expected a start of \(components) components in \(rows.dimension)"
        + " dimensions, found \(mixture.componentCount) in \(mixture.dimension)")
    guard mixture.means.isFinite && mixture.covariances.isFinite else {
      throw MixtureError.badStart("a mean or a covariance is not finite")
    }
    return try admissible(mixture.weights, mixture.means, mixture.covariances)
  }

  func mixture(
    _ start: GaussianMixture.Start, using random: Random
  ) throws -> GaussianMixture {
    // A missing value starts as the mean of its feature.
    let x = select(isNaN(rows.x), mean.broadcast(to: rows.x.shape), rows.x)
    let shares = Tensor.ones([components], dtype: .float64)
    let spread = maximum(estimate.variances, leastNumber)
    if case .random = start {
      let chosen = random.choice(components, of: rows.count, weights: rows.weights)
      return try mixture(shares, x.gatheredRows(at: chosen), spread.diagonalMatrix())
    }
    let clusters = try KMeans.fit(x, clusters: components, weights: rows.weights, using: random)
    let own = square(x - clusters.model.centres.gatheredRows(at: clusters.assignments))
    let weighted = rows.weights.map { own * $0.expanded(at: 1) } ?? own
    let within = maximum(weighted.sum(along: 0) / rows.total, 1e-6 * spread)
    let sizes = Tensor(clusters.sizes, dtype: .float64)
    return try mixture(
      maximum(sizes, Tensor(1, dtype: .float64)), clusters.model.centres, within.diagonalMatrix())
  }

  private func mixture(
    _ weights: Tensor, _ means: Tensor, _ covariance: Tensor
  ) throws -> GaussianMixture {
    let d = rows.dimension
    return try admissible(
      weights, means, covariance.expanded(at: 0).broadcast(to: [components, d, d]))
  }

  private func admissible(
    _ weights: Tensor, _ means: Tensor, _ covariances: Tensor
  ) throws -> GaussianMixture {
    try GaussianMixture(
      weights: weights, means: means,
      covariances: estimate.admissible(covariances, weights: weights), kind: estimate.kind)
  }
}
