extension Tensor {
  /// log(e^x₀ + … + e^xᵢ) along one axis, without overflow.
  ///
  /// Computed as m + log(1 + r) in double precision, with the largest element m so far and the sum r of
  /// the others relative to it. An element of −∞ adds nothing and has the gradient 0.
  ///
  /// - Parameters:
  ///   - axis: The axis; a negative one counts from the end.
  ///   - reversed: Whether to run from the end: log(e^xᵢ + … + e^xₙ₋₁).
  public func cumulativeLogSumExp(along axis: Int = -1, reversed: Bool = false) -> Tensor {
    let (x, axis) = (self, self.axis(axis, "cumulativeLogSumExp"))
    let value = scanned(.logSumExp, along: axis, reversed: reversed, "cumulativeLogSumExp").values
    // The gradient uses the share e^(xᵢ − yᵢ) of each element in its sum, and the share e^(yᵢ −
    // yᵢ₊₁) of each sum in the next one: all at most 1, so that the backward pass does not overflow
    // either.
    return value.tracked(from: self) { y, dy in
      let next = y.shifted(filling: .infinity, along: axis, reversed: !reversed)
      return share(of: x, in: y)
        * linearRecurrence(share(of: y, in: next), dy, along: axis, reversed: !reversed)
    }
  }
}

/// e^(part − whole), but 0 where e^part is 0, for a part of −∞.
private func share(of part: Tensor, in whole: Tensor) -> Tensor {
  let nothing = part .== Tensor(-Double.infinity, dtype: part.dtype)
  let difference = select(nothing, Tensor(0, dtype: part.dtype), part - whole)
  return select(nothing, Tensor(0, dtype: part.dtype), exp(difference))
}
