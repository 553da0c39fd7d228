import OptimalTransport
import Settings
import Tensor

/// Which noise of a batch belongs to which example.
public enum BatchCoupling: String, Choice {
  /// Any to any.
  case independent
  /// That of the least sum of squared distances in the batch: paths cross less, and fewer steps lead
  /// along them (Tong et al., "Improving and generalizing flow-based generative models with minibatch
  /// optimal transport", 2024; Pooladian et al. 2023).
  case transport

  /// The noise, each row beside its example.
  ///
  /// The examples stay where they are, and so beside their labels. Where there is no least sum, as an
  /// example is not finite, the noise stays as it is too.
  ///
  /// - Parameters:
  ///   - noise: `[batch, features]`.
  ///   - data: `[batch, features]`.
  /// - Returns: The rows of the noise, in another order.
  public func pair(_ noise: Tensor, with data: Tensor) -> Tensor {
    switch self {
    case .independent: return noise
    case .transport:
      guard let pairing = try? Assignment(from: data, to: noise) else { return noise }
      return noise.gatheredRows(at: pairing.targets)
    }
  }
}
