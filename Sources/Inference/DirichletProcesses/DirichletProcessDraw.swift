import Tensor

/// Weighted points: a draw from a truncated Dirichlet process or its finite approximation.
public struct DirichletProcessDraw: Sendable {
  /// The points, `[count, d]`.
  public let atoms: Tensor
  /// Their weights, `[count]`, which sum to 1 minus ``remainder``.
  public let weights: Tensor
  /// The mass of the omitted sticks; 0 if the last atom took it.
  public let remainder: Double

  /// Creates a measure.
  public init(atoms: Tensor, weights: Tensor, remainder: Double = 0) {
    precondition(
      atoms.rank == 2 && weights.shape == [atoms.shape[0]],
      "DirichletProcessDraw: expected atoms [count, d] and weights [count], found \(atoms.shape) and"
        + " \(weights.shape)")
    (self.atoms, self.weights, self.remainder) = (atoms, weights, remainder)
  }

  /// Σ_k C_k f(θ_k), without the remainder.
  ///
  /// - Parameter function: A function from atoms `[count, d]` to numbers `[count]`.
  public func expectation(of function: (Tensor) -> Tensor) -> Double {
    (weights * function(atoms)).sum().scalar
  }

  /// Draws independent points according to the weights, `[count, d]`.
  public func sample(_ count: Int, using random: Random) -> Tensor {
    let indices = random.categorical([count], logits: log(weights.converted(to: .float64)))
    return atoms.gatheredRows(at: indices.doubles.map { Int($0) })
  }
}
