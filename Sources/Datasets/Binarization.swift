import Settings
import Tensor

/// How grey pixels are binarised before a model sees them.
///
/// The raw values are the words of a command line: `none`, `threshold`, `stochastic`.
public enum Binarization: String, Choice {
  /// Pixels stay grey, in [0, 1].
  case none
  /// A pixel is 1 if its grey value is above ½, and 0 otherwise.
  case threshold
  /// A pixel is 1 with its grey value as the probability, drawn anew each epoch (Salakhutdinov and
  /// Murray, "On the quantitative analysis of deep belief networks", 2008).
  case stochastic

  /// Returns images whose elements are 0 and 1, or `images` itself for ``none``.
  func callAsFunction(_ images: Tensor, using random: Random) -> Tensor {
    switch self {
    case .none: images
    case .threshold: images .> 0.5
    case .stochastic: random.bernoulli(probability: images)
    }
  }
}
