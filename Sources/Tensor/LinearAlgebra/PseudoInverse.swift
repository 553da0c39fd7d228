extension Tensor {
  /// The Moore–Penrose inverses A⁺ of matrices `[…, m, n]`, `[…, n, m]`, by singular values.
  ///
  /// A⁺·b is the shortest x that minimises |A·x − b|. The gradient assumes that the rank does not
  /// change (Golub and Pereyra 1973): with P = A⁺,
  /// Ā = −Pᵀ P̄ Pᵀ + (1 − A P) P̄ᵀ P Pᵀ + PᵀP P̄ᵀ (1 − P A). It requires no gaps between singular
  /// values.
  ///
  /// - Parameter tolerance: Singular values up to this fraction of the largest count as zero; by
  ///   default max(m, n) · 2⁻⁵², and max(m, n) · 2⁻²³ for float32 matrices.
  /// - Throws: ``LinearAlgebraError/notFinite(operation:index:)``;
  ///   ``LinearAlgebraError/notConverged(operation:code:index:)``.
  public func pseudoInverse(tolerance: Double? = nil) throws -> Tensor {
    let name = "pseudoInverse"
    let stack = MatrixStack(self, name)
    precondition(
      tolerance.map { $0 >= 0 } ?? true,
      "\(name): expected a tolerance of 0 or more, found \(tolerance ?? .nan)")
    let unit = dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
    let part = tolerance ?? Double(Swift.max(stack.rows, stack.columns)) * unit
    let a = converted(to: .float64)
    let decomposition = try SingularValueDecomposition(of: a.untracked, name)
    let value = Self.pseudoInverse(decomposition, tolerance: part)
    return value.tracked(from: a, operation: name) { p, dp in
      let left = product(p, dp, transposeLeft: true)
      let first = product(left, p, transposeRight: true)
      // P̄ᵀ P Pᵀ and Pᵀ P P̄ᵀ.
      let second = product(product(dp, p, transposeLeft: true), p, transposeRight: true)
      let third = product(product(p, p, transposeLeft: true), dp, transposeRight: true)
      let secondPart = second - product(a, product(p, second))
      let thirdPart = third - product(product(third, p), a)
      return secondPart + thirdPart - first
    }.converted(to: dtype)
  }

  /// V diag(1 / s) Uᵀ, leaving out the values that count as zero.
  private static func pseudoInverse(
    _ decomposition: SingularValueDecomposition, tolerance: Double
  ) -> Tensor {
    let (u, s, v) = (decomposition.left, decomposition.values, decomposition.right)
    if s.count == 0 { return product(v, u, transposeRight: true) }
    let isKept = s .> s.max(along: -1, keepingDimensions: true) * tolerance
    let reciprocals = isKept / (s * isKept + (1 - isKept))
    return product(v * reciprocals.expanded(at: -2), u, transposeRight: true)
  }
}
