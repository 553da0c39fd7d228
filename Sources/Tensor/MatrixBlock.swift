import CKernels
import COpenBLAS

/// One product of matrices in memory, C = A·B or A·B + bias, computed on the calling thread.
struct MatrixBlock {
  let a: UnsafeMutableRawPointer
  let b: UnsafeMutableRawPointer
  /// A row that is added to each row of the result.
  let bias: UnsafeMutableRawPointer?
  let c: UnsafeMutableRawPointer
  let m: Int
  let n: Int
  let k: Int
  let transposeLeft: Bool
  let transposeRight: Bool
  /// How far the stored rows of A, B and C are apart.
  let rowLengths: (a: Int, b: Int, c: Int)
  let dtype: DType

  /// Computes the block of a whole product that has so many floating-point operations.
  ///
  /// In single precision the package's own loop is faster than OpenBLAS on x86 at the sizes of
  /// networks: a general library spends a seventh of its time there on packing and clearing.
  func multiply(work: Int) {
    if dtype == .float32, k > 0, let product = ck_product(work) {
      multiply(by: product)
    } else {
      BLAS.withLibrary(multiplyByBLAS)
    }
  }

  private func multiply(by product: CKProduct) {
    let byteCount = ck_product_scratch(product, n) * dtype.byteCount
    let scratch = BufferPool.shared.take(byteCount: byteCount)
    defer { BufferPool.shared.giveBack(scratch, byteCount: byteCount) }
    func floats(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
      pointer.assumingMemoryBound(to: Float.self)
    }
    product(
      floats(a), transposeLeft ? 1 : rowLengths.a, transposeLeft ? rowLengths.a : 1, floats(b),
      transposeRight ? 1 : rowLengths.b, transposeRight ? rowLengths.b : 1, bias.map(floats),
      floats(c), rowLengths.c, m, n, k, false, floats(scratch))
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
    switch dtype {
    case .float32:
      cblas_sgemm(
        CblasRowMajor, aFlag, bFlag, m, n, k, 1, a.assumingMemoryBound(to: Float.self), lda,
        b.assumingMemoryBound(to: Float.self), ldb, bias == nil ? 0 : 1,
        c.assumingMemoryBound(to: Float.self), ldc)
    case .float64:
      cblas_dgemm(
        CblasRowMajor, aFlag, bFlag, m, n, k, 1, a.assumingMemoryBound(to: Double.self), lda,
        b.assumingMemoryBound(to: Double.self), ldb, bias == nil ? 0 : 1,
        c.assumingMemoryBound(to: Double.self), ldc)
    }
  }
}
