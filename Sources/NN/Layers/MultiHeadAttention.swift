import Tensor

/// Multi-head self-attention: the positions of a sequence exchange information (Vaswani and others
/// 2017, section 3.2).
///
/// A dense layer computes queries, keys and values for each position, which are split into heads;
/// each head is softmax(Q Kᵀ / √d) V; another dense layer mixes the heads. In a causal layer,
/// positions see only themselves and earlier ones.
///
/// ```swift
/// let layer = MultiHeadAttention(128, heads: 4, isCausal: true, using: random)
/// let y = layer(x)                        // all places at once
/// var cache = AttentionCache()
/// let first = layer(x0, cache: &cache)    // the same, a few places after the other
/// let second = layer(x1, cache: &cache)
/// ```
///
/// - Input and output: `[batch, length, features]`.
/// - Parameters: 4 · features² + 4 · features.
public final class MultiHeadAttention: Layer {
  /// Computes queries, keys and values, in this order: `[features, 3 · features]`.
  public let projection: Dense
  /// Mixes the heads' outputs, `[features, features]`.
  public let output: Dense
  /// The number of heads.
  public let heads: Int
  /// Whether a position sees only itself and earlier ones.
  public let isCausal: Bool

  /// The two dense layers.
  public var members: Members { ["projection": projection, "output": output] }

  /// Creates a layer; the heads share the features evenly.
  public init(
    _ features: Int, heads: Int, isCausal: Bool = false, initializer: Initializer = .glorotUniform,
    using random: Random
  ) {
    precondition(
      features > 0 && heads > 0 && features % heads == 0,
      "MultiHeadAttention: expected features that split into the heads, found \(features) features"
        + " and \(heads) heads")
    projection = Dense(features, 3 * features, initializer: initializer, using: random)
    output = Dense(features, features, initializer: initializer, using: random)
    self.heads = heads
    self.isCausal = isCausal
  }

  /// The layer's output.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let parts = split(x)
    return merged(attention(parts[0], parts[1], parts[2], isCausal: isCausal))
  }

  /// The output for positions that follow those of earlier calls with this cache, which they also
  /// see.
  ///
  /// The layer must be causal: the cached values were computed without later positions.
  public func callAsFunction(_ x: Tensor, cache: inout AttentionCache) -> Tensor {
    precondition(isCausal, "\(call): expected a causal layer to continue from a cache")
    let parts = split(x)
    let (keys, values) = cache.append(keys: parts[1], values: parts[2])
    return merged(attention(parts[0], keys, values, isCausal: true))
  }

  /// Queries, keys and values, `[batch, heads, length, features / heads]` each.
  private func split(_ x: Tensor) -> [Tensor] {
    let features = output.weight.shape[0]
    precondition(
      x.rank == 3 && x.shape[2] == features,
      "\(call): expected an input of shape [batch, length, \(features)], found \(x.shape)")
    let (batch, length, size) = (x.shape[0], x.shape[1], features / heads)
    let parts = projection(x).reshaped(to: [batch, length, 3, heads, size])
      .permuted(to: [2, 0, 3, 1, 4])
    return (0..<3).map { parts.sliced($0..<$0 + 1).squeezed(at: 0) }
  }

  /// The heads' outputs `[batch, heads, length, size]`, concatenated and mixed.
  private func merged(_ y: Tensor) -> Tensor {
    let (batch, length) = (y.shape[0], y.shape[2])
    return output(
      y.permuted(to: [0, 2, 1, 3]).reshaped(to: [batch, length, output.weight.shape[0]]))
  }

  /// The code that creates the layer, with the number of parameters.
  public var description: String { "\(call)  // \(parameterCount) parameters" }

  /// The name of the layer in messages.
  private var call: String {
    "MultiHeadAttention(\(output.weight.shape[0]), heads: \(heads)"
      + (isCausal ? ", isCausal: true)" : ")")
  }
}

/// The keys and values of the positions that a causal attention layer has seen, so that a sequence
/// can be continued without recomputing them.
public struct AttentionCache: Sendable {
  /// Keys and values, `[batch, heads, length, features / heads]`, or none yet.
  private var seen: (keys: Tensor, values: Tensor)?

  /// The number of positions seen.
  public var length: Int { seen?.keys.shape[2] ?? 0 }

  /// Creates an empty cache.
  public init() {}

  /// Adds keys and values of further positions, and returns all.
  fileprivate mutating func append(
    keys: Tensor, values: Tensor
  ) -> (keys: Tensor, values: Tensor) {
    let all =
      seen.map {
        (
          keys: Tensor.concatenated([$0.keys, keys], along: 2),
          values: Tensor.concatenated([$0.values, values], along: 2)
        )
      } ?? (keys: keys, values: values)
    seen = all
    return all
  }
}
