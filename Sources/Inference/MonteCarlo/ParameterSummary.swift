import Tensor

/// A summary of one quantity over all chains: its posterior mean and deviation, and how reliable
/// they are.
public struct ParameterSummary: Sendable, Equatable, CustomStringConvertible {
  /// The quantity's name.
  public let name: String
  /// The mean of all draws.
  public let mean: Double
  /// The standard deviation of all draws.
  public let deviation: Double
  /// The 5 %, 50 % and 95 % quantiles.
  public let quantiles: [Double]
  /// The rank-normalised split R̂; `nil` if it is undefined.
  public let rHat: Double?
  /// The effective sample size for the mean of ranks.
  public let bulkSampleSize: Double?
  /// The effective sample size for the 5 % and 95 % quantiles.
  public let tailSampleSize: Double?
  /// The Monte Carlo standard error of the mean.
  public let errorOfMean: Double?
  /// The Monte Carlo standard error of the deviation.
  public let errorOfDeviation: Double?

  /// Summarises draws.
  ///
  /// - Parameters:
  ///   - name: The parameter's name.
  ///   - draws: `[chains, draws]`.
  public init(_ name: String, _ draws: Tensor) {
    let matrix = DrawMatrix(draws, "ParameterSummary")
    precondition(
      matrix.values.count > 0, "ParameterSummary: expected at least one draw, found none")
    self.name = name
    mean = matrix.mean
    deviation = matrix.values.count > 1 ? matrix.variance.squareRoot() : 0
    let isFinite = matrix.values.allSatisfy(\.isFinite)
    quantiles = [0.05, 0.5, 0.95].map { isFinite ? matrix.quantile($0) : .nan }
    rHat = rankNormalizedRHat(matrix)
    bulkSampleSize = effectiveSampleSize(matrix, .bulk)
    tailSampleSize = effectiveSampleSize(matrix, .tail)
    errorOfMean = monteCarloErrorOfMean(matrix)
    errorOfDeviation = monteCarloErrorOfDeviation(matrix)
  }

  /// The reasons, in words, not to trust the draws; `nil` if there are none.
  ///
  /// - Parameter chains: The number of chains: at least 100 effective draws are expected per chain
  ///   (Vehtari et al. 2021).
  public func warning(chains: Int) -> String? {
    guard let rHat, let bulkSampleSize, let tailSampleSize else {
      return "\(name): the draws are constant, not finite or too few: no effective sample size"
    }
    var faults: [String] = []
    if rHat > 1.01 { faults.append("R̂ is \(rounded(rHat, 3)), expected at most 1.01") }
    let needed = Double(100 * chains)
    for (kind, size) in [("bulk", bulkSampleSize), ("tail", tailSampleSize)] where size < needed {
      faults.append(
        "the effective sample size of the \(kind) is \(rounded(size, 0)), expected \(Int(needed)) or"
          + " more")
    }
    return faults.isEmpty ? nil : "\(name): " + faults.joined(separator: "; ")
  }

  /// The summary on one line.
  public var description: String {
    func text(_ value: Double?, _ places: Int) -> String {
      value.map { rounded($0, places) } ?? "none"
    }
    return
      "\(name): mean \(mean), deviation \(deviation), R̂ \(text(rHat, 3)), effective sample size"
      + " \(text(bulkSampleSize, 0)) (bulk), \(text(tailSampleSize, 0)) (tail)"
  }
}

/// A number with a given number of decimal places.
func rounded(_ value: Double, _ places: Int) -> String {
  let scale = (0..<places).reduce(1.0) { product, _ in 10 * product }
  let scaled = (value * scale).rounded()
  guard Swift.abs(scaled) < 0x1p53 else { return "\(value)" }
  return places == 0 ? "\(Int(scaled))" : "\(scaled / scale)"
}
