/// The two steps of expectation–maximisation for a model of data x with latent variables z.
///
/// Each step may be partial: an exact expectation step gives EM, one within a restricted family
/// gives variational EM, and a maximisation step that only raises the bound gives generalised EM
/// (Dempster, Laird and Rubin 1977; Neal and Hinton 1998).
public protocol LatentVariableModel<Parameters, Posterior> {
  /// θ.
  associatedtype Parameters
  /// q(z), or the part of it that the maximisation step needs.
  associatedtype Posterior

  /// The expectation step: the q that maximises, or at least raises, the bound at these parameters.
  ///
  /// - Parameters:
  ///   - parameters: The current parameters θ.
  ///   - previous: The q of the last sweep; nil in the first.
  func posterior(at parameters: Parameters, from previous: Posterior?) throws -> Posterior

  /// L(q, θ), together with log p(θ) if there is a prior.
  func bound(of posterior: Posterior, at parameters: Parameters) throws -> EvidenceBound

  /// The maximisation step: the parameters that maximise, or at least raise, the bound given this
  /// q.
  ///
  /// - Parameters:
  ///   - posterior: The q of the expectation step.
  ///   - previous: The parameters so far.
  func parameters(
    maximizing posterior: Posterior, from previous: Parameters
  ) throws -> Parameters
}
