import Tensor

/// Clusters around centres: k-means.
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

  /// How many clusters there are.
  public var count: Int { centres.shape[0] }

  /// The nearest centre of each row of `x`, `[n, d]`; of several as near, the first.
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
  /// Why a fit ended.
  public enum Reason: String, Sendable {
    /// No point changed its cluster.
    case unchanged = "no point changes its cluster"
    /// All sweeps were made.
    case iterationLimit = "all sweeps were made"
    /// The inertia rose by more than rounding: the fit is not to be trusted.
    case inertiaRose = "the inertia rose"
  }

  /// The clusters.
  public let model: KMeans
  /// The cluster of each row.
  public let assignments: [Int]
  /// The sum of the weights in each cluster.
  public let sizes: [Double]
  /// The inertia Σ w |x − centre|² before every update of the centres, and last that of ``model``.
  public let inertias: [Double]
  /// Why the fit ended.
  public let reason: Reason

  /// The inertia of ``model``.
  public var inertia: Double { inertias[inertias.count - 1] }
  /// How often the centres were updated.
  public var iterations: Int { inertias.count - 1 }
  /// Whether no point changes its cluster any more.
  public var hasConverged: Bool { reason == .unchanged }
}

extension KMeans {
  /// Where the centres begin.
  public enum Start: Sendable {
    /// k-means++: each centre is a point drawn with a probability in proportion to its squared distance
    /// from the nearest centre so far (Arthur and Vassilvitskii 2007).
    case plusPlus
    /// Points drawn at random, each once.
    case random
    /// Given centres, `[k, d]`.
    case centres(Tensor)
  }

  /// The clusters of least inertia that are found from several starts, by Lloyd's algorithm (1982).
  ///
  /// Each sweep assigns every row to its nearest centre and moves every centre to the mean of its rows.
  /// A centre that no row is nearest to moves to the row farthest from its own centre, the next such
  /// centre to the next row; where all rows lie on their centres, it stays. Neither step raises the
  /// inertia.
  ///
  /// - Parameters:
  ///   - x: Rows `[n, d]`.
  ///   - clusters: How many; no more than there are rows of positive weight.
  ///   - start: Where the centres begin.
  ///   - starts: How many starts; the fit of least inertia is returned, the first of equals.
  ///   - weights: What each row counts, `[n]`, 0 or more.
  ///   - iterationLimit: The most sweeps of a start.
  ///   - random: What the starts are drawn from.
  /// - Throws: ``MixtureError`` for values that are not finite, bad weights, or too few points.
  public static func fit(
    _ x: Tensor, clusters: Int, start: Start = .plusPlus, starts: Int = 1,
    weights: Tensor? = nil, iterationLimit: Int = 300, using random: Random
  ) throws -> KMeansFit {
    precondition(
      starts > 0 && iterationLimit >= 0,
      "KMeans.fit: expected 1 start or more and a limit of 0 or more, found \(starts) and"
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
