/// The eigenvalues and eigenvectors of a symmetric matrix, A·V = V·diag(λ), or of each matrix of a
/// stack.
///
/// ```swift
/// let a = Tensor([[2, 1], [1, 2]], dtype: .float64)
/// try SymmetricEigendecomposition(of: a).values.doubles   // [1, 3]
/// ```
///
/// Computed by divide and conquer (like LAPACK's `dsyevd`), in float64; the matrices of a stack, or
/// the vectors of one matrix, are shared among the threads.
///
/// Gradients of any order propagate to the matrix: λ̄ᵢ multiplies vᵢvᵢᵀ, and V̄ is mixed by
/// 1 / (λⱼ − λᵢ). **At eigenvalues equal up to rounding**, that mixing is left out: their vectors
/// are an arbitrary basis of their eigenspace, and a function of them that has a derivative does
/// not depend on the choice. If the basis does matter, there is no derivative, and none is
/// invented. Near, but not at, equal eigenvalues, the gradients of vectors are as large as the
/// vectors are uncertain. A function of the matrix such as its square root has a derivative there,
/// too: ``Tensor/positiveSquareRoot()``.
public struct SymmetricEigendecomposition: Sendable {
  /// The eigenvalues in ascending order, then the eigenvectors as columns, `[…, 1 + n, n]`, as one
  /// tensor, so that one pullback handles both.
  private let packed: Tensor
  private let n: Int
  private let dtype: DType

  /// Decomposes a symmetric matrix `[n, n]` or a stack `[…, n, n]`, in about 9 n³ operations.
  ///
  /// - Throws: ``LinearAlgebraError/notSymmetric(operation:difference:index:)`` where elements
  ///   differ from their mirror images across the diagonal by more than 1e-10 of the largest (1e-5
  ///   in float32); ``LinearAlgebraError/notFinite(operation:index:)``;
  ///   ``LinearAlgebraError/notConverged(operation:code:index:)``.
  public init(of matrix: Tensor) throws {
    try self.init(of: matrix, "SymmetricEigendecomposition")
  }

  /// - Parameter tolerance: The allowed asymmetry, as a fraction of the largest element.
  init(of matrix: Tensor, _ operation: String, tolerance: Double? = nil) throws {
    let stack = MatrixStack(square: matrix, operation)
    if let index = stack.firstNotFinite(in: matrix) {
      throw LinearAlgebraError.notFinite(operation: operation, index: index)
    }
    let a = matrix.converted(to: .float64)
    (n, dtype) = (stack.rows, matrix.dtype)
    let largest = try Self.requireSymmetry(
      a.untracked, stack, tolerance: tolerance ?? (dtype == .float32 ? 1e-5 : 1e-10), operation)
    let n = stack.rows
    var codes = [Int](repeating: 0, count: stack.count)
    let value = Tensor.uninitialized(
      stack.leading + [1 + n, n], .float64, operation, reading: a.count
    ) { result, _ in
      if n == 0 { return }
      // LAPACK writes the eigenvectors one after another, which are rows here, and overwrites the
      // matrix.
      var rows = a.untracked
      let target = result.assumingMemoryBound(to: Double.self)
      rows.withMutableMemory { memory in
        let matrices = memory.assumingMemoryBound(to: Double.self)
        codes.withUnsafeMutableBufferPointer { codes in
          nonisolated(unsafe) let codes = codes
          func decompose(_ i: Int) {
            let (own, to) = (matrices + i * n * n, target + i * (n + 1) * n)
            let vectors = BufferPool.shared.take(byteCount: n * n * 8)
            defer { BufferPool.shared.giveBack(vectors, byteCount: n * n * 8) }
            let rows = vectors.assumingMemoryBound(to: Double.self)
            codes[i] = LAPACK.eigendecompose(
              own, n, largest: largest[i], values: to, vectors: rows)
            DType.factors.transpose(rows, n, n, n, to + n, n)
          }
          if stack.count == 1 { return decompose(0) }
          let step = MatrixStack.grain(operations: 9 * n * n * n)
          parallel(over: stack.count, step: step, of: .float64) { begin, end in
            for i in begin..<end { decompose(i) }
          }
        }
      }
    }
    if let matrix = codes.firstIndex(where: { $0 != 0 }) {
      throw LinearAlgebraError.notConverged(
        operation: operation, code: codes[matrix], index: stack.index(of: matrix))
    }
    packed = value.tracked(from: a, operation: operation, pullback: Self.pullback)
  }

  /// The eigenvalues λ in ascending order, `[…, n]`.
  public var values: Tensor { Self.parts(packed).values.converted(to: dtype) }

  /// The eigenvectors V as columns of `[…, n, n]`, in the order of their values, of length 1 and
  /// orthogonal to each other; a vector's sign is not normalised.
  public var vectors: Tensor { Self.parts(packed).vectors.converted(to: dtype) }

  private static func parts(_ packed: Tensor) -> (values: Tensor, vectors: Tensor) {
    let n = packed.shape[packed.rank - 1]
    return (
      packed.sliced(0..<1, along: -2).squeezed(at: -2), packed.sliced(1..<n + 1, along: -2)
    )
  }

  /// The symmetric part of Ā = V (diag(λ̄) + F ∘ (VᵀV̄)) Vᵀ, with Fᵢⱼ = 1 / (λⱼ − λᵢ), or 0 for
  /// equal eigenvalues (Giles 2008, section 3.1).
  private static func pullback(_ y: Tensor, _ dy: Tensor) -> Tensor {
    let ((values, vectors), (dValues, dVectors)) = (parts(y), parts(dy))
    let inner = reciprocalGaps(values, values) * product(vectors, dVectors, transposeLeft: true)
    let middle = dValues.diagonalMatrix() + inner
    return symmetricPart(product(product(vectors, middle), vectors, transposeRight: true))
  }

  /// - Returns: The largest modulus of an element of each matrix.
  private static func requireSymmetry(
    _ a: Tensor, _ stack: MatrixStack, tolerance: Double, _ operation: String
  ) throws -> [Double] {
    if a.count == 0 { return [] }
    let asymmetry = abs(a - a.transposed()).max(along: [-2, -1]).doubles
    let sizes = abs(a).max(along: [-2, -1]).doubles
    for (matrix, (difference, largest)) in zip(asymmetry, sizes).enumerated()
    where difference > tolerance * largest {
      throw LinearAlgebraError.notSymmetric(
        operation: operation, difference: difference, index: stack.index(of: matrix))
    }
    return sizes
  }
}

/// 1 / (qⱼ − qᵢ) for the numbers of `[…, n]`, which are those of `scale` or their squares; 0 on the
/// diagonal, and where both numbers of `scale` are equal up to rounding.
func reciprocalGaps(_ q: Tensor, _ scale: Tensor) -> Tensor {
  let gaps = q.expanded(at: -2) - q.expanded(at: -1)
  let (n, numbers) = (q.shape[q.rank - 1], stopGradient(scale))
  if q.count == 0 { return gaps }
  let distance = abs(numbers.expanded(at: -2) - numbers.expanded(at: -1))
  let largest = abs(numbers).max(along: -1, keepingDimensions: true).expanded(at: -1)
  let isApart = distance .> largest * (4 * Double(n) * Double.ulpOfOne)
  // The gap of equal numbers becomes 1 first, so that nothing is divided by zero.
  return isApart / (gaps * isApart + (1 - isApart))
}

extension Tensor {
  /// The eigenvalues `[…, n]`, ascending, and the eigenvectors, as columns `[…, n, n]`, of matrices
  /// known to be symmetric and finite, by ``SymmetricEigendecomposition``; any other matrix stops
  /// the program.
  public func symmetricEigendecomposition() -> (values: Tensor, vectors: Tensor) {
    do {
      let decomposition = try SymmetricEigendecomposition(of: self, "symmetricEigendecomposition")
      return (decomposition.values, decomposition.vectors)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
