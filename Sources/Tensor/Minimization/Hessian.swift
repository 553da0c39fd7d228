extension Tensor {
  /// Returns the second derivatives of a scalar function of a vector.
  ///
  /// Row i is the gradient of element i of the gradient: n passes over the function for n unknowns.
  ///
  /// - Parameters:
  ///   - point: The point, `[n]`.
  ///   - function: Computes a tensor of one element.
  /// - Returns: `[n, n]`, symmetric: the mean of the computed matrix and its transpose.
  public static func hessian(
    at point: Tensor, _ function: (Tensor) throws -> Tensor
  ) rethrows -> Tensor {
    precondition(
      point.rank == 1 && point.count > 0,
      "hessian: expected a vector of one element or more, found shape \(point.shape)")
    let point = stopGradient(point)
    let rows = try (0..<point.count).map { index in
      try gradient(at: point) { x in
        try gradient(at: x, function).sliced(index..<index + 1)
      }
    }
    let matrix = Tensor.stacked(rows)
    return 0.5 * (matrix + matrix.transposed())
  }
}
