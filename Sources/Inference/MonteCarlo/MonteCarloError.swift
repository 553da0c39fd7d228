import Tensor

/// The Monte Carlo standard error of the mean of chains' draws: their standard deviation divided by
/// the square root of their effective sample size.
///
/// - Parameter draws: `[chains, draws]`, or `[draws]` for a single chain.
/// - Returns: `nil` if ``effectiveSampleSize(_:_:)`` is `nil`.
public func monteCarloErrorOfMean(_ draws: Tensor) -> Double? {
  monteCarloErrorOfMean(DrawMatrix(draws, "monteCarloErrorOfMean"))
}

/// The Monte Carlo standard error of the standard deviation of chains' draws.
///
/// It follows by the delta method from the error of the variance (Vehtari et al. 2021; Kenney and
/// Keeping 1951).
///
/// - Parameter draws: `[chains, draws]`, or `[draws]` for a single chain.
/// - Returns: `nil` if ``effectiveSampleSize(_:_:)`` is `nil`.
public func monteCarloErrorOfDeviation(_ draws: Tensor) -> Double? {
  monteCarloErrorOfDeviation(DrawMatrix(draws, "monteCarloErrorOfDeviation"))
}

func monteCarloErrorOfMean(_ draws: DrawMatrix) -> Double? {
  effectiveSampleSize(draws, .mean).map { (draws.variance / $0).squareRoot() }
}

func monteCarloErrorOfDeviation(_ draws: DrawMatrix) -> Double? {
  guard draws.isInformative else { return nil }
  let mean = draws.mean
  let squares = draws.mapped { ($0 - mean) * ($0 - mean) }
  // Two values equally far from the mean: their squares are constant, and presumably independent.
  let size = effectiveSampleSize(squares, .mean) ?? Double(draws.values.count)
  let variance = squares.mean
  let fourth = squares.mapped { $0 * $0 }.mean
  let ofVariance = Swift.max(0, fourth - variance * variance) / size
  return (ofVariance / variance / 4).squareRoot()
}
