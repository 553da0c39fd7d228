import Tensor

/// The family from which the expectation step of a mixture chooses q(z).
public enum AssignmentFamily: String, Sendable {
  /// Any probabilities: q is the exact posterior, and the divergence is 0.
  case soft
  /// One component for each row: classification EM (Celeux and Govaert 1992), whose bound is the
  /// joint likelihood of the data and the assignments.
  case hard
}

/// The posterior of a mixture's components: their probabilities for every row.
public struct MixturePosterior: Sendable {
  /// q(z = k) of each row, `[n, k]`.
  public let responsibilities: Tensor
  /// Σ w log p(x), in nats.
  public let logLikelihood: Double
  /// Σ w KL(q ‖ p(z | x)), in nats.
  public let divergence: Double
  /// The number of sweeps before.
  let iteration: Int

  /// The posterior from log p(x, z = k), `[n, k]`, and the rows' weights.
  init(
    logJoint: Tensor, weights: Tensor?, family: AssignmentFamily = .soft,
    after previous: MixturePosterior?
  ) {
    let logDensities = logJoint.logSumExp(along: 1)
    logLikelihood = (weights.map { $0 * logDensities } ?? logDensities).sum().scalar
    iteration = previous.map { $0.iteration + 1 } ?? 0
    switch family {
    case .soft:
      responsibilities = exp(logJoint - logDensities.expanded(at: 1))
      divergence = 0
    case .hard:
      let (largest, components) = (logJoint.max(along: 1), logJoint.argmax(along: 1))
      responsibilities = .oneHot(components, count: logJoint.shape[1], dtype: .float64)
      let gaps = logDensities - largest
      divergence = (weights.map { $0 * gaps } ?? gaps).sum().scalar
    }
  }

  /// The exact posterior from the probabilities `[n, k]`, log p(x) `[n]` and the rows' weights.
  init(
    responsibilities: Tensor, logDensities: Tensor, weights: Tensor?,
    after previous: MixturePosterior?
  ) {
    self.responsibilities = responsibilities
    logLikelihood = (weights.map { $0 * logDensities } ?? logDensities).sum().scalar
    divergence = 0
    iteration = previous.map { $0.iteration + 1 } ?? 0
  }

  /// The bound that this posterior gives.
  func bound(logPrior: Double = 0) -> EvidenceBound {
    EvidenceBound(logEvidence: logLikelihood, divergence: divergence, logPrior: logPrior)
  }
}

extension EvidenceBound {
  /// The bound that any probabilities q `[n, k]` of the components give, with log p(x, z = k), `[n,
  /// k]`.
  init(responsibilities q: Tensor, logJoint: Tensor, logPrior: Double = 0) {
    precondition(
      q.shape == logJoint.shape,
      "EvidenceBound: expected responsibilities \(logJoint.shape), found \(q.shape)")
    let logDensities = logJoint.logSumExp(along: 1, keepingDimensions: true)
    // A component of probability 0 adds nothing, however unlikely the model finds it.
    let there = q .> 0
    let ratios = select(there, logJoint - logDensities, Tensor.zeros(q.shape, dtype: q.dtype))
    let divergence = (xlogy(q, q) - q * ratios).sum().scalar
    self.init(
      logEvidence: logDensities.sum().scalar, divergence: divergence, logPrior: logPrior)
  }
}
