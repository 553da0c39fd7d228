import OptimalTransport
import Settings
import Tensor

/// How the noise of a batch is paired with its examples.
public enum BatchCoupling: String, Choice {
  /// Any noise with any example.
  case independent
  /// The pairing of least total squared distance in the batch: paths cross less, and fewer steps
  /// are needed along them (Tong et al., "Improving and generalizing flow-based generative models
  /// with minibatch optimal transport", 2024; Pooladian et al. 2023).
  case transport

  /// Reorders the noise so that each row is paired with its example.
  ///
  /// The examples stay in place, and so with their labels. If there is no least total, because an
  /// example is not finite, the noise stays in place too.
  ///
  /// - Parameters:
  ///   - noise: `[batch, features]`.
  ///   - data: `[batch, features]`.
  /// - Returns: The rows of the noise, reordered.
  public func pair(_ noise: Tensor, with data: Tensor) -> Tensor {
    switch self {
    case .independent: return noise
    case .transport:
      guard let pairing = try? Assignment(from: data, to: noise) else { return noise }
      return noise.gatheredRows(at: pairing.targets)
    }
  }
}
