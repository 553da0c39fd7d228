import Settings
import Tensor

/// A path from noise x₀ to data x₁, x_t = α(t) x₁ + σ(t) x₀ for t from 0 to 1.
///
/// A field that learns the mean of dx_t/dt given x_t transports the distribution of x₀ to that of
/// x₁ (Lipman et al. 2023, theorems 1 and 2; Liu, Gong and Liu 2023).
public enum ConditionalPath: String, Choice {
  /// (1 − t) x₀ + t x₁, with the velocity x₁ − x₀ (Liu, Gong and Liu 2023, equation 1; Lipman et al.
  /// 2023, equations 20 to 23 with σ_min = 0).
  case linear
  /// cos(½πt) x₀ + sin(½πt) x₁, which preserves the variance (Albergo and Vanden-Eijnden 2023).
  case trigonometric

  /// The state at times `t`, `[batch]`, of `[batch, …]`.
  public func state(from noise: Tensor, to data: Tensor, at t: Tensor) -> Tensor {
    let t = t.alongBatch(of: data)
    switch self {
    case .linear: return noise + t * (data - noise)
    case .trigonometric:
      let angle = (0.5 * Double.pi) * t
      return cos(angle) * noise + sin(angle) * data
    }
  }

  /// dx_t/dt.
  public func velocity(from noise: Tensor, to data: Tensor, at t: Tensor) -> Tensor {
    switch self {
    case .linear: return data - noise
    case .trigonometric:
      let angle = (0.5 * Double.pi) * t.alongBatch(of: data)
      return (0.5 * Double.pi) * (cos(angle) * data - sin(angle) * noise)
    }
  }
}

extension Tensor {
  /// One number for each example, `[batch]`, in a shape that broadcasts with the examples.
  func alongBatch(of examples: Tensor) -> Tensor {
    reshaped(to: [shape[0]] + Array(repeating: 1, count: examples.rank - 1))
  }
}
