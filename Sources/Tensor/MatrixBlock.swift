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
    } else if dtype == .float32, k > 0, let product = ck_product(work) {
      withScratch(of: product.pointee, columns: n) { scratch in
        product.pointee.multiply(
          floats(a), transposeLeft ? 1 : rowLengths.a, transposeLeft ? rowLengths.a : 1, floats(b),
          transposeRight ? 1 : rowLengths.b, transposeRight ? rowLengths.b : 1, bias.map(floats),
          floats(c), rowLengths.c, m, n, k, accumulates, Float(slope), scratch)
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
      : Transposed(
        b, n: n, k: k, steps: transposeRight ? (1, rowLengths.b) : (rowLengths.b, 1), dtype: dtype)
    dtype.kernels.pointee.multiply_narrow(
      a, rowLengths.a, columns?.pointer ?? b, bias, c, rowLengths.c, m, n, k, accumulates)
    rectify()
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
private let narrowest = 4

/// A copy of a matrix `[k, n]` as `[n, k]`, of very few columns.
private struct Transposed: @unchecked Sendable {
  private let storage: Storage
  var pointer: UnsafeMutableRawPointer { storage.pointer }

  /// Copies the matrix at `b`, whose elements are so far apart along k and n.
  init(
    _ b: UnsafeMutableRawPointer, n: Int, k: Int, steps: (k: Int, n: Int), dtype: DType
  ) {
    storage = Storage(count: n * k, dtype: dtype)
    dtype.kernels.pointee.gather(b, storage.pointer, 2, [n, k], [steps.n, steps.k], 0, n)
  }
}

/// A matrix `[k, n]` that is the right factor of many products, arranged once for all of them.
final class RightFactor: @unchecked Sendable {
  private let b: UnsafeMutableRawPointer
  private let n: Int
  private let k: Int
  private let dtype: DType
  /// The package's own product and the matrix as that wants it; else OpenBLAS takes it as it is.
  private let packed: (product: CKProduct, storage: Storage)?
  /// The matrix transposed, where it has very few columns.
  private let transposed: Transposed?

  /// Arranges the matrix at `b`, which has to stay there.
  init(_ b: UnsafeMutableRawPointer, n: Int, k: Int, dtype: DType) {
    self.b = b
    self.n = n
    self.k = k
    self.dtype = dtype
    let isNarrow = n <= narrowest
    transposed = isNarrow ? Transposed(b, n: n, k: k, steps: (n, 1), dtype: dtype) : nil
    guard !isNarrow, dtype == .float32, k > 0, let product = ck_product(0)?.pointee else {
      packed = nil
      return
    }
    let storage = Storage(count: product.packed_count(n, k), dtype: .float32)
    parallel(count: product.block_count(k)) { block in
      product.pack(floats(b), n, 1, n, k, block, floats(storage.pointer))
    }
    packed = (product, storage)
  }

  /// C = A·B + bias on the calling thread, for `m` rows at `a`, one after the other, to as many at
  /// `c`; what is below zero then is multiplied by `slope`.
  func multiply(
    _ a: UnsafeMutableRawPointer, rows m: Int, bias: UnsafeMutableRawPointer?,
    to c: UnsafeMutableRawPointer, slope: Double = 1
  ) {
    if let transposed {
      MatrixBlock(
        a: a, b: transposed.pointer, bias: bias, c: c, m: m, n: n, k: k, transposeRight: true,
        rowLengths: (k, k, n), dtype: dtype, slope: slope
      ).multiply(work: 0)
    } else if let (product, storage) = packed {
      withScratch(of: product, columns: n) { scratch in
        product.multiply_packed(
          floats(a), k, 1, floats(storage.pointer), bias.map(floats), floats(c), n, m, n, k, false,
          Float(slope), scratch)
      }
    } else {
      MatrixBlock(
        a: a, b: b, bias: bias, c: c, m: m, n: n, k: k, rowLengths: (k, n, n), dtype: dtype,
        slope: slope
      ).multiply(work: 2 * m * n * k)
    }
  }
}

private func floats(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
  pointer.assumingMemoryBound(to: Float.self)
}

/// Calls `body` with the room that a product needs.
private func withScratch(
  of product: CKProduct, columns: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
) {
  let byteCount = product.scratch_count(columns) * DType.float32.byteCount
  let scratch = BufferPool.shared.take(byteCount: byteCount)
  defer { BufferPool.shared.giveBack(scratch, byteCount: byteCount) }
  body(floats(scratch))
}
