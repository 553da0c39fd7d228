import CKernels

/// A matrix `[k, n]` that is the right factor of many products, arranged once for all of them.
///
/// The left factors are windows on images: their elements are found by tables of offsets
/// (``WindowElements``), and so are the rows of the result.
struct RightFactor: @unchecked Sendable {
  private let n: Int
  private let k: Int
  private let dtype: DType
  /// As the product wants it; or transposed, `[n, k]`, if the matrix is narrow.
  private let arranged: Storage
  private let bias: Storage?
  private let isNarrow: Bool

  /// Arranges the matrix at `b`, whose rows are one after the other, and a bias to be added to each
  /// row of the products.
  init(
    _ b: UnsafeMutableRawPointer, n: Int, k: Int, bias: UnsafeMutableRawPointer? = nil,
    dtype: DType
  ) {
    self.n = n
    self.k = k
    self.dtype = dtype
    // Where nothing is to be multiplied, too: dot products of no elements are zeros.
    isNarrow = n <= narrowest || k == 0
    if isNarrow {
      arranged = Storage(transposing: b, n: n, k: k, steps: (n, 1), dtype: dtype)
      self.bias = bias.map { Storage(transposing: $0, n: n, k: 1, steps: (n, 1), dtype: dtype) }
      return
    }
    let product = dtype.product
    func packed(_ b: UnsafeMutableRawPointer, k: Int) -> Storage {
      let storage = Storage(count: product.packed_count(n, k), dtype: dtype)
      parallel(count: product.block_count(k), of: dtype) {
        product.pack(b, n, 1, n, k, $0, storage.pointer)
      }
      return storage
    }
    arranged = packed(b, k: k)
    self.bias = bias.map { packed($0, k: 1) }
  }

  /// C = A·B + bias or C + A·B on the calling thread; then what the rectifier does.
  ///
  /// - Parameters:
  ///   - a: What the offsets in `windows` and `elements` are relative to.
  ///   - windows: Where each row of A begins.
  ///   - elements: Where a row's elements are, relative to that.
  ///   - c: What the offsets in `rows` are relative to.
  ///   - rows: Where each row of C begins.
  ///   - count: How many of the windows and rows are to be multiplied.
  func multiply(
    _ a: UnsafeMutableRawPointer, windows: [Int], elements: WindowElements,
    to c: UnsafeMutableRawPointer, rows: [Int], count: Int, accumulates: Bool = false,
    rectifier: CKRectifier = .none
  ) {
    if isNarrow {
      dtype.kernels.pointee.multiply_narrow(
        a, windows, elements.runs, elements.runs.count, elements.runLength, arranged.pointer,
        bias?.pointer, c, rows, count, n, accumulates, rectifier)
    } else {
      dtype.product.multiply_packed(
        a, windows, elements.offsets, arranged.pointer, bias?.pointer, c, rows, count, n, k,
        accumulates, rectifier)
    }
  }
}
