import CKernels

/// The triangle of a stored matrix that is used.
public enum Triangle: Sendable {
  /// The diagonal and the elements below it.
  case lower
  /// The diagonal and the elements above it.
  case upper
}

extension Tensor {
  /// Solves T X = B for a triangular T: this matrix' lower or upper triangle.
  ///
  /// Computed by substitution, in blocks, on all threads; the elements across the diagonal are not
  /// read. Its gradients are two more solves of this kind.
  ///
  /// ```swift
  /// let t = Tensor([[2, 0], [1, 4]], dtype: .float64)
  /// try t.solveTriangular(Tensor([2, 9], dtype: .float64), .lower).doubles   // [1, 2]
  /// ```
  ///
  /// - Parameters:
  ///   - b: A vector `[n]` or a matrix `[n, m]`. For a stack `[…, n, n]`, vectors `[…, n]`, or matrices
  ///     `[…, n, m]` whose leading axes are repeated to match the stack's; for a single T, matrices
  ///     with any leading axes. It has T's element type; float32 is computed in float64.
  ///   - triangle: Which triangle T is.
  ///   - transposed: Whether Tᵀ X = B is solved.
  ///   - unitDiagonal: Whether the diagonal is assumed to be ones, and is not read.
  /// - Returns: X, of `b`'s shape. It takes n² m operations.
  /// - Throws: ``LinearAlgebraError/singular(operation:pivot:index:)`` where an element of the diagonal
  ///   is zero. NaN and infinities propagate.
  public func solveTriangular(
    _ b: Tensor, _ triangle: Triangle, transposed: Bool = false, unitDiagonal: Bool = false
  ) throws -> Tensor {
    let name = "solveTriangular"
    let stack = MatrixStack(square: self, name)
    let sides = RightHandSide(b, for: stack, dtype, size: stack.rows, name)
    if !unitDiagonal, let place = diagonal().untracked.doubles.firstIndex(of: 0) {
      let (matrix, pivot) = place.quotientAndRemainder(dividingBy: stack.rows)
      throw LinearAlgebraError.singular(
        operation: name, pivot: pivot, index: stack.index(of: matrix))
    }
    let solve = TriangularSolve(
      triangle: triangle, isTransposed: transposed, hasUnitDiagonal: unitDiagonal)
    return sides.restored(solve(converted(to: .float64), sides.matrices))
  }
}

/// The solution of T X = B or Tᵀ X = B for the lower or upper triangle T of float64 matrices.
struct TriangularSolve {
  var triangle = Triangle.lower
  var isTransposed = false
  var hasUnitDiagonal = false

  /// L⁻¹ B.
  static let lower = TriangularSolve()
  /// L⁻ᵀ B.
  static let lowerTransposed = TriangularSolve(isTransposed: true)

  private var adjoint: TriangularSolve {
    TriangularSolve(
      triangle: triangle, isTransposed: !isTransposed, hasUnitDiagonal: hasUnitDiagonal)
  }

  /// X, `[…, n, m]`, for T `[…, n, n]` and B `[…, n, m]`.
  ///
  /// With W = T⁻ᵀ X̄, the gradients are B̄ = W and the triangle of T̄ = −W Xᵀ; for the transpose,
  /// T̄ = −X Wᵀ (Giles 2008, section 2.3.1).
  func callAsFunction(_ t: Tensor, _ b: Tensor) -> Tensor {
    value(t, b).tracked(
      from: (
        t,
        { x, dx in
          let w = adjoint(t, dx)
          return part(
            isTransposed
              ? -product(x, w, transposeRight: true) : -product(w, x, transposeRight: true))
        }
      ), (b, { _, dx in adjoint(t, dx) }), operation: "solveTriangular")
  }

  /// The triangle of a matrix.
  private func part(_ x: Tensor) -> Tensor {
    switch triangle {
    case .lower: x.lowerTriangle(diagonal: hasUnitDiagonal ? -1 : 0)
    case .upper: x.upperTriangle(diagonal: hasUnitDiagonal ? 1 : 0)
    }
  }

  private func value(_ t: Tensor, _ b: Tensor) -> Tensor {
    let stack = MatrixStack(b, "solveTriangular")
    let (n, m) = (stack.rows, stack.columns)
    var x = b.untracked
    let triangles = t.float64Pointer
    x.change("solveTriangular", reading: t.count, arithmetic: stack.count * n * n * m) { memory in
      let solutions = memory.assumingMemoryBound(to: Double.self)
      ColumnStrips(stack).forEach { matrix, columns in
        withFactorScratch(n, columns: columns.count) { scratch in
          solve(
            triangles + matrix * n * n, solutions + matrix * n * m + columns.lowerBound,
            rowLength: m,
            size: n, columns: columns.count, scratch)
        }
      }
    }
    return x
  }

  /// Solves in place for some columns of B, on the calling thread.
  func solve(
    _ t: UnsafePointer<Double>, _ b: UnsafeMutablePointer<Double>, rowLength: Int, size n: Int,
    columns: Int, _ scratch: UnsafeMutablePointer<Double>
  ) {
    DType.factors.solve(
      t, isTransposed ? 1 : n, isTransposed ? n : 1, (triangle == .lower) != isTransposed,
      hasUnitDiagonal, b, rowLength, n, columns, scratch)
  }
}

/// Right-hand sides `[…, n, m]` cut into strips of columns that are solved for separately; several
/// small matrices are solved for together.
struct ColumnStrips {
  private let stack: MatrixStack
  private let width: Int

  init(_ stack: MatrixStack) {
    self.stack = stack
    // Wide strips read the triangle less often; eight of them keep several threads busy.
    width = max(64, min(256, (stack.columns / 8 + 15) / 16 * 16))
  }

  /// Calls `body` with a matrix and a range of its columns, in parallel.
  func forEach(_ body: (Int, Range<Int>) -> Void) {
    let (n, m) = (stack.rows, stack.columns)
    if n == 0 || m == 0 { return }
    let strips = (m + width - 1) / width
    let step = strips > 1 ? 1 : MatrixStack.grain(operations: n * n * m)
    parallel(over: stack.count * strips, step: step, of: .float64) { begin, end in
      for strip in begin..<end {
        let (matrix, number) = strip.quotientAndRemainder(dividingBy: strips)
        body(matrix, number * width..<min(m, (number + 1) * width))
      }
    }
  }
}
