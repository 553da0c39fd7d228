/// A method that finds a minimum of a function of a vector.
public protocol VectorMinimizer {
  /// Returns the minimum found from a starting point, and why the search ended there.
  ///
  /// - Parameters:
  ///   - start: float64 `[n]`.
  ///   - function: A differentiable function of such a vector, with a result of one element.
  func minimum(from start: Tensor, of function: (Tensor) throws -> Tensor) rethrows -> Minimum
}
