import Tensor

/// Self-normalised importance sampling: draws from a proposal, weighted so that they represent a
/// target known up to a constant.
///
/// ```swift
/// let sample = try ImportanceSample(draws: x, logTarget: p(x), logProposal: q(x))
/// sample.mean(of: square(x))
/// ```
public struct ImportanceSample: Sendable {
  /// The draws, `[n, …]`.
  public let draws: Tensor
  /// Their weights wᵢ / Σ w, float64 `[n]`.
  public let weights: Tensor
  /// log (1/n) Σ wᵢ: the estimate of the log-integral of the target, if the proposal is normalised.
  public let logEvidence: Double
  /// The standard error of `logEvidence`, by the delta method.
  public let errorOfLogEvidence: Double
  /// The effective sample size (Σ w)² / Σ w² (Kong 1992).
  ///
  /// It cannot notice places that the proposal never visited.
  public let effectiveSize: Double

  /// Computes the weights of draws.
  ///
  /// - Parameters:
  ///   - draws: Draws from the proposal, `[n, …]`.
  ///   - logTarget: The target's log-density at each draw, up to a constant, `[n]`; −∞ outside the
  ///     support.
  ///   - logProposal: The proposal's normalised log-density at each draw, `[n]`.
  /// - Throws: ``SamplerError/notADensity(value:point:)`` if a ratio is NaN or +∞;
  ///   ``SamplerError/noWeight`` if all are 0.
  public init(draws: Tensor, logTarget: Tensor, logProposal: Tensor) throws {
    let n = logTarget.count
    precondition(
      n > 0 && draws.rank > 0 && draws.shape[0] == n && logTarget.shape == [n]
        && logProposal.shape == [n],
      "ImportanceSample: expected draws [n, …] and log-densities [n], found \(draws.shape),"
        + " \(logTarget.shape) and \(logProposal.shape)")
    let ratios =
      stopGradient(logTarget).converted(to: .float64)
      - stopGradient(logProposal).converted(to: .float64)
    for (row, ratio) in ratios.doubles.enumerated() where ratio.isNaN || ratio == .infinity {
      throw SamplerError.notADensity(
        value: ratio, point: draws.sliced(row..<row + 1).doubles)
    }
    let largest = ratios.max().scalar
    guard largest > -.infinity else { throw SamplerError.noWeight }
    let relative = exp(ratios - largest)
    let sum = relative.sum().scalar
    let squares = relative.sumOfSquares
    self.draws = stopGradient(draws)
    weights = relative / sum
    logEvidence = largest + log(Tensor(sum / Double(n), dtype: .float64)).scalar
    effectiveSize = sum * sum / squares
    errorOfLogEvidence =
      Swift.max(0, 1 / effectiveSize - 1 / Double(n)).squareRoot()
  }

  /// Estimates a mean under the target, with its standard error (Owen 2013, equation 9.9).
  ///
  /// - Parameter values: The value of the function at each draw, `[n]`.
  public func mean(of values: Tensor) -> (value: Double, error: Double) {
    precondition(
      values.shape == weights.shape,
      "ImportanceSample.mean: expected values \(weights.shape), found \(values.shape)")
    let values = values.converted(to: .float64)
    let mean = (weights * values).sum().scalar
    return (mean, (weights * (values - mean)).sumOfSquares.squareRoot())
  }

  /// Approximate draws from the target: draws from the proposal, chosen by weight with replacement,
  /// `[count, …]`.
  public func resampled(count: Int, using random: Random) -> Tensor {
    let ends = weights.cumulativeSum(along: 0)
    let last = ends.doubles[ends.count - 1]
    let levels = random.uniform([count], dtype: .float64) * last
    let rows = ends.searchSorted(levels, side: .right).map { Swift.min($0, ends.count - 1) }
    return draws.gatheredRows(at: rows)
  }
}
