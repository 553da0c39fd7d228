extension Tensor {
  /// The cumulative products yᵢ = x₀ ⋯ xᵢ along one axis, computed in double precision.
  ///
  /// The gradient is exact even where elements are 0, since nothing is divided by them: with the
  /// products before each element Eᵢ = x₀ ⋯ xᵢ₋₁ it is Eᵢ rᵢ, where rᵢ = dyᵢ + xᵢ₊₁ rᵢ₊₁.
  ///
  /// - Parameters:
  ///   - axis: The axis; a negative one counts from the end.
  ///   - reversed: Whether to run from the end: yᵢ = xᵢ ⋯ xₙ₋₁.
  ///   - exclusive: Whether to exclude the element itself: yᵢ = x₀ ⋯ xᵢ₋₁, and y₀ = 1.
  public func cumulativeProduct(
    along axis: Int = -1, reversed: Bool = false, exclusive: Bool = false
  ) -> Tensor {
    let (x, axis) = (self, self.axis(axis, "cumulativeProduct"))
    let value = scanned(.product, along: axis, reversed: reversed, "cumulativeProduct").values
    let products = value.tracked(from: self) { y, dy in
      let following = x.shifted(filling: 0, along: axis, reversed: !reversed)
      return y.shifted(filling: 1, along: axis, reversed: reversed)
        * linearRecurrence(following, dy, along: axis, reversed: !reversed)
    }
    return exclusive ? products.shifted(filling: 1, along: axis, reversed: reversed) : products
  }
}
