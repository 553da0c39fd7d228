/// The singular values and vectors of a matrix, A = U·diag(s)·Vᵀ, or of each matrix of a stack.
///
/// ```swift
/// let a = Tensor([[3, 0], [0, -2], [0, 0]], dtype: .float64)
/// try SingularValueDecomposition(of: a).values.doubles   // [3, 2]
/// ```
///
/// The thin decomposition, with k = min(m, n) values, is computed by divide and conquer (LAPACK's
/// `dgesdd`), in float64; the matrices of a stack are shared among the threads.
///
/// Gradients of any order propagate to the matrix. **At singular values equal up to rounding**, the
/// mixing of their vectors is left out, as for ``SymmetricEigendecomposition``; terms that would be
/// divided by a zero value are left out, too. Functions that do not depend on the choice of these
/// vectors get the right derivative.
public struct SingularValueDecomposition: Sendable {
  /// U, then the values, then V, as one tensor `[…, m + 1 + n, k]`, so that one pullback handles
  /// all three.
  private let packed: Tensor
  private let stack: MatrixStack
  private let dtype: DType

  /// Decomposes a matrix `[m, n]` or a stack `[…, m, n]`, in about 6 m n k + 20 k³ operations.
  ///
  /// - Throws: ``LinearAlgebraError/notFinite(operation:index:)``;
  ///   ``LinearAlgebraError/notConverged(operation:code:index:)``.
  public init(of matrix: Tensor) throws {
    try self.init(of: matrix, "SingularValueDecomposition")
  }

  init(of matrix: Tensor, _ operation: String) throws {
    let stack = MatrixStack(matrix, operation)
    if let index = stack.firstNotFinite(in: matrix) {
      throw LinearAlgebraError.notFinite(operation: operation, index: index)
    }
    (self.stack, dtype) = (stack, matrix.dtype)
    let a = matrix.converted(to: .float64)
    let (m, n, k) = (stack.rows, stack.columns, min(stack.rows, stack.columns))
    var codes = [Int](repeating: 0, count: stack.count)
    let value = Tensor.uninitialized(
      stack.leading + [m + 1 + n, k], .float64, operation, reading: a.count
    ) { result, _ in
      if k == 0 { return }
      var copy = a.untracked
      let target = result.assumingMemoryBound(to: Double.self)
      copy.withMutableMemory { memory in
        let matrices = memory.assumingMemoryBound(to: Double.self)
        codes.withUnsafeMutableBufferPointer { codes in
          nonisolated(unsafe) let codes = codes
          let step = MatrixStack.grain(operations: 6 * m * n * k + 20 * k * k * k)
          parallel(over: stack.count, step: step, of: .float64) { begin, end in
            for i in begin..<end {
              codes[i] = Self.decompose(
                matrices + i * m * n, m, n, target + i * (m + 1 + n) * k)
            }
          }
        }
      }
    }
    if let matrix = codes.firstIndex(where: { $0 != 0 }) {
      throw LinearAlgebraError.notConverged(
        operation: operation, code: codes[matrix], index: stack.index(of: matrix))
    }
    packed = value.tracked(from: a, operation: operation) { y, dy in
      Self.pullback(y, dy, rows: m, columns: n)
    }
  }

  private static func decompose(
    _ a: UnsafeMutablePointer<Double>, _ m: Int, _ n: Int, _ result: UnsafeMutablePointer<Double>
  ) -> Int {
    let k = min(m, n)
    let (values, v) = (result + m * k, result + (m + 1) * k)
    let transposed = Storage(count: k * n, dtype: .float64)
    let rows = transposed.pointer.assumingMemoryBound(to: Double.self)
    let code = LAPACK.decompose(
      a, rows: m, columns: n, u: result, values: values, vTransposed: rows)
    DType.factors.transpose(rows, n, k, n, v, k)
    return code
  }

  /// U, `[…, m, k]`, with orthonormal columns; the common sign of a pair of singular vectors is not
  /// normalised.
  public var left: Tensor { parts(packed).u.converted(to: dtype) }

  /// The singular values s, `[…, k]`, in descending order.
  public var values: Tensor { parts(packed).s.converted(to: dtype) }

  /// V, not transposed, `[…, n, k]`, with orthonormal columns.
  public var right: Tensor { parts(packed).v.converted(to: dtype) }

  private typealias Parts = (u: Tensor, s: Tensor, v: Tensor)

  private func parts(_ packed: Tensor) -> Parts {
    Self.parts(packed, rows: stack.rows, columns: stack.columns)
  }

  private static func parts(_ packed: Tensor, rows m: Int, columns n: Int) -> Parts {
    (
      packed.sliced(0..<m, along: -2), packed.sliced(m..<m + 1, along: -2).squeezed(at: -2),
      packed.sliced(m + 1..<m + 1 + n, along: -2)
    )
  }

  /// The gradient with respect to A (Townsend 2016, "Differentiating the singular value decomposition").
  ///
  /// Ā = U (diag(s̄) + (F ∘ (UᵀŪ − ŪᵀU)) S + S (F ∘ (VᵀV̄ − V̄ᵀV))) Vᵀ + (1 − UUᵀ) Ū S⁻¹ Vᵀ
  /// + U S⁻¹ V̄ᵀ (1 − VVᵀ), with Fᵢⱼ = 1 / (sⱼ² − sᵢ²), 0 for equal ones.
  private static func pullback(_ y: Tensor, _ dy: Tensor, rows m: Int, columns n: Int) -> Tensor {
    let (u, s, v) = parts(y, rows: m, columns: n)
    let (du, ds, dv) = parts(dy, rows: m, columns: n)
    let gaps = reciprocalGaps(square(s), s)
    func turned(_ x: Tensor, _ dx: Tensor) -> Tensor {
      let inner = product(x, dx, transposeLeft: true)
      return gaps * (inner - inner.transposed())
    }
    let (across, down) = (s.expanded(at: -2), s.expanded(at: -1))
    let middle = ds.diagonalMatrix() + turned(u, du) * across + down * turned(v, dv)
    var result = product(product(u, middle), v, transposeRight: true)
    let reciprocals = Self.reciprocals(s).expanded(at: -2)
    if m > n {
      let scaled = du * reciprocals
      let rest = scaled - product(u, product(u, scaled, transposeLeft: true))
      result = result + product(rest, v, transposeRight: true)
    } else if n > m {
      let scaled = dv * reciprocals
      let rest = scaled - product(v, product(v, scaled, transposeLeft: true))
      result = result + product(u, rest, transposeRight: true)
    }
    return result
  }

  /// 1 / s, or 0 where s is zero up to rounding.
  private static func reciprocals(_ s: Tensor) -> Tensor {
    if s.count == 0 { return s }
    let largest = stopGradient(s).max(along: -1, keepingDimensions: true)
    let least = largest * (Double(s.shape[s.rank - 1]) * Double.ulpOfOne)
    let isPositive = stopGradient(s) .> least
    return isPositive / (s * isPositive + (1 - isPositive))
  }
}
