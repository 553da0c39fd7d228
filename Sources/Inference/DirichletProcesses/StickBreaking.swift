import Tensor

/// The sticks of a Dirichlet process: C_k = V_k Π_{j<k} (1 − V_j) with independent V_k ~ Beta(1, α)
/// (Sethuraman 1994).
///
/// ```swift
/// StickBreaking.weights(ofFractions: Tensor([0.2, 0.5, 0.9])).scalars   // 0.2, 0.4, 0.36
/// ```
public struct StickBreaking: Sendable {
  /// The concentration α, above 0; a larger one makes the sticks shorter.
  public let concentration: Double

  /// Creates sticks with a given concentration.
  public init(concentration: Double) {
    precondition(
      concentration > 0 && concentration < .infinity,
      "StickBreaking: expected a concentration above 0, found \(concentration)")
    self.concentration = concentration
  }

  /// Draws the first sticks.
  ///
  /// - Parameters:
  ///   - shape: The shape of the array of sequences to draw.
  ///   - count: The number of sticks in each sequence.
  ///   - random: The stream of random numbers.
  /// - Returns: The sticks, float64 `shape + [count]`, and what they leave of 1, `shape`.
  public func sample(
    _ shape: [Int] = [], count: Int, using random: Random
  ) -> (weights: Tensor, remainder: Tensor) {
    let fractions = random.beta(shape + [count], 1, concentration, dtype: .float64)
    return (Self.weights(ofFractions: fractions), Self.remainder(ofFractions: fractions))
  }

  /// The expected sticks, E[C_k] = α^(k−1) / (1 + α)^k, float64 `[count]`.
  public func expectedWeights(count: Int) -> Tensor {
    let ratio = concentration / (1 + concentration)
    var (weight, weights) = (1 / (1 + concentration), [Double]())
    for _ in 0..<count {
      weights.append(weight)
      weight *= ratio
    }
    return Tensor(weights, shape: [count], dtype: .float64)
  }

  /// The number K of sticks whose expected remainder (α / (1 + α))^K is at most `remainder`.
  public func count(leaving remainder: Double) -> Int {
    precondition(
      remainder > 0 && remainder <= 1,
      "StickBreaking: expected a remainder above 0 and at most 1, found \(remainder)")
    let logRatio = -log1p(Tensor(1 / concentration, dtype: .float64)).scalar
    let count = log(Tensor(remainder, dtype: .float64)).scalar / logRatio
    return Int((count - 1e-9).rounded(.up))
  }

  /// The sticks C_k = V_k Π_{j<k} (1 − V_j) from the broken-off fractions V, with gradients.
  ///
  /// - Parameter fractions: In 0 … 1, `[…, count]`.
  /// - Returns: The sticks, in the shape of the fractions; each row sums to 1 minus its remainder.
  public static func weights(ofFractions fractions: Tensor) -> Tensor {
    fractions * (1 - fractions).cumulativeProduct(exclusive: true)
  }

  /// The remainder after all sticks, Π (1 − V_j), `[…]`, with gradients.
  public static func remainder(ofFractions fractions: Tensor) -> Tensor {
    let count = fractions.shape.last ?? 0
    let left = (1 - fractions).cumulativeProduct()
    return count == 0
      ? .ones(Array(fractions.shape.dropLast()), dtype: fractions.dtype)
      : left.sliced(count - 1..<count, along: -1).squeezed(at: -1)
  }

  /// The fractions V that produce these sticks, V_k = C_k / (1 − Σ_{j<k} C_j); 0 where nothing is
  /// left.
  public static func fractions(ofWeights weights: Tensor) -> Tensor {
    let left = 1 - weights.cumulativeSum(exclusive: true)
    let isSome = left .> 0.0
    let (zero, one) = (Tensor(0, dtype: weights.dtype), Tensor(1, dtype: weights.dtype))
    return select(isSome, weights, zero) / select(isSome, left, one)
  }
}
