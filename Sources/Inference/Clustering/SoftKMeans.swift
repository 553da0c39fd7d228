import Tensor

/// Soft k-means: a mixture of equal Gaussians N(μₖ, ε I) with equal weights, of which only the
/// centres are fitted (MacKay 2003, chapters 20 and 22).
///
/// As ε falls to 0, the assignments become hard and the centres become those of k-means. If ε
/// exceeds the largest eigenvalue of the data's covariance, all centres equal the mean (Rose,
/// Gurewitz and Fox 1990).
///
/// ```swift
/// let fit = try SoftKMeans.fit(x, centres: start, variance: 0.5)
/// fit.model.centres             // [k, d]
/// fit.responsibilities          // [n, k]
/// ```
public struct SoftKMeans: MixtureModel {
  /// The centres, float64 `[k, d]`.
  public let centres: Tensor
  /// ε, in the squared units of the data.
  public let variance: Double

  /// Creates a mixture from centres `[k, d]` and ε above 0.
  public init(centres: Tensor, variance: Double) {
    precondition(
      centres.rank == 2 && centres.count > 0,
      "SoftKMeans: expected centres [k, d], found \(centres.shape)")
    precondition(
      variance > 0 && variance < .infinity,
      "SoftKMeans: expected a variance above 0, found \(variance)")
    self.centres = stopGradient(centres).converted(to: .float64)
    self.variance = variance
  }

  /// The weights 1 / k, `[k]`.
  public var weights: Tensor {
    let k = centres.shape[0]
    return Tensor(filledWith: 1 / Double(k), [k], dtype: .float64)
  }

  /// The number of coordinates of the centres.
  public var parameterCount: Int { centres.count }

  /// log (1 / k) N(x; μₖ, ε I) for rows `[n, d]`, `[n, k]`, in nats.
  public func logJoint(of x: Tensor) -> Tensor {
    let d = centres.shape[1]
    precondition(
      x.rank == 2 && x.shape[1] == d, "SoftKMeans: expected rows [n, \(d)], found \(x.shape)")
    let distances = pairwiseSquaredDistances(x.converted(to: .float64), centres)
    let constant = 0.5 * Double(d) * (logTwoPi + logOf(variance)) + logOf(Double(centres.shape[0]))
    return -0.5 / variance * distances - constant
  }

  /// Finds centres of large likelihood from starting centres, by expectation–maximisation.
  ///
  /// - Parameters:
  ///   - x: Rows `[n, d]`.
  ///   - centres: The starting centres, `[k, d]`; they must differ, since equal centres stay equal.
  ///   - variance: ε, above 0.
  ///   - weights: The weight of each row, `[n]`, 0 or more.
  ///   - driver: The tolerance and the limit of sweeps.
  /// - Throws: ``MixtureError`` for values that are not finite, invalid weights, or too few points.
  public static func fit(
    _ x: Tensor, centres: Tensor, variance: Double, weights: Tensor? = nil,
    driver: ExpectationMaximization = .init()
  ) throws -> MixtureFit<SoftKMeans> {
    let start = SoftKMeans(centres: centres, variance: variance)
    let rows = try WeightedRows(
      x, weights: weights, components: centres.shape[0], "SoftKMeans.fit")
    precondition(
      rows.dimension == centres.shape[1],
      "SoftKMeans.fit: expected centres [k, \(rows.dimension)], found \(centres.shape)")
    return try .best(
      of: SoftKMeansSteps(rows: rows), by: driver, rows: rows, starts: [{ start }])
  }
}

/// The steps of expectation–maximisation for soft k-means.
private struct SoftKMeansSteps: LatentVariableModel {
  let rows: WeightedRows

  func posterior(at model: SoftKMeans, from previous: MixturePosterior?) -> MixturePosterior {
    MixturePosterior(
      logJoint: model.logJoint(of: rows.x), weights: rows.weights, after: previous)
  }

  func bound(of posterior: MixturePosterior, at model: SoftKMeans) -> EvidenceBound {
    posterior.bound()
  }

  /// μₖ = Σ r x / Σ r; a centre without rows stays where it is.
  func parameters(
    maximizing posterior: MixturePosterior, from previous: SoftKMeans
  ) -> SoftKMeans {
    let q = posterior.responsibilities
    let weights = rows.weights.map { q * $0.expanded(at: 1) } ?? q
    let counts = weights.sum(along: 0).expanded(at: 1)
    let sums = weights.matmul(rows.x, transposeLeft: true)
    let centres = select(
      (counts .> 0).broadcast(to: sums.shape), sums / maximum(counts, leastNumber),
      previous.centres)
    return SoftKMeans(centres: centres, variance: previous.variance)
  }
}
