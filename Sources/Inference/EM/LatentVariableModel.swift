/// The two steps of expectation–maximisation for a model of data x with latent variables z.
///
/// Each step may be partial. An expectation step that is exact gives EM; one within a restricted family
/// gives variational EM; a maximisation step that only raises the bound gives generalised EM (Dempster,
/// Laird and Rubin 1977; Neal and Hinton 1998).
public protocol LatentVariableModel<Parameters, Posterior> {
  /// θ.
  associatedtype Parameters
  /// q(z), or as much of it as the maximisation needs.
  associatedtype Posterior

  /// The expectation step: the q that maximises the bound at these parameters, or raises it.
  ///
  /// - Parameters:
  ///   - parameters: The current parameters θ.
  ///   - previous: The last sweep's q; nil in the first.
  func posterior(at parameters: Parameters, from previous: Posterior?) throws -> Posterior

  /// L(q, θ), with log p(θ) where there is a prior.
  func bound(of posterior: Posterior, at parameters: Parameters) throws -> EvidenceBound

  /// The maximisation step: the parameters that maximise the bound with this q, or raise it.
  ///
  /// - Parameters:
  ///   - posterior: The q of the expectation step.
  ///   - previous: The parameters so far.
  func parameters(
    maximizing posterior: Posterior, from previous: Parameters
  ) throws -> Parameters
}
