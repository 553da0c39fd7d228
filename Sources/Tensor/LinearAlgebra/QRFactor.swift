/// The QR factors of a matrix, A = Q·R, where Q has orthonormal columns and R is upper triangular,
/// or of each matrix of a stack.
///
/// ```swift
/// let factor = try QRFactor(of: Tensor([[3, 1], [4, 2]], dtype: .float64))
/// factor.orthogonal   // [[−0.6, …], [−0.8, …]]
/// ```
///
/// Computed by Householder reflections (LAPACK's `dgeqrf`), in float64; the matrices of a stack are
/// shared among the threads. With k the smaller of m and n, Q is `[…, m, k]` and R `[…, k, n]`. The
/// signs of R's diagonal are not normalised.
public struct QRFactor: Sendable {
  /// Q, then Rᵀ, as one tensor `[…, m + n, k]`, so that one pullback handles both.
  private let packed: Tensor
  private let stack: MatrixStack
  private let dtype: DType

  /// Factors a matrix `[m, n]` or a stack `[…, m, n]`, in 2 m n² operations and more.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(operation:index:)``.
  public init(of matrix: Tensor) throws { try self.init(of: matrix, "QRFactor") }

  init(of matrix: Tensor, _ operation: String) throws {
    let stack = MatrixStack(matrix, operation)
    if let index = stack.firstNotFinite(in: matrix) {
      throw LinearAlgebraError.notFinite(operation: operation, index: index)
    }
    (self.stack, dtype) = (stack, matrix.dtype)
    let a = matrix.converted(to: .float64)
    let (m, n, k) = (stack.rows, stack.columns, min(stack.rows, stack.columns))
    let columns = a.untracked.transposed()
    let value = Tensor.uninitialized(
      stack.leading + [m + n, k], .float64, "qr", reading: a.count,
      arithmetic: stack.count * 2 * m * n * k
    ) { result, _ in
      if stack.count * k == 0 { return }
      let step = MatrixStack.grain(operations: m * n * k)
      let (source, target) = (columns.float64Pointer, result.assumingMemoryBound(to: Double.self))
      parallel(over: stack.count, step: step, of: .float64) { begin, end in
        for i in begin..<end {
          Self.factor(source + i * stack.size, m, n, target + i * (m + n) * k)
        }
      }
    }
    packed = value.tracked(from: a, operation: "qr") { y, dy in
      Self.pullback(a, y, dy, rows: m, columns: n)
    }
  }

  /// Writes Q `[m, k]` and then Rᵀ `[n, k]` of the matrix whose transpose is at `columns`.
  private static func factor(
    _ columns: UnsafeMutablePointer<Double>, _ m: Int, _ n: Int,
    _ result: UnsafeMutablePointer<Double>
  ) {
    let k = min(m, n)
    let code = LAPACK.orthogonalise(columns, rows: m, columns: n, result + m * k)
    precondition(code == 0, "QRFactor: LAPACK's dgeqrf refused an argument (code \(code))")
    // The first k columns are Q's; they are stored as rows.
    DType.factors.transpose(columns, m, k, m, result, k)
  }

  /// Q, `[…, m, k]`, QᵀQ = 1.
  public var orthogonal: Tensor { q.converted(to: dtype) }

  /// R, `[…, k, n]`, with zeros below its diagonal.
  public var upper: Tensor { r.converted(to: dtype) }

  private var q: Tensor { packed.sliced(0..<stack.rows, along: -2) }
  private var r: Tensor {
    packed.sliced(stack.rows..<stack.rows + stack.columns, along: -2).transposed()
  }

  // MARK: Least squares

  /// R⁻¹ Qᵀ B: the least-squares solution of A X = B, for m ≥ n.
  func leastSquares(_ b: Tensor) -> Tensor {
    TriangularSolve(triangle: .upper)(r, product(q, b, transposeLeft: true))
  }

  /// Q R⁻ᵀ B: the shortest solution of Aᵀ X = B, for m ≥ n.
  func leastNorm(_ b: Tensor) -> Tensor {
    product(q, TriangularSolve(triangle: .upper, isTransposed: true)(r, b))
  }

  /// Throws if an element of R's diagonal is zero up to rounding, relative to the largest.
  func requireFullRank(_ operation: String) throws {
    let k = min(stack.rows, stack.columns)
    let diagonal = r.untracked.diagonal().doubles.map { Swift.abs($0) }
    for matrix in 0..<stack.count {
      let own = diagonal[matrix * k..<(matrix + 1) * k]
      let least = (own.max() ?? 0) * Double(max(stack.rows, stack.columns)) * Double.ulpOfOne
      let rank = own.count { $0 > least }
      if rank < k {
        throw LinearAlgebraError.rankDeficient(
          operation: operation, rank: rank, expected: k, index: stack.index(of: matrix))
      }
    }
  }

  // MARK: Gradient

  /// The gradient with respect to A (Walter and Lehmann 2012, "Algorithmic differentiation of linear
  /// algebra functions").
  ///
  /// For m ≥ n, with M = R R̄ᵀ − Q̄ᵀ Q, Ā = (Q̄ + Q sym(M)) R⁻ᵀ, where sym mirrors the lower triangle.
  /// For m < n, A = (X Y) and R = (U V): X = Q U, V = QᵀY, and Q̄ gets Y V̄ᵀ, Ȳ is Q V̄.
  private static func pullback(
    _ a: Tensor, _ y: Tensor, _ dy: Tensor, rows m: Int, columns n: Int
  ) -> Tensor {
    let k = min(m, n)
    func parts(_ x: Tensor) -> (q: Tensor, u: Tensor, v: Tensor) {
      (
        x.sliced(0..<m, along: -2), x.sliced(m..<m + k, along: -2).transposed(),
        x.sliced(m + k..<m + n, along: -2).transposed()
      )
    }
    let (q, u, _) = parts(y)
    var (dq, du, dv) = parts(dy)
    du = du.upperTriangle()
    if n > m {
      dq = dq + product(a.sliced(m..<n, along: -1), dv, transposeRight: true)
    }
    let inner = product(u, du, transposeRight: true) - product(dq, q, transposeLeft: true)
    let mirrored = inner.lowerTriangle() + inner.lowerTriangle(diagonal: -1).transposed()
    // X R⁻ᵀ = (R⁻¹ Xᵀ)ᵀ.
    let right = (dq + product(q, mirrored)).transposed()
    let square = TriangularSolve(triangle: .upper)(u, right).transposed()
    return n > m ? .concatenated([square, product(q, dv)], along: -1) : square
  }
}
