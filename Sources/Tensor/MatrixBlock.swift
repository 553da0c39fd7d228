import CKernels
import COpenBLAS

/// One product of matrices in memory, C = A·B, A·B + bias or C + A·B, computed on the calling
/// thread.
struct MatrixBlock {
  let a: UnsafeMutableRawPointer
  let b: UnsafeMutableRawPointer
  /// A row that is added to each row of the result.
  var bias: UnsafeMutableRawPointer?
  let c: UnsafeMutableRawPointer
  let m: Int
  let n: Int
  let k: Int
  var transposeLeft = false
  var transposeRight = false
  /// How far the stored rows of A, B and C are apart.
  let rowLengths: (a: Int, b: Int, c: Int)
  let dtype: DType
  /// Whether the product is added to what C holds; there is no bias then.
  var accumulates = false
  /// What the elements below zero are multiplied by in the end: 1 for the product alone.
  var slope = 1.0

  /// Computes the block of a whole product that has so many floating-point operations.
  ///
  /// In single precision the package's own loop is faster than OpenBLAS on x86 at the sizes of
  /// networks: a general library spends a seventh of its time there on packing and clearing.
  func multiply(work: Int) {
    if n <= narrowest && !transposeLeft {
      multiplyNarrow()
    } else if dtype == .float32, k > 0, ck_product_is_faster(work) {
      let product = dtype.product
      withScratch(of: product, columns: n) { scratch in
        product.multiply(
          a, transposeLeft ? 1 : rowLengths.a, transposeLeft ? rowLengths.a : 1, b,
          transposeRight ? 1 : rowLengths.b, transposeRight ? rowLengths.b : 1, bias, c,
          rowLengths.c, m, n, k, accumulates, slope, scratch)
      }
    } else {
      BLAS.withLibrary(multiplyByBLAS)
      rectify()
    }
  }

  /// Multiplies the result's elements below zero by the slope.
  private func rectify() {
    if slope == 1 { return }
    let map = dtype.kernels.pointee.map
    for row in 0..<m {
      let start = c + row * rowLengths.c * dtype.byteCount
      map(slope == 0 ? .relu : .leakyRelu, slope, 0, start, start, 0, n)
    }
  }

  private func multiplyNarrow() {
    let isTransposed = transposeRight && rowLengths.b == k
    let columns =
      isTransposed
      ? nil
      : Storage(
        transposing: b, n: n, k: k, steps: transposeRight ? (1, rowLengths.b) : (rowLengths.b, 1),
        dtype: dtype)
    dtype.kernels.pointee.multiply_narrow(
      a, (0..<m).map { $0 * rowLengths.a }, [0], 1, k, columns?.pointer ?? b, bias, c,
      (0..<m).map { $0 * rowLengths.c }, m, n, accumulates, slope)
  }

  private func multiplyByBLAS() {
    if let bias {
      // In the place of the zeros that the library would write there first.
      let width = dtype.byteCount
      for row in 0..<m {
        (c + row * rowLengths.c * width).copyMemory(from: bias, byteCount: n * width)
      }
    }
    let (aFlag, bFlag) = (
      transposeLeft ? CblasTrans : CblasNoTrans, transposeRight ? CblasTrans : CblasNoTrans
    )
    let (m, n, k) = (blasint(m), blasint(n), blasint(k))
    let lda = blasint(max(1, rowLengths.a))
    let ldb = blasint(max(1, rowLengths.b))
    let ldc = blasint(rowLengths.c)
    let isAdded = bias != nil || accumulates
    switch dtype {
    case .float32:
      cblas_sgemm(
        CblasRowMajor, aFlag, bFlag, m, n, k, 1, floats(a), lda, floats(b), ldb, isAdded ? 1 : 0,
        floats(c), ldc)
    case .float64:
      cblas_dgemm(
        CblasRowMajor, aFlag, bFlag, m, n, k, 1, a.assumingMemoryBound(to: Double.self), lda,
        b.assumingMemoryBound(to: Double.self), ldb, isAdded ? 1 : 0,
        c.assumingMemoryBound(to: Double.self), ldc)
    }
  }
}

/// A right factor of at most this many columns is multiplied by dot products.
let narrowest = 4

extension Storage {
  /// Creates a copy `[n, k]` of the matrix `[k, n]` at `b`, whose elements are so far apart along k
  /// and n.
  convenience init(
    transposing b: UnsafeMutableRawPointer, n: Int, k: Int, steps: (k: Int, n: Int), dtype: DType
  ) {
    self.init(count: n * k, dtype: dtype)
    if k == 0 { return }
    dtype.kernels.pointee.gather(b, pointer, 2, [n, k], [steps.n, steps.k], 0, n)
  }
}

private func floats(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
  pointer.assumingMemoryBound(to: Float.self)
}

/// Calls `body` with the room that a product needs.
private func withScratch(
  of product: CKProduct, columns: Int, _ body: (UnsafeMutableRawPointer) -> Void
) {
  let byteCount = product.scratch_count(columns) * DType.float32.byteCount
  let scratch = BufferPool.shared.take(byteCount: byteCount)
  defer { BufferPool.shared.giveBack(scratch, byteCount: byteCount) }
  body(scratch)
}
