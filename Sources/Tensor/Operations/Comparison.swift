import CKernels

// Comparisons give 1 where they hold and 0 elsewhere, in the operands' element type, and have no
// gradient. Their names begin with a dot, like the standard library's SIMD comparisons.

extension Tensor {
  /// 1 where a < b, 0 elsewhere.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { zipped(.less, a, b) }
  /// 1 where a ≤ b, 0 elsewhere.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor {
    zipped(.lessOrEqual, a, b)
  }
  /// 1 where a > b, 0 elsewhere.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { zipped(.greater, a, b) }
  /// 1 where a ≥ b, 0 elsewhere.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor {
    zipped(.greaterOrEqual, a, b)
  }
  /// 1 where a = b, 0 elsewhere.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { zipped(.equal, a, b) }
  /// 1 where a ≠ b, 0 elsewhere.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor {
    zipped(.notEqual, a, b)
  }

  /// 1 where x < number, 0 elsewhere.
  public static func .< (x: Tensor, number: Double) -> Tensor {
    x .< Tensor(number, dtype: x.dtype)
  }
  /// 1 where x ≤ number, 0 elsewhere.
  public static func .<= (x: Tensor, number: Double) -> Tensor {
    x .<= Tensor(number, dtype: x.dtype)
  }
  /// 1 where x > number, 0 elsewhere.
  public static func .> (x: Tensor, number: Double) -> Tensor {
    x .> Tensor(number, dtype: x.dtype)
  }
  /// 1 where x ≥ number, 0 elsewhere.
  public static func .>= (x: Tensor, number: Double) -> Tensor {
    x .>= Tensor(number, dtype: x.dtype)
  }
}

/// Takes each element from `a` where `mask` is not 0, and from `b` where it is.
///
/// The three broadcast together; the mask has no gradient.
public func select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  guard let pair = Broadcast.shape(a.shape, b.shape),
    let shape = Broadcast.shape(mask.shape, pair), a.dtype == b.dtype, a.dtype == mask.dtype
  else {
    preconditionFailure(
      "select: shapes \(mask.shape), \(a.shape) and \(b.shape) do not broadcast, or element types"
        + " \(mask.dtype), \(a.dtype) and \(b.dtype) differ")
  }
  let mask = stopGradient(mask).broadcast(to: shape)
  let (a, b) = (a.broadcast(to: shape), b.broadcast(to: shape))
  let kernel = a.dtype.kernels.pointee.select
  let value = Tensor.uninitialized(shape, a.dtype, reading: 3 * a.count) { result, count in
    parallel(over: count, grain: elementwiseGrain, of: a.dtype) {
      kernel(mask.pointer, a.pointer, b.pointer, result, $0, $1)
    }
  }
  return value.tracked(
    from: (a, { _, dy in select(mask, dy, .zeros(dy.shape, dtype: dy.dtype)) }),
    (b, { _, dy in select(mask, .zeros(dy.shape, dtype: dy.dtype), dy) }))
}
