import NN
import Tensor

/// A block of a causal transformer: x + attention(norm x), then x + dense(gelu(dense(norm x)))
/// (Vaswani and others, "Attention is all you need", 2017; with pre-normalisation as in Xiong and
/// others 2020).
///
/// - Input and output: `[batch, length, features]`.
public final class TransformerBlock: Layer {
  private let attentionNorm: LayerNorm
  private let attention: MultiHeadAttention
  private let perceptronNorm: LayerNorm
  private let perceptron: Sequential

  /// The two halves.
  public var members: Members {
    [
      "attentionNorm": attentionNorm, "attention": attention, "perceptronNorm": perceptronNorm,
      "perceptron": perceptron,
    ]
  }

  /// Creates a block; its initial weights are drawn from N(0, 0.02²).
  public init(_ features: Int, heads: Int, using random: Random) {
    let small = Initializer.normal(standardDeviation: 0.02)
    attentionNorm = LayerNorm(features)
    attention = MultiHeadAttention(
      features, heads: heads, isCausal: true, initializer: small, using: random)
    perceptronNorm = LayerNorm(features)
    perceptron = Sequential {
      Dense(features, 4 * features, initializer: small, using: random)
      GELU()
      Dense(4 * features, features, initializer: small, using: random)
    }
  }

  /// The output for all positions of a sequence.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = x + attention(attentionNorm(x))
    return y + perceptron(perceptronNorm(y))
  }

  /// The output for positions that follow those of earlier calls with this cache.
  public func callAsFunction(_ x: Tensor, cache: inout AttentionCache) -> Tensor {
    let y = x + attention(attentionNorm(x), cache: &cache)
    return y + perceptron(perceptronNorm(y))
  }

  /// A description of the layers.
  public var description: String {
    "TransformerBlock {  // \(parameterCount) parameters\n  \(attention)\n}"
  }
}
