extension [Int] {
  /// The number of elements of an array of this shape, or nil if no such array can exist.
  ///
  /// A size of 0 hides overflow: 0 · 2⁴⁷ · 2³² is 0, while the strides of that array do not fit
  /// into 64 bits and a loop over its rows never ends. So the product of the nonzero sizes must fit
  /// too, as in NumPy; here it is at most 2⁴⁸, more than any memory holds.
  package var elementCount: Int? {
    var product = 1
    var hasZero = false
    for size in self {
      guard size >= 0 else { return nil }
      if size == 0 {
        hasZero = true
        continue
      }
      let (next, overflows) = product.multipliedReportingOverflow(by: size)
      guard !overflows, next <= Self.largestElementCount else { return nil }
      product = next
    }
    return hasZero ? 0 : product
  }

  private static var largestElementCount: Int { 1 << 48 }

  /// The number of elements of a tensor of this shape that an operation creates.
  func elementCount(for operation: @autoclosure () -> String) -> Int {
    guard let count = elementCount else {
      preconditionFailure(
        "\(operation()): expected sizes of 0 or more with a product of at most 2⁴⁸ (zeros left out) in"
          + " a shape, found \(self)")
    }
    return count
  }
}
