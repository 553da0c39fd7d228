import CKernels

/// The type of a tensor's elements.
public enum DType: String, Sendable, Codable {
  /// 32-bit floating point, for training and sampling.
  ///
  /// Operations flush denormal numbers, those below 1.2 · 10⁻³⁸, to zero: arithmetic with them is
  /// many times slower, and the optimisers' moments of pixels that are always black become
  /// denormal.
  case float32
  /// 64-bit floating point, for gradient checks and linear algebra; denormal numbers, those below
  /// 2.2 · 10⁻³⁰⁸, are kept.
  case float64

  /// The size of one element in bytes.
  public var byteCount: Int { self == .float32 ? 4 : 8 }

  /// The vector loops for this type on this processor.
  var kernels: UnsafePointer<CKKernels> {
    self == .float32 ? Self.float32Kernels : Self.float64Kernels
  }

  /// The package's own matrix product for this type on this processor.
  var product: CKProduct {
    self == .float32 ? Self.float32Product.pointee : Self.float64Product.pointee
  }

  /// The solves and factorisations of float64 matrices on this processor.
  static var factors: CKFactors { factorsOfProcessor.pointee }

  /// The products of a few float64 rows on this processor.
  static var fewRows: CKFewRows { fewRowsOfProcessor.pointee }

  private nonisolated(unsafe) static let fewRowsOfProcessor = ck_few_rows()
  private nonisolated(unsafe) static let factorsOfProcessor = ck_factors()
  private nonisolated(unsafe) static let float32Kernels = ck_float32()
  private nonisolated(unsafe) static let float64Kernels = ck_float64()
  private nonisolated(unsafe) static let float32Product = ck_product(false)
  private nonisolated(unsafe) static let float64Product = ck_product(true)
}
