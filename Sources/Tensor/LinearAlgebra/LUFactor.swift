import CKernels

/// The LU factors of a square matrix, P·A = L·U, with partial pivoting, or of each matrix of a
/// stack.
///
/// ```swift
/// let factor = try LUFactor(of: Tensor([[0, 2], [1, 3]], dtype: .float64))
/// try factor.solve(Tensor([2, 4], dtype: .float64)).doubles   // [1, 1]
/// factor.determinant.scalar                                   // −2
/// ```
///
/// Its results propagate gradients of any order to the matrix. The factors themselves have none:
/// they jump where the pivoting changes. Everything is computed in float64, on all threads.
public struct LUFactor: Sendable {
  private let matrix: Tensor
  private let factors: LUBlocks
  private let dtype: DType

  /// Factors a matrix `[n, n]` or a stack `[…, n, n]`, in ⅔ n³ operations.
  ///
  /// A singular matrix also has factors and a determinant.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(operation:index:)``.
  public init(of matrix: Tensor) throws {
    try self.init(of: matrix, "LUFactor")
  }

  init(of matrix: Tensor, _ operation: String) throws {
    let stack = MatrixStack(square: matrix, operation)
    if let index = stack.firstNotFinite(in: matrix) {
      throw LinearAlgebraError.notFinite(operation: operation, index: index)
    }
    dtype = matrix.dtype
    self.matrix = matrix.converted(to: .float64)
    factors = LUBlocks(self.matrix, stack)
  }

  /// L, `[…, n, n]`, with ones on its diagonal; a constant.
  public var lower: Tensor {
    let n = factors.stack.rows
    let strict = factors.packed.lowerTriangle(diagonal: -1)
    return (strict + .identity(n, dtype: .float64)).converted(to: dtype)
  }

  /// U, `[…, n, n]`; a constant.
  public var upper: Tensor { factors.packed.upperTriangle().converted(to: dtype) }

  /// For each i, the row of the matrix that became row i, n numbers for each matrix of the stack.
  public var permutations: [[Int]] { (0..<factors.stack.count).map(factors.permutation) }

  /// The index along the leading axes of the first singular matrix; nil if all have an inverse.
  public var firstSingular: [Int]? {
    factors.firstZeroPivot.map { factors.stack.index(of: $0.matrix) }
  }

  /// The solution X of A·X = B, or of Aᵀ·X = B.
  ///
  /// - Parameters:
  ///   - b: `[n]` or `[n, m]`; leading axes as in
  ///     ``Tensor/solveTriangular(_:_:transposed:unitDiagonal:)``.
  ///   - transposed: Whether to solve with Aᵀ instead of A.
  /// - Returns: X, of `b`'s shape.
  /// - Throws: ``LinearAlgebraError/singular(operation:pivot:index:)`` where a pivot is exactly
  ///   zero. A matrix that is singular up to rounding is not detected; its solution is large.
  public func solve(_ b: Tensor, transposed: Bool = false) throws -> Tensor {
    try solve(b, transposed: transposed, "LUFactor.solve")
  }

  func solve(_ b: Tensor, transposed: Bool = false, _ operation: String) throws -> Tensor {
    let stack = factors.stack
    let sides = RightHandSide(b, for: stack, dtype, size: stack.rows, operation)
    try requirePivots(operation)
    return sides.restored(solution(sides.matrices, transposed: transposed))
  }

  /// The inverse A⁻¹, `[…, n, n]`.
  ///
  /// - Throws: ``LinearAlgebraError/singular(operation:pivot:index:)``.
  public func inverse() throws -> Tensor { try inverse("LUFactor.inverse") }

  /// A⁻¹ = X: Ā = −Xᵀ X̄ Xᵀ (Giles 2008, section 2.2.3).
  func inverse(_ operation: String) throws -> Tensor {
    try requirePivots(operation)
    let value = factors.solution(identity, transposed: false)
    return value.tracked(from: matrix, operation: "inverse") { x, dx in
      -product(product(x, dx, transposeLeft: true), x, transposeRight: true)
    }.converted(to: dtype)
  }

  /// The determinants, `[…]`; 1 for an empty matrix.
  ///
  /// The product of the pivots, with their exponents summed separately, so that it overflows only
  /// if the determinant does. The gradient is the matrix of cofactors, det A · A⁻ᵀ; at a singular
  /// matrix, which has no inverse, it is computed from the determinants of the minors, in n⁵
  /// operations.
  public var determinant: Tensor {
    let isSingular = factors.firstZeroPivot != nil
    return factors.determinants.tracked(from: matrix) { [matrix] y, dy in
      let scale = dy.expanded(at: -1).expanded(at: -1)
      if isSingular { return scale * cofactors(of: matrix) }
      return scale * y.expanded(at: -1).expanded(at: -1) * inverseTransposed
    }.converted(to: dtype)
  }

  /// The determinants' signs, −1, 0 or 1, and the logarithms of their absolute values, each `[…]`.
  ///
  /// For a singular matrix they are 0 and −∞, and the gradient is not finite.
  public var signAndLogDeterminant: (sign: Tensor, logDeterminant: Tensor) {
    let (sign, logarithm) = factors.signsAndLogarithms
    let tracked = logarithm.tracked(from: matrix, operation: "logDeterminant") { _, dy in
      dy.expanded(at: -1).expanded(at: -1) * inverseTransposed
    }
    return (sign.converted(to: dtype), tracked.converted(to: dtype))
  }

  /// log |det A|, `[…]`.
  public var logDeterminant: Tensor { signAndLogDeterminant.logDeterminant }

  private var identity: Tensor {
    Tensor.identity(factors.stack.rows, dtype: .float64).broadcast(to: matrix.shape)
  }

  private var inverseTransposed: Tensor { solution(identity, transposed: true) }

  /// The solution X of op(A) X = B; with W = op(A)⁻ᵀ X̄, B̄ = W, and Ā = −W Xᵀ, or its transpose.
  private func solution(_ b: Tensor, transposed: Bool) -> Tensor {
    factors.solution(b.untracked, transposed: transposed).tracked(
      from: (
        matrix,
        { x, dx in
          let w = solution(dx, transposed: !transposed)
          return transposed
            ? -product(x, w, transposeRight: true) : -product(w, x, transposeRight: true)
        }
      ), (b, { _, dx in solution(dx, transposed: !transposed) }), operation: "solve")
  }

  private func requirePivots(_ operation: String) throws {
    guard let (matrix, pivot) = factors.firstZeroPivot else { return }
    throw LinearAlgebraError.singular(
      operation: operation, pivot: pivot, index: factors.stack.index(of: matrix))
  }
}

/// Element (i, j) is (−1)^(i+j) times the determinant without row i and column j: the derivative of
/// the determinant with respect to element (i, j), even where there is no inverse.
private func cofactors(of a: Tensor) -> Tensor {
  let n = a.shape[a.rank - 1]
  func without(_ i: Int, _ x: Tensor, along axis: Int) -> Tensor {
    Tensor.concatenated(
      [x.sliced(0..<i, along: axis), x.sliced(i + 1..<n, along: axis)], along: axis)
  }
  let minors = (0..<n).map { i in
    let rows = without(i, a, along: -2)
    return Tensor.stacked((0..<n).map { without($0, rows, along: -1) }, along: rows.rank - 2)
  }
  let all = Tensor.stacked(minors, along: a.rank - 2)  // [..., n, n, n - 1, n - 1]
  guard let factor = try? LUFactor(of: all) else { return all.sum(along: [-2, -1]) * .nan }
  let signs = (0..<n * n).map { ($0 / n + $0 % n) % 2 == 0 ? 1.0 : -1 }
  return factor.determinant * Tensor(signs, shape: [n, n], dtype: .float64)
}
