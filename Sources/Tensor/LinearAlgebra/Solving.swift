// Equations, inverses and determinants, each by the factorisation that suits it.

extension Tensor {
  /// The solution X of A·X = B for square matrices A, by Gaussian elimination with partial
  /// pivoting.
  ///
  /// ```swift
  /// let a = Tensor([[0, 2], [1, 3]], dtype: .float64)
  /// try a.solve(Tensor([2, 4], dtype: .float64)).doubles   // [1, 1]
  /// ```
  ///
  /// To solve for several right-hand sides in turn, keep an ``LUFactor``; for symmetric positive
  /// definite matrices, a ``CholeskyFactor`` takes half the time.
  ///
  /// - Parameter b: `[n]` or `[n, m]`; leading axes as in
  ///   ``solveTriangular(_:_:transposed:unitDiagonal:)``.
  /// - Returns: X, of `b`'s shape.
  /// - Throws: ``LinearAlgebraError/singular(operation:pivot:index:)`` where a pivot is exactly zero;
  ///   ``LinearAlgebraError/notFinite(operation:index:)``.
  public func solve(_ b: Tensor) throws -> Tensor {
    try LUFactor(of: self, "solve").solve(b, "solve")
  }

  /// The inverses of square matrices, `[…, n, n]`, by Gaussian elimination with partial pivoting.
  ///
  /// To multiply by an inverse, ``solve(_:)`` is faster and loses fewer digits.
  ///
  /// - Throws: ``LinearAlgebraError/singular(operation:pivot:index:)`` where a pivot is exactly zero;
  ///   ``LinearAlgebraError/notFinite(operation:index:)``.
  public func inverse() throws -> Tensor {
    try LUFactor(of: self, "inverse").inverse("inverse")
  }

  /// The determinants of square matrices `[…, n, n]`, `[…]`: see ``LUFactor/determinant``.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(operation:index:)``.
  public func determinant() throws -> Tensor {
    try LUFactor(of: self, "determinant").determinant
  }

  /// The signs of the determinants of square matrices `[…, n, n]` and the logarithms of their absolute
  /// values, each `[…]`: see ``LUFactor/signAndLogDeterminant``.
  ///
  /// For matrices so large that the determinant itself would overflow or underflow.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(operation:index:)``.
  public func signAndLogDeterminant() throws -> (sign: Tensor, logDeterminant: Tensor) {
    try LUFactor(of: self, "signAndLogDeterminant").signAndLogDeterminant
  }

  /// The X that minimises |A·X − B|², for A `[…, m, n]` of full rank; if several do, the one with
  /// the least |X|².
  ///
  /// Computed by a ``QRFactor`` of A or, if m < n, of Aᵀ: with condition number c, the error grows
  /// as c, not as c² as with the normal equations.
  ///
  /// - Parameter b: `[m]` or `[m, k]`; leading axes as in
  ///   ``solveTriangular(_:_:transposed:unitDiagonal:)``.
  /// - Returns: X, `[n]` or `[n, k]`, with `b`'s leading axes.
  /// - Throws: ``LinearAlgebraError/rankDeficient(operation:rank:expected:index:)``, in which case
  ///   ``pseudoInverse(tolerance:)`` gives an answer;
  ///   ``LinearAlgebraError/notFinite(operation:index:)``.
  public func leastSquares(_ b: Tensor) throws -> Tensor {
    let name = "leastSquares"
    let stack = MatrixStack(self, name)
    let sides = RightHandSide(b, for: stack, dtype, size: stack.rows, name)
    let wide = converted(to: .float64)
    let factor = try QRFactor(of: stack.rows < stack.columns ? wide.transposed() : wide, name)
    try factor.requireFullRank(name)
    return sides.restored(
      stack.rows < stack.columns
        ? factor.leastNorm(sides.matrices) : factor.leastSquares(sides.matrices))
  }
}
