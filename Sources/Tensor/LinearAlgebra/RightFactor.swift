import CKernels

/// A matrix `[k, n]` that is the right factor of many products, packed once for all of them.
///
/// The left factors are windows on images: tables of offsets locate their elements
/// (``WindowElements``) and the rows of the result.
struct RightFactor: @unchecked Sendable {
  private let n: Int
  private let k: Int
  private let dtype: DType
  /// In the layout that the product needs, or transposed, `[n, k]`, if the matrix is narrow.
  private let arranged: Storage
  private let bias: Storage?
  private let isNarrow: Bool

  /// Packs the matrix at `b`, whose rows are contiguous, and a bias to be added to each row of the
  /// products.
  init(
    _ b: UnsafeMutableRawPointer, n: Int, k: Int, bias: UnsafeMutableRawPointer? = nil,
    dtype: DType
  ) {
    self.n = n
    self.k = k
    self.dtype = dtype
    // This includes k = 0: empty dot products are zeros.
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

  /// Computes C = A·B + bias or C + A·B on the calling thread, and applies the rectifier.
  ///
  /// - Parameters:
  ///   - a: The address that the offsets in `windows` and `elements` are relative to.
  ///   - windows: Where each row of A begins.
  ///   - elements: Where a row's elements are, relative to that.
  ///   - c: The address that the offsets in `rows` are relative to.
  ///   - rows: Where each row of C begins.
  ///   - count: The number of windows and rows to multiply.
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
