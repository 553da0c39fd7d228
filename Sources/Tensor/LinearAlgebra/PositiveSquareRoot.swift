extension Tensor {
  /// The positive semidefinite square roots S of positive semidefinite matrices A, S·S = A,
  /// `[…, n, n]`.
  ///
  /// V·diag(√λ)·Vᵀ, by ``SymmetricEigendecomposition``. Eigenvalues that rounding left below zero
  /// count as zero. The gradient solves S·Ā + Ā·S = S̄, so it is also right at equal eigenvalues.
  /// At zero eigenvalues, where the square root has no derivative, the part of the gradient between
  /// two of them is 0.
  ///
  /// ```swift
  /// try Tensor([[5, 4], [4, 5]], dtype: .float64).positiveSquareRoot().doubles   // [2, 1, 1, 2]
  /// ```
  ///
  /// - Throws: ``LinearAlgebraError/notPositiveSemidefinite(operation:eigenvalue:index:)`` where an
  ///   eigenvalue is below zero by more than n · 1e-14 of the largest (n · 1e-6 in float32); and
  ///   the errors of ``SymmetricEigendecomposition``.
  public func positiveSquareRoot() throws -> Tensor {
    let name = "positiveSquareRoot"
    let stack = MatrixStack(square: self, name)
    let a = converted(to: .float64)
    let decomposition = try SymmetricEigendecomposition(
      of: a.untracked, name, tolerance: dtype == .float32 ? 1e-5 : 1e-10)
    let (values, vectors) = (decomposition.values, decomposition.vectors)
    try Self.requireNoNegative(values, stack, part: dtype == .float32 ? 1e-6 : 1e-14, name)
    let roots = sqrt(relu(values))
    let value = product(vectors * roots.expanded(at: -2), vectors, transposeRight: true)
    return value.tracked(from: a, operation: name) { s, ds in
      sylvesterSolution(s, ds)
    }.converted(to: dtype)
  }

  private static func requireNoNegative(
    _ values: Tensor, _ stack: MatrixStack, part: Double, _ name: String
  ) throws {
    let (n, numbers) = (stack.rows, values.doubles)
    if n == 0 { return }
    for matrix in 0..<stack.count {
      let (least, most) = (numbers[matrix * n], numbers[(matrix + 1) * n - 1])
      if least < -Double(n) * part * Swift.max(most, -least * 1e-3) {
        throw LinearAlgebraError.notPositiveSemidefinite(
          operation: name, eigenvalue: least, index: stack.index(of: matrix))
      }
    }
  }
}

/// The symmetric solution X of S X + X S = C, with C's symmetric part, for a positive semidefinite
/// S.
///
/// In the basis of S' eigenvectors xᵢⱼ = cᵢⱼ / (σᵢ + σⱼ). Its gradients have the same form: C̄ = W,
/// the solution for X̄ in place of C, and S̄ = −(W X + X W).
private func sylvesterSolution(_ s: Tensor, _ c: Tensor) -> Tensor {
  let (values, vectors) = symmetricPart(s.untracked).symmetricEigendecomposition()
  let inner = product(
    product(vectors, symmetricPart(c.untracked), transposeLeft: true), vectors)
  let sums = relu(values).expanded(at: -1) + relu(values).expanded(at: -2)
  let isPositive = sums .> 0
  let mixed = inner * isPositive / (sums * isPositive + (1 - isPositive))
  let value = symmetricPart(product(product(vectors, mixed), vectors, transposeRight: true))
  return value.tracked(
    from: (
      s,
      { x, dx in
        let w = sylvesterSolution(s, dx)
        return -(product(w, x) + product(x, w))
      }
    ), (c, { _, dx in sylvesterSolution(s, dx) }), operation: "sylvester")
}
