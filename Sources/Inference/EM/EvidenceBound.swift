/// The lower bound of log p(x | θ) that an approximate posterior q gives, in nats, and its parts.
///
/// L(q, θ) = log p(x | θ) − KL(q ‖ p(z | x, θ)) (Neal and Hinton 1998, equation 7).
///
/// If q is the exact posterior, the divergence is 0 and the bound is the log-likelihood.
public struct EvidenceBound: Equatable, Sendable {
  /// L(q, θ).
  public let value: Double
  /// KL(q ‖ p(z | x, θ)), or nil if it is not known.
  public let divergence: Double?
  /// log p(θ), or 0 without a prior.
  public let logPrior: Double

  /// Creates the bound for a known evidence.
  public init(logEvidence: Double, divergence: Double = 0, logPrior: Double = 0) {
    value = logEvidence - divergence
    self.divergence = divergence
    self.logPrior = logPrior
  }

  /// Creates the bound for an unknown evidence.
  public init(value: Double, logPrior: Double = 0) {
    self.value = value
    divergence = nil
    self.logPrior = logPrior
  }

  /// log p(x | θ), if it is known.
  public var logEvidence: Double? { divergence.map { value + $0 } }

  /// The objective, which must not fall: the sum of the bound and the log-prior.
  public var objective: Double { value + logPrior }
}
