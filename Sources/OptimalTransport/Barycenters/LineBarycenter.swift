import Tensor

/// The Wasserstein barycenter of distributions on the line.
///
/// Its quantile function is the mean of theirs, Σₖ λₖ Fₖ⁻ (Agueh and Carlier 2011, section 6.1).
public struct LineBarycenter: LineDistribution {
  private let parts: [any LineDistribution]
  private let shares: [Double]

  /// The probabilities at which any of the quantile functions jumps.
  public let steps: [Double]

  /// Creates the barycenter: for any p > 1 if there are two distributions, and for p = 2 if there
  /// are more.
  ///
  /// - Parameters:
  ///   - distributions: One or more distributions.
  ///   - weights: λ, which are divided by their sum; equal by default.
  /// - Throws: ``TransportError`` for invalid weights.
  public init(of distributions: [any LineDistribution], weights: [Double]? = nil) throws {
    let weights = weights ?? distributions.map { _ in 1 }
    precondition(
      weights.count == distributions.count,
      "LineBarycenter: expected \(distributions.count) weights, found \(weights.count)")
    let sum = try checkWeights(
      Tensor(weights, shape: [weights.count], dtype: .float64), .source)
    parts = distributions
    shares = weights.map { $0 / sum }
    var union: [Double] = []
    for step in distributions.flatMap(\.steps).sorted() where step != union.last {
      union.append(step)
    }
    steps = union
  }

  /// Σₖ λₖ Fₖ⁻(q).
  public func quantile(_ probability: Double) -> Double {
    zip(shares, parts).reduce(0) { $0 + $1.0 * $1.1.quantile(probability) }
  }

  /// The largest probability whose quantile is at most x, found by bisection down to neighbouring
  /// numbers.
  public func cumulative(_ x: Double) -> Double {
    if quantile(1) <= x { return 1 }
    var (low, high) = (0.0, 1.0)
    while true {
      let middle = 0.5 * (low + high)
      if middle <= low || middle >= high || high < 1e-300 { return low }
      if quantile(middle) <= x { low = middle } else { high = middle }
    }
  }
}

/// The distribution at time t on the way from one distribution on the line to another, with the
/// quantiles (1 − t) F_μ⁻ + t F_ν⁻ (McCann 1997).
///
/// W_p(μ_s, μ_t) = |t − s| W_p(μ, ν).
public func displacementInterpolation(
  from source: some LineDistribution, to target: some LineDistribution, at t: Double
) throws -> LineBarycenter {
  precondition(
    (0...1).contains(t), "displacementInterpolation: expected a time in [0, 1], found \(t)")
  return try LineBarycenter(of: [source, target], weights: [1 - t, t])
}
