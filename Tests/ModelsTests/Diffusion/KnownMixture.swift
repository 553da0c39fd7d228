import Foundation
import Models
import Tensor

/// (N(−2, s²) + N(2, s²))/2, whose noisy scores and distribution function are known.
struct KnownMixture {
  /// s².
  var variance = 0.25

  /// The score of αx + σε: −(x − 2α tanh(2αx/τ))/τ with τ = α²s² + σ².
  func score(of state: Tensor, signal: Double, noise: Double) -> Tensor {
    let total = signal * signal * variance + noise * noise
    return ((2 * signal) * tanh((2 * signal / total) * state) - state) / total
  }

  /// The Kolmogorov–Smirnov distance of the sample's distribution function from the mixture's.
  func distance(of sample: Tensor) -> Double {
    let (sorted, count) = (sample.doubles.sorted(), Double(sample.count))
    return sorted.enumerated().map { index, value in
      func share(_ mean: Double) -> Double {
        0.5 + 0.5 * Foundation.erf((value - mean) / (2 * variance).squareRoot())
      }
      let expected = 0.5 * (share(-2) + share(2))
      return max(abs(expected - Double(index) / count), abs(expected - Double(index + 1) / count))
    }.max() ?? 1
  }
}
