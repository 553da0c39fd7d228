import Tensor

/// The steps of expectation–maximisation for a mixture of Gaussians on rows with values missing at
/// random (Ghahramani and Jordan 1994, "Supervised learning from incomplete data via an EM
/// approach").
struct IncompleteMixtureSteps: LatentVariableModel {
  let rows: WeightedRows
  let patterns: MissingPatterns
  let estimate: CovarianceEstimate
  let family: AssignmentFamily

  init(_ rows: WeightedRows, estimate: CovarianceEstimate, family: AssignmentFamily) {
    self.rows = rows
    patterns = MissingPatterns(rows.x)
    self.estimate = estimate
    self.family = family
  }

  func posterior(
    at mixture: GaussianMixture, from previous: MixturePosterior?
  ) throws -> MixturePosterior {
    MixturePosterior(
      logJoint: try patterns.logJoint(mixture), weights: rows.weights, family: family,
      after: previous)
  }

  func bound(of posterior: MixturePosterior, at mixture: GaussianMixture) -> EvidenceBound {
    posterior.bound(logPrior: estimate.prior?.logDensity(of: mixture) ?? 0)
  }

  func parameters(
    maximizing posterior: MixturePosterior, from mixture: GaussianMixture
  ) throws -> GaussianMixture {
    let (k, d) = (mixture.componentCount, mixture.dimension)
    let q = posterior.responsibilities
    let weights = rows.weights.map { q * $0.expanded(at: 1) } ?? q
    let counts = weights.sum(along: 0)
    var sums = Tensor.zeros([k, d], dtype: .float64)
    var scatters = Tensor.zeros([k, d, d], dtype: .float64)
    for pattern in patterns.patterns {
      let conditional = try ConditionalGaussians(mixture, pattern.observed)
      let deviations = conditional.completedDeviations(of: pattern.values)
      let own = weights.gatheredRows(at: pattern.rows).transposed()
      let weighted = own.expanded(at: 2) * deviations
      sums += weighted.sum(along: 1)
      scatters +=
        weighted.matmul(deviations, transposeLeft: true)
        + own.sum(along: 1).reshaped(to: [k, 1, 1]) * conditional.covariances
    }
    // Shifted from the old means to the new ones.
    let counted = counts.expanded(at: 1)
    let shifts = sums / maximum(counted, leastNumber)
    let around =
      scatters - counted.expanded(at: 2) * shifts.expanded(at: 2) * shifts.expanded(at: 1)
    return try estimate.mixture(
      counts: counts, means: mixture.means + shifts, scatters: around,
      iteration: posterior.iteration + 1)
  }
}

/// Rows grouped by their missing values, in the order of each group's first row.
struct MissingPatterns {
  /// The rows with the same missing values.
  struct Pattern {
    /// The available columns.
    let observed: [Int]
    /// The indices of the rows.
    let rows: [Int]
    /// The values of the rows in those columns, `[rows, observed]`.
    let values: Tensor
  }

  let patterns: [Pattern]
  /// The position of each row among the rows of all groups.
  private let places: [Int]

  init(_ x: Tensor) {
    let (d, missing) = (x.shape[1], isNaN(x).doubles)
    var numbers: [[Int]: Int] = [:]
    var groups: [(observed: [Int], rows: [Int])] = []
    for row in 0..<x.shape[0] {
      let observed = (0..<d).filter { missing[row * d + $0] == 0 }
      if let number = numbers[observed] {
        groups[number].rows.append(row)
      } else {
        numbers[observed] = groups.count
        groups.append((observed, [row]))
      }
    }
    patterns = groups.map { group in
      Pattern(
        observed: group.observed, rows: group.rows,
        values: x.gatheredRows(at: group.rows).gathered(at: group.observed, along: 1))
    }
    var places = [Int](repeating: 0, count: x.shape[0])
    for (place, row) in patterns.flatMap(\.rows).enumerated() { places[row] = place }
    self.places = places
  }

  /// log p(observed, z = k) of each row, `[n, k]`.
  func logJoint(_ mixture: GaussianMixture) throws -> Tensor {
    let parts = try patterns.map { pattern in
      try ConditionalGaussians(mixture, pattern.observed).logJoint(of: pattern.values)
    }
    return Tensor.concatenated(parts).gatheredRows(at: places)
  }

  /// The expected points given the available values, `[n, d]`.
  func completed(_ mixture: GaussianMixture) throws -> Tensor {
    let parts = try patterns.map { pattern in
      let conditional = try ConditionalGaussians(mixture, pattern.observed)
      let q = softmax(conditional.logJoint(of: pattern.values), along: 1)
      let points =
        mixture.means.expanded(at: 1) + conditional.completedDeviations(of: pattern.values)
      return (q.transposed().expanded(at: 2) * points).sum(along: 0)
    }
    return Tensor.concatenated(parts).gatheredRows(at: places)
  }
}
