import Tensor

/// The potential scale reduction R̂ of split chains, rank-normalised.
///
/// It is the larger of two values: R̂ of the draws and R̂ of their distances from the median
/// (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, section 4).
///
/// Chains that have converged to one law give nearly 1; above 1.01 they are not to be trusted. The
/// second value detects chains with equal means and different scales, which R̂ without ranks
/// misses.
///
/// - Parameter draws: `[chains, draws]`, or `[draws]` for a single chain, whose halves are compared
///   with each other.
/// - Returns: +∞ if no chain moves but their positions differ; `nil` with fewer than four draws per
///   chain, or with draws that are not finite or all equal.
public func rankNormalizedRHat(_ draws: Tensor) -> Double? {
  rankNormalizedRHat(DrawMatrix(draws, "rankNormalizedRHat"))
}

/// R̂ of split chains, without ranks: the square root of the estimated variance of their law
/// divided by the mean variance within a half (Gelman, Carlin, Stern, Dunson, Vehtari and Rubin
/// 2013, section 11.4).
///
/// It needs a finite variance and does not detect chains with equal means and different scales,
/// whereas ``rankNormalizedRHat(_:)`` does.
///
/// - Parameter draws: As for ``rankNormalizedRHat(_:)``.
/// - Returns: As for ``rankNormalizedRHat(_:)``.
public func splitRHat(_ draws: Tensor) -> Double? {
  let draws = DrawMatrix(draws, "splitRHat")
  return draws.isInformative ? scaleReduction(draws.split) : nil
}

func rankNormalizedRHat(_ draws: DrawMatrix) -> Double? {
  guard draws.isInformative else { return nil }
  let halves = draws.split
  return Swift.max(
    scaleReduction(halves.rankNormalized), scaleReduction(halves.folded.rankNormalized))
}

/// √((B / W + n − 1) / n); 1 if the chains neither move nor differ.
private func scaleReduction(_ draws: DrawMatrix) -> Double {
  let length = Double(draws.draws)
  let between = length * sampleVariance(draws.chainMeans)
  let variances = (0..<draws.chains).map { chain in
    sampleVariance(Array(draws.values[chain * draws.draws..<(chain + 1) * draws.draws]))
  }
  let within = variances.reduce(0, +) / Double(draws.chains)
  if within == 0 { return between == 0 ? 1 : .infinity }
  return ((between / within + length - 1) / length).squareRoot()
}
