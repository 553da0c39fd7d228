import Tensor

/// sin and cos of a time at frequencies from 1 down to 1 / `longestPeriod` (Vaswani and others
/// 2017, section 3.5; Ho, Jain and Abbeel 2020): sin(t · P^(−k/h)) for k < h, then the cosines,
/// where h is half the count and P the longest period.
///
/// - Parameters:
///   - times: `[batch]`.
///   - count: The number of features, even.
///   - longestPeriod: P.
/// - Returns: `[batch, count]`.
public func sinusoidalFeatures(
  of times: Tensor, count: Int, longestPeriod: Double = 10_000
) -> Tensor {
  precondition(
    times.rank == 1 && count > 0 && count % 2 == 0 && longestPeriod > 0,
    "sinusoidalFeatures: expected times [batch] and an even number of features, found"
      + " \(times.shape) and \(count)")
  let half = count / 2
  let places = Tensor.range(0..<half, dtype: times.dtype)
  let frequencies = pow(Tensor(longestPeriod, dtype: times.dtype), -places / Double(half))
  let angles = times.expanded(at: 1) * frequencies.expanded(at: 0)
  return Tensor.concatenated([sin(angles), cos(angles)], along: 1)
}

/// A vector for a time: sines and cosines, passed through two dense layers with ``SiLU`` between
/// them (Ho, Jain and Abbeel 2020).
///
/// - Input: times, `[batch]`. Output: `[batch, size]`.
/// - Parameters: features · size + size² + 2 · size.
public final class TimeEmbedding: Layer {
  /// The number of sines and cosines.
  public let features: Int
  /// The dense layers.
  public let network: Sequential

  /// The dense layers.
  public var members: Members { ["network": network] }

  /// Creates an embedding; the number of features must be even.
  public init(features: Int, _ size: Int, using random: Random) {
    precondition(
      features > 0 && features % 2 == 0,
      "TimeEmbedding: expected an even number of features, found \(features)")
    self.features = features
    network = Sequential {
      Dense(features, size, using: random)
      SiLU()
      Dense(size, size, using: random)
    }
  }

  /// The vectors of these times.
  public func callAsFunction(_ times: Tensor) -> Tensor {
    network(sinusoidalFeatures(of: times, count: features))
  }

  /// The code that creates the embedding, with the number of parameters.
  public var description: String {
    "TimeEmbedding(features: \(features))  // \(parameterCount) parameters\n\(network)"
  }
}
