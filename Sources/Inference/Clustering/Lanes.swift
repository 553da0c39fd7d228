import Tensor

extension Tensor {
  /// Calls `body` with the elements of a float64 tensor.
  func withDoubles<Result>(
    _ body: (UnsafePointer<Double>) throws -> Result
  ) rethrows -> Result {
    precondition(dtype == .float64, "expected float64, found \(dtype)")
    return try withUnsafeBytes { bytes in
      // An empty tensor has memory too, which is not read.
      let memory = bytes.assumingMemoryBound(to: Double.self)
      guard let start = memory.baseAddress else {
        preconditionFailure("expected a tensor with memory, found shape \(shape)")
      }
      return try body(start)
    }
  }

  /// Creates a float64 tensor whose elements `fill` writes.
  static func filled(
    _ shape: [Int], _ fill: (UnsafeMutablePointer<Double>) throws -> Void
  ) rethrows -> Tensor {
    try Tensor(shape, .float64) { bytes in
      guard let start = bytes.baseAddress else { return }
      try fill(start.assumingMemoryBound(to: Double.self))
    }
  }
}

extension UnsafePointer<Double> {
  @inline(__always)
  func four(at place: Int) -> SIMD4<Double> {
    UnsafeRawPointer(self + place).loadUnaligned(as: SIMD4<Double>.self)
  }
  @inline(__always)
  func eight(at place: Int) -> SIMD8<Double> {
    UnsafeRawPointer(self + place).loadUnaligned(as: SIMD8<Double>.self)
  }
}

extension UnsafeMutablePointer<Double> {
  @inline(__always)
  func four(at place: Int) -> SIMD4<Double> { UnsafePointer(self).four(at: place) }
  @inline(__always)
  func eight(at place: Int) -> SIMD8<Double> { UnsafePointer(self).eight(at: place) }
  @inline(__always)
  func set(_ value: SIMD4<Double>, at place: Int) {
    UnsafeMutableRawPointer(self + place).storeBytes(of: value, as: SIMD4<Double>.self)
  }
  @inline(__always)
  func set(_ value: SIMD8<Double>, at place: Int) {
    UnsafeMutableRawPointer(self + place).storeBytes(of: value, as: SIMD8<Double>.self)
  }
}
