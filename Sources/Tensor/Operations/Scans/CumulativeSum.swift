extension Tensor {
  /// The sums yᵢ = x₀ + … + xᵢ along one axis, of the tensor's shape.
  ///
  /// Added up in double precision and in short blocks, so that a long sum of float32 is exact to its last
  /// digit, and the sums of numbers of 0 or more never fall. Along an axis of size 0 there are none. Two
  /// passes through the elements, on all threads.
  ///
  /// - Parameters:
  ///   - axis: Which axis; a negative one counts from the end.
  ///   - reversed: From the end on: yᵢ = xᵢ + … + xₙ₋₁.
  ///   - exclusive: Without the element itself: yᵢ = x₀ + … + xᵢ₋₁, and y₀ = 0.
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
