/// The linear recurrence yᵢ = aᵢ yᵢ₋₁ + bᵢ along one axis, with y₀ = b₀.
///
/// It serves discounted sums, autoregressive series, exponential averages, and the gradients of
/// other scans. The running value is double, whatever the element type. The first factor a₀ is
/// ignored.
///
/// - Parameters:
///   - factors: a, of the shape of `terms` and its type.
///   - terms: b.
///   - axis: The axis; a negative one counts from the end.
///   - reversed: Whether to run from the end: yᵢ = aᵢ yᵢ₊₁ + bᵢ; the last factor is then ignored.
/// - Returns: y, of the same shape.
public func linearRecurrence(
  _ factors: Tensor, _ terms: Tensor, along axis: Int = -1, reversed: Bool = false
) -> Tensor {
  precondition(
    factors.shape == terms.shape && factors.dtype == terms.dtype,
    "linearRecurrence: expected factors and terms of one shape and type, found"
      + " \(factors.dtype)\(factors.shape) and \(terms.dtype)\(terms.shape)")
  let axis = terms.axis(axis, "linearRecurrence")
  let (scan, dtype) = (Scan(terms, along: axis, reversed: reversed), terms.dtype)
  let kernel = dtype.kernels.pointee.recur
  let value = Tensor.uninitialized(terms.shape, dtype, reading: 2 * terms.count) { result, _ in
    scan.run(of: dtype) { offset, begin, end in
      kernel(
        factors.pointer(at: offset), terms.pointer(at: offset), result + offset * dtype.byteCount,
        scan.count, scan.step, begin, end)
    }
  }
  // The gradient of yᵢ includes those of all later values: rᵢ = dyᵢ + aᵢ₊₁ rᵢ₊₁.
  func reaching(_ dy: Tensor) -> Tensor {
    linearRecurrence(
      factors.shifted(filling: 0, along: axis, reversed: !reversed), dy, along: axis,
      reversed: !reversed)
  }
  return value.tracked(
    from: (
      factors, { y, dy in reaching(dy) * y.shifted(filling: 0, along: axis, reversed: reversed) }
    ), (terms, { _, dy in reaching(dy) }))
}
