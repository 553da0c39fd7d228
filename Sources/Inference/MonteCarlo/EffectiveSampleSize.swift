import Glibc
import Tensor

/// The purpose of an effective sample size.
public enum SampleSizeKind: Sendable, CaseIterable {
  /// The mean of the draws themselves.
  case mean
  /// The bulk of the distribution: the mean of the rank-normalised draws.
  case bulk
  /// The tails: the smaller of the sizes for the 5 % and 95 % quantiles.
  case tail
}

/// The effective sample size of chains with a common stationary law: the number of independent
/// draws with the same precision (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, section 3).
///
/// Chains are split in half. Autocorrelations are combined over chains and summed until the sums of
/// neighbouring pairs, made monotone, turn negative (Geyer 1992). The time is quadratic in the
/// number of draws only if chains hardly mix, since lags beyond the cut are not computed.
///
/// - Parameters:
///   - draws: `[chains, draws]`, or `[draws]` for a single chain. With an odd number of draws, the
///     middle one is left out.
///   - kind: The purpose of the size.
/// - Returns: `nil` if the size is undefined: with fewer than four draws per chain, or with draws
///   that are not finite or all equal.
public func effectiveSampleSize(
  _ draws: Tensor, _ kind: SampleSizeKind = .bulk
) -> Double? {
  effectiveSampleSize(DrawMatrix(draws, "effectiveSampleSize"), kind)
}

func effectiveSampleSize(_ draws: DrawMatrix, _ kind: SampleSizeKind) -> Double? {
  guard draws.isInformative else { return nil }
  switch kind {
  case .mean: return autocorrelationSampleSize(draws.split)
  case .bulk: return autocorrelationSampleSize(draws.split.rankNormalized)
  case .tail:
    let sizes = [0.05, 0.95].map { probability in
      let quantile = draws.quantile(probability)
      return autocorrelationSampleSize(draws.mapped { $0 <= quantile ? 1 : 0 }.split)
    }
    return sizes.min()
  }
}

/// The autocovariances of chains, averaged over them, each lag computed on demand.
struct Autocovariance {
  private let chains: Int
  private let draws: Int
  private let centred: [Double]

  init(_ matrix: DrawMatrix) {
    (chains, draws) = (matrix.chains, matrix.draws)
    let means = matrix.chainMeans
    var centred = matrix.values
    for chain in 0..<chains {
      for draw in chain * draws..<(chain + 1) * draws { centred[draw] -= means[chain] }
    }
    self.centred = centred
  }

  /// Σ (xᵢ − x̄)(xᵢ₊ₗ − x̄) / n, the mean over the chains.
  subscript(lag: Int) -> Double {
    var total = 0.0
    centred.withUnsafeBufferPointer { x in
      for chain in 0..<chains {
        let (begin, end) = (chain * draws, (chain + 1) * draws - lag)
        var sum = 0.0
        for place in begin..<max(begin, end) { sum += x[place] * x[place + lag] }
        total += sum
      }
    }
    return total / Double(draws * chains)
  }
}

/// The number of draws divided by their autocorrelation time, for chains that are already split.
///
/// Vehtari et al. 2021, equations 9 to 13.
private func autocorrelationSampleSize(_ draws: DrawMatrix) -> Double {
  let (count, length) = (Double(draws.values.count), Double(draws.draws))
  guard draws.draws >= 2, let first = draws.values.first,
    draws.values.contains(where: { $0 != first })
  else { return count }
  let covariance = Autocovariance(draws)
  let within = covariance[0] * length / (length - 1)
  var total = covariance[0]
  if draws.chains > 1 { total += sampleVariance(draws.chainMeans) }
  let pairs = initialPositivePairs(upTo: draws.draws) { lag in
    1 - (within - covariance[lag]) / total
  }
  let time = Swift.max(autocorrelationTime(pairs), 1 / log10(count))
  return count / time
}

/// The autocorrelations at lags 0, 1, 2, … as long as the sums of pairs (2t, 2t + 1) are positive
/// (Geyer 1992, "initial positive sequence"), and the even one after them if it is positive.
private func initialPositivePairs(
  upTo length: Int, _ correlation: (Int) -> Double
) -> (correlations: [Double], next: Double) {
  var kept = [1, length > 1 ? correlation(1) : 0]
  var (even, odd, lag) = (kept[0], kept[1], 1)
  while lag < length - 3 && even + odd > 0 {
    (even, odd) = (correlation(lag + 1), correlation(lag + 2))
    if even + odd >= 0 { kept += [even, odd] }
    lag += 2
  }
  // The last pair contributes only its even part.
  let count = lag - 1
  let next = even > 0 ? even : (count < kept.count ? kept[count] : 0)
  return (Array(kept.prefix(count)), next)
}

/// −1 + 2 Σ ρ, with the pairs made monotone (Geyer 1992, "initial monotone sequence").
private func autocorrelationTime(_ pairs: (correlations: [Double], next: Double)) -> Double {
  var rho = pairs.correlations
  var lag = 1
  while lag + 2 < rho.count {
    let earlier = rho[lag - 1] + rho[lag]
    if rho[lag + 1] + rho[lag + 2] > earlier {
      rho[lag + 1] = earlier / 2
      rho[lag + 2] = rho[lag + 1]
    }
    lag += 2
  }
  return -1 + 2 * rho.reduce(0, +) + pairs.next
}
