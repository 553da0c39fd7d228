import CKernels
import COpenBLAS

/// One matrix product in memory, C = A·B, A·B + bias or C + A·B, computed on the calling thread.
struct MatrixBlock {
  var a: UnsafeMutableRawPointer
  var b: UnsafeMutableRawPointer
  /// A row that is added to each row of the result.
  var bias: UnsafeMutableRawPointer?
  var c: UnsafeMutableRawPointer
  var m: Int
  var n: Int
  let k: Int
  var transposeLeft = false
  var transposeRight = false
  /// The distance between the stored rows of A, B and C.
  let rowLengths: (a: Int, b: Int, c: Int)
  let dtype: DType
  /// Whether the product is added to C; if so, there is no bias.
  var accumulates = false
  /// The rectifier applied to the product.
  var rectifier = CKRectifier.none
  /// The destination of the sums of the columns of B, which must not be transposed, added up as
  /// `sum(along: 0)` does.
  ///
  /// With more than 256 rows, a product goes through several blocks of the inner dimension; the
  /// sum's blocks then restart with each, and the last digit may differ.
  var columnSums = CKColumnSums()

  /// The part for some rows and columns of the result; the part with the first rows sums the
  /// columns.
  func part(_ rows: Range<Int>, _ columns: Range<Int>) -> MatrixBlock {
    let width = dtype.byteCount
    let (row, column) = (rows.lowerBound, columns.lowerBound)
    let place = (row * rowLengths.c + column) * width
    var part = self
    part.a += row * (transposeLeft ? 1 : rowLengths.a) * width
    part.b += column * (transposeRight ? rowLengths.b : 1) * width
    part.bias = bias.map { $0 + column * width }
    part.c += place
    part.m = rows.count
    part.n = columns.count
    part.rectifier = rectifier.advanced(by: place)
    part.columnSums.sums = row > 0 ? nil : columnSums.sums.map { $0 + column * width }
    return part
  }

  /// Computes this block of a whole product that takes `work` floating-point operations.
  ///
  /// In single precision the package's own loop is faster than OpenBLAS on x86 at the sizes of
  /// networks: a general library spends a seventh of its time there on packing and clearing. In
  /// double precision, its speed does not depend on whether OpenBLAS supports the processor.
  func multiply(work: Int) {
    if let turned {
      turned.multiply(work: work)
      sumColumns()
    } else if n <= narrowest && !transposeLeft {
      multiplyNarrow()
      sumColumns()
    } else if hasFewRows {
      multiplyFew()
      sumColumns()
    } else if k > 0, ck_product_is_faster(dtype == .float64, work) {
      let product = dtype.product
      withScratch(of: product, dtype, columns: n) { scratch in
        product.multiply(
          a, transposeLeft ? 1 : rowLengths.a, transposeLeft ? rowLengths.a : 1, b,
          transposeRight ? 1 : rowLengths.b, transposeRight ? rowLengths.b : 1, bias, c,
          rowLengths.c, m, n, k, accumulates, rectifier, columnSums, scratch)
      }
    } else {
      BLAS.withLibrary(multiplyByBLAS)
      rectify()
      sumColumns()
    }
  }

  /// Aᵀ·b for a vector b, as the row bᵀ·A, whose elements are in the same places in memory.
  private var turned: MatrixBlock? {
    guard n == 1, m > 1, transposeLeft, bias == nil, rowLengths.c == 1,
      transposeRight || rowLengths.b == 1
    else { return nil }
    return MatrixBlock(
      a: b, b: a, c: c, m: 1, n: m, k: k, rowLengths: (k, rowLengths.a, m), dtype: dtype,
      accumulates: accumulates, rectifier: rectifier)
  }

  /// Whether it is better to read the right factor in place, without packing, in double precision.
  private var hasFewRows: Bool {
    dtype == .float64 && (1...Int(CK_FEW_ROWS)).contains(m) && bias == nil && rectifier.slope == 1
      && (!transposeRight || !transposeLeft || m == 1 && rowLengths.a == 1)
  }

  private func multiplyFew() {
    DType.fewRows.multiply(
      a.assumingMemoryBound(to: Double.self), transposeLeft ? 1 : rowLengths.a,
      transposeLeft ? rowLengths.a : 1, b.assumingMemoryBound(to: Double.self), rowLengths.b,
      transposeRight, c.assumingMemoryBound(to: Double.self), rowLengths.c, m, n, k, accumulates)
  }

  /// Applies the rectifier to the result.
  private func rectify() {
    let slope = rectifier.slope
    if slope == 1 { return }
    let kernels = dtype.kernels.pointee
    let rectified = Storage(count: n, dtype: dtype)  // the loops do not work in place
    for row in 0..<m {
      let offset = row * rowLengths.c * dtype.byteCount
      if let results = rectifier.results {
        kernels.zip(
          slope == 0 ? .maskedByPositive : .scaledByLeak, slope, c + offset, results + offset,
          rectified.pointer, 1, [n], [1], [1], 0, 1)
      } else {
        kernels.map(slope == 0 ? .relu : .leakyRelu, slope, 0, c + offset, rectified.pointer, 0, n)
      }
      (c + offset).copyMemory(from: rectified.pointer, byteCount: n * dtype.byteCount)
    }
  }

  /// Computes the sums of B's columns, if requested.
  func sumColumns() {
    guard let sums = columnSums.sums else { return }
    let kernels = dtype.kernels.pointee
    let blockSums = Storage(count: n, dtype: dtype)
    kernels.fill(0, sums, 0, n)
    for begin in stride(from: 0, to: k, by: columnSums.block) {
      let (start, count) = (b + begin * rowLengths.b * dtype.byteCount, k - begin)
      kernels.reduce(
        .sum, start, blockSums.pointer, min(columnSums.block, count), rowLengths.b, 0, 1, 0, n)
      kernels.accumulate(blockSums.pointer, sums, 0, n)
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
      (0..<m).map { $0 * rowLengths.c }, m, n, accumulates, rectifier)
  }

  private func multiplyByBLAS() {
    if let bias {
      // Instead of the zeros that the library would write there first.
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

/// A right factor of at most this many columns is multiplied by dot products, or folded.
let narrowest = 4

extension Storage {
  /// Creates a copy `[n, k]` of the matrix `[k, n]` at `b`, whose elements have the given strides
  /// along k and n.
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

/// Calls `body` with the scratch memory that a product needs.
private func withScratch(
  of product: CKProduct, _ dtype: DType, columns: Int, _ body: (UnsafeMutableRawPointer) -> Void
) {
  let byteCount = product.scratch_count(columns) * dtype.byteCount
  let scratch = BufferPool.shared.take(byteCount: byteCount)
  defer { BufferPool.shared.giveBack(scratch, byteCount: byteCount) }
  body(scratch)
}
