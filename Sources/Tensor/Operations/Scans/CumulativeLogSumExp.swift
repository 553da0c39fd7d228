extension Tensor {
  /// log(e^x₀ + … + e^xᵢ) along one axis, of the tensor's shape, without overflow.
  ///
  /// Computed as m + log(1 + r) in double precision, with the largest element m so far and the sum r of
  /// the others relative to it. An element of −∞ adds nothing and has the gradient 0.
  ///
  /// - Parameters:
  ///   - axis: Which axis; a negative one counts from the end.
  ///   - reversed: From the end on: log(e^xᵢ + … + e^xₙ₋₁).
  public func cumulativeLogSumExp(along axis: Int = -1, reversed: Bool = false) -> Tensor {
    let (x, axis) = (self, self.axis(axis, "cumulativeLogSumExp"))
    let value = scanned(.logSumExp, along: axis, reversed: reversed, "cumulativeLogSumExp").values
    // With the share e^(xᵢ − yᵢ) of each element in its sum, and the share e^(yᵢ − yᵢ₊₁) of each sum in
    // the next one: all at most 1, so that nothing overflows on the way back either.
    return value.tracked(from: self) { y, dy in
      let next = y.shifted(filling: .infinity, along: axis, reversed: !reversed)
      return share(of: x, in: y)
        * linearRecurrence(share(of: y, in: next), dy, along: axis, reversed: !reversed)
    }
  }
}

/// e^(part − whole), and 0 where the part is 0 = e^−∞.
private func share(of part: Tensor, in whole: Tensor) -> Tensor {
  let nothing = part .== Tensor(-Double.infinity, dtype: part.dtype)
  let difference = select(nothing, Tensor(0, dtype: part.dtype), part - whole)
  return select(nothing, Tensor(0, dtype: part.dtype), exp(difference))
}
