import CKernels

extension Tensor {
  /// The running maximum of x₀ … xᵢ along one axis.
  ///
  /// From the first NaN on the result is NaN. The gradient goes to the element that is the largest,
  /// the first of equal ones.
  ///
  /// - Parameters:
  ///   - axis: The axis; a negative one counts from the end.
  ///   - reversed: Whether to run from the end: the largest of xᵢ … xₙ₋₁, the last of equal ones.
  public func cumulativeMax(along axis: Int = -1, reversed: Bool = false) -> Tensor {
    cumulativeExtreme(.max, axis, reversed, "cumulativeMax")
  }

  /// The running minimum of x₀ … xᵢ along one axis.
  ///
  /// From the first NaN on the result is NaN. The gradient goes to the element that is the smallest, the
  /// first of equal ones.
  ///
  /// - Parameters:
  ///   - axis: The axis; a negative one counts from the end.
  ///   - reversed: Whether to run from the end: the smallest of xᵢ … xₙ₋₁, the last of equal ones.
  public func cumulativeMin(along axis: Int = -1, reversed: Bool = false) -> Tensor {
    cumulativeExtreme(.min, axis, reversed, "cumulativeMin")
  }

  private func cumulativeExtreme(
    _ operation: CKScan, _ axis: Int, _ isReversed: Bool, _ name: String
  ) -> Tensor {
    let axis = self.axis(axis, name)
    let (values, places) = scanned(
      operation, along: axis, reversed: isReversed, placed: isBeingRecorded, name)
    let length = shape[axis]
    return values.tracked(from: self, operation: name) { _, dy in
      dy.scatteredElements(to: places, count: length, along: axis)
    }
  }
}
