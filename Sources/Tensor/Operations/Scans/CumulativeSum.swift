extension Tensor {
  /// The cumulative sums yᵢ = x₀ + … + xᵢ along one axis.
  ///
  /// They are added up in double precision and in short blocks, so that a long sum of float32 is
  /// exact to its last digit, and the sums of nonnegative numbers never decrease. An axis of size 0
  /// gives no sums. Takes two passes through the elements, on all threads.
  ///
  /// - Parameters:
  ///   - axis: The axis; a negative one counts from the end.
  ///   - reversed: Whether to run from the end: yᵢ = xᵢ + … + xₙ₋₁.
  ///   - exclusive: Whether to exclude the element itself: yᵢ = x₀ + … + xᵢ₋₁, and y₀ = 0.
  public func cumulativeSum(
    along axis: Int = -1, reversed: Bool = false, exclusive: Bool = false
  ) -> Tensor {
    let axis = self.axis(axis, "cumulativeSum")
    let value = Tensor.uninitialized(shape, dtype, reading: 2 * count) { result, _ in
      Scan(self, along: axis, reversed: reversed).writeSums(of: self, to: result)
    }
    let sums = value.tracked(from: self) { _, dy in
      dy.cumulativeSum(along: axis, reversed: !reversed)
    }
    return exclusive ? sums.shifted(filling: 0, along: axis, reversed: reversed) : sums
  }
}
