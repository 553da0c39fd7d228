import Tensor

/// The k-means clustering: clusters around centres.
///
/// ```swift
/// let fit = try KMeans.fit(x, clusters: 3, using: random)
/// fit.model.centres             // [3, d]
/// fit.inertias                  // falling
/// ```
public struct KMeans: Sendable {
  /// The centres, float64 `[k, d]`.
  public let centres: Tensor

  /// Creates clusters around centres `[k, d]`.
  public init(centres: Tensor) {
    precondition(
      centres.rank == 2 && centres.shape[0] > 0,
      "KMeans: expected centres [k, d], k ≥ 1, found \(centres.shape)")
    self.centres = stopGradient(centres).converted(to: .float64)
  }

  /// The number of clusters.
  public var count: Int { centres.shape[0] }

  /// The index of the nearest centre for each row of `x`, `[n, d]`; of equally near centres, the
  /// first.
  public func assignments(of x: Tensor) -> [Int] {
    precondition(
      x.rank == 2 && x.shape[1] == centres.shape[1],
      "KMeans.assignments: expected rows [n, \(centres.shape[1])], found \(x.shape)")
    return pairwiseSquaredDistances(stopGradient(x).converted(to: .float64), centres)
      .argmin(along: 1)
  }
}

/// Clusters fitted to data.
public struct KMeansFit: Sendable {
  /// The reason why a fit ended.
  public enum Reason: String, Sendable {
    /// No point changed its cluster.
    case unchanged = "no point changes its cluster"
    /// The limit of sweeps was reached.
    case iterationLimit = "all sweeps were made"
    /// The inertia rose by more than rounding: the fit is unreliable.
    case inertiaRose = "the inertia rose"
  }

  /// The clusters.
  public let model: KMeans
  /// The cluster of each row.
  public let assignments: [Int]
  /// The total weight in each cluster.
  public let sizes: [Double]
  /// The inertia Σ w |x − centre|² before each update of the centres, followed by that of
  /// ``model``.
  public let inertias: [Double]
  /// Why the fit ended.
  public let reason: Reason

  /// The inertia of ``model``.
  public var inertia: Double { inertias[inertias.count - 1] }
  /// The number of updates of the centres.
  public var iterations: Int { inertias.count - 1 }
  /// Whether no point changes its cluster any more.
  public var hasConverged: Bool { reason == .unchanged }
}

extension KMeans {
  /// The starting values of the centres.
  public enum Start: Sendable {
    /// k-means++: each centre is a point drawn with a probability proportional to its squared
    /// distance from the nearest centre so far (Arthur and Vassilvitskii 2007).
    case plusPlus
    /// Different points, drawn at random.
    case random
    /// Given centres, `[k, d]`.
    case centres(Tensor)
  }

  /// Finds the clusters with the least inertia over several starts, by Lloyd's algorithm (1982).
  ///
  /// Each sweep assigns every row to its nearest centre and moves every centre to the mean of its
  /// rows. If a centre is nearest to no row, it moves to the row farthest from its own centre (a
  /// second such centre to the second-farthest row, and so on); if all rows lie on their centres,
  /// it stays. Neither step raises the inertia.
  ///
  /// - Parameters:
  ///   - x: Rows `[n, d]`.
  ///   - clusters: The number of clusters; at most the number of rows with positive weight.
  ///   - start: The starting values of the centres.
  ///   - starts: The number of starts; the fit with the least inertia is returned (the first of
  ///     equals).
  ///   - weights: The weight of each row, `[n]`, 0 or more.
  ///   - iterationLimit: The largest number of sweeps per start.
  ///   - random: The source of random numbers for the starts.
  /// - Throws: ``MixtureError`` for values that are not finite, invalid weights, or too few points.
  public static func fit(
    _ x: Tensor, clusters: Int, start: Start = .plusPlus, starts: Int = 1,
    weights: Tensor? = nil, iterationLimit: Int = 300, using random: Random
  ) throws -> KMeansFit {
    precondition(
      starts > 0 && iterationLimit >= 0,
      "KMeans.fit: expected at least 1 start and a limit of 0 or more, found \(starts) and"
        + " \(iterationLimit)")
    let rows = try WeightedRows(x, weights: weights, components: clusters, "KMeans.fit")
    let lloyd = LloydSweeps(rows, clusters: clusters)
    var best: KMeansFit?
    for _ in 0..<starts {
      let centres = try start.centres(clusters, of: rows, using: random.split())
      let fit = lloyd.fit(from: centres, iterationLimit: iterationLimit)
      if fit.inertia < best?.inertia ?? .infinity { best = fit }
      if case .centres = start { break }
    }
    guard let best else { preconditionFailure("KMeans.fit: no start has a finite inertia") }
    return best
  }
}
