import Tensor

extension Tensor {
  /// Calls `body` with the elements of a float64 tensor.
  func withDoubles<Result>(
    _ body: (UnsafePointer<Double>) throws -> Result
  ) rethrows -> Result {
    precondition(dtype == .float64, "expected float64, found \(dtype)")
    return try withUnsafeBytes { bytes in
      // An empty tensor has memory too, which is never read.
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
