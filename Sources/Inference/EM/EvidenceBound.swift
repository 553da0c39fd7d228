/// The lower bound of log p(x | θ) by an approximate posterior q, in nats, and its parts.
///
/// L(q, θ) = log p(x | θ) − KL(q ‖ p(z | x, θ)) (Neal and Hinton 1998, equation 7).
///
/// Where the posterior is exact, the divergence is 0 and the bound is the log-likelihood.
public struct EvidenceBound: Equatable, Sendable {
  /// L(q, θ).
  public let value: Double
  /// KL(q ‖ p(z | x, θ)), or nil where nobody can compute it.
  public let divergence: Double?
  /// log p(θ), 0 without a prior.
  public let logPrior: Double

  /// Creates the bound of a known evidence.
  public init(logEvidence: Double, divergence: Double = 0, logPrior: Double = 0) {
    value = logEvidence - divergence
    self.divergence = divergence
    self.logPrior = logPrior
  }

  /// Creates a bound of an evidence that is not known.
  public init(value: Double, logPrior: Double = 0) {
    self.value = value
    divergence = nil
    self.logPrior = logPrior
  }

  /// log p(x | θ), where it is known.
  public var logEvidence: Double? { divergence.map { value + $0 } }

  /// What must not fall: the bound and the log-prior.
  public var objective: Double { value + logPrior }
}
