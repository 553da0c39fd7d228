import Tensor

/// A divergence between a given density p and a fitted one q.
public enum FitCriterion: String, Sendable, CaseIterable {
  /// KL(p ‖ q): q covers all of p (maximum likelihood).
  case forward
  /// KL(q ‖ p): q stays where p is large.
  case reverse
  /// ½ KL(p ‖ m) + ½ KL(q ‖ m), m = ½ (p + q): at most log 2 nats.
  case jensenShannon
}

/// A fit of a mixture of normal distributions to a given density on the line, which minimises one
/// of three divergences.
///
/// ```swift
/// let target = GaussianMixture1D(weights: [0.5, 0.5], means: [-3, 3], deviations: [1, 1])
/// let fit = try DivergenceFit(to: { target.logDensity(of: $0) }, on: -12...12, components: 1, .forward)
/// fit.mixture.deviations   // [√10]
/// ```
///
/// The divergences are Gauss-Legendre sums over an interval that holds the mass of both densities.
/// The search (``/Tensor/LBFGS``, over means, log-deviations and log-weights) starts from several
/// places, and the lowest minimum is kept.
public struct DivergenceFit: Sendable {
  /// The fitted distribution q.
  public let mixture: GaussianMixture1D
  /// The divergence that was minimised.
  public let criterion: FitCriterion
  /// All three divergences between p and q, in nats.
  public let divergences: [FitCriterion: Double]
  /// The divergence reached from each start, in nats, in the order of the starts; `nil` for a start
  /// that left the grid.
  public let minima: [Double?]
  /// How the search that was kept ended.
  public let reason: Minimum.Reason

  /// The minimised divergence, in nats.
  public var divergence: Double { divergences[criterion] ?? .nan }

  /// Fits a mixture.
  ///
  /// - Parameters:
  ///   - logDensity: The function that gives log p for each of n numbers, float64 `[n]`; p need not
  ///     be normalised.
  ///   - interval: An interval that holds the mass of both densities. A minimum at which part of q
  ///     lies outside is rejected.
  ///   - components: The number of normal distributions in the mixture.
  ///   - criterion: The divergence to minimise.
  ///   - starts: The number of starts. Their means are spread over the quantiles of p on the
  ///     interval, evenly for the first start.
  ///   - random: The random numbers for the other starts.
  /// - Throws: ``EstimationError`` if p has no mass on the grid, or if no start leads to a minimum.
  public init(
    to logDensity: (Tensor) -> Tensor, on interval: ClosedRange<Double>, components: Int = 1,
    _ criterion: FitCriterion, starts: Int = 8, using random: Random = Random(seed: 0)
  ) throws {
    precondition(
      components > 0 && starts > 0 && interval.lowerBound < interval.upperBound,
      "DivergenceFit: expected at least one component and one start, and an interval with"
        + " a length above 0, found \(components), \(starts) and \(interval)")
    let grid = try TargetGrid(logDensity, interval)
    var (best, minima) = (Minimum?.none, [Double?]())
    for index in 0..<starts {
      let start = grid.start(components: components, index: index, using: random)
      let minimum = LBFGS(gradientTolerance: 1e-9).minimum(from: start) {
        grid.divergence(criterion, to: grid.logDensity(of: $0, components))
      }
      let isUsable = minimum.value.isFinite && grid.holds(minimum.point, components)
      minima.append(isUsable ? minimum.value : nil)
      if isUsable && minimum.value < best?.value ?? .infinity { best = minimum }
    }
    guard let best else {
      throw EstimationError.notConverged(
        operation: "divergence fit", reason: "no start led to a mixture within \(interval)")
    }
    mixture = grid.mixture(best.point, components)
    (self.criterion, self.minima, reason) = (criterion, minima, best.reason)
    let logs = grid.logDensity(of: best.point, components)
    divergences = Dictionary(
      uniqueKeysWithValues: FitCriterion.allCases.map {
        ($0, grid.divergence($0, to: logs).scalar)
      })
  }
}
