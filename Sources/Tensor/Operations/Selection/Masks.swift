// Masks are 1 where something holds and 0 elsewhere, in the tensor's element type, without a gradient.

/// 1 where x is NaN, 0 elsewhere.
public func isNaN(_ x: Tensor) -> Tensor { x .!= x }

/// 1 where x is +∞ or −∞, 0 elsewhere.
public func isInfinite(_ x: Tensor) -> Tensor {
  abs(stopGradient(x)) .== Tensor(Double.infinity, dtype: x.dtype)
}

/// 1 where x is a finite number, neither infinite nor NaN, 0 elsewhere.
public func isFinite(_ x: Tensor) -> Tensor {
  abs(stopGradient(x)) .< Tensor(Double.infinity, dtype: x.dtype)
}

extension Tensor {
  // MARK: Any, all, counts

  // Anything other than 0 counts as true, including NaN, as in NumPy.

  /// Whether any element is not 0; false for an empty tensor.
  public func any() -> Bool { nonzeroCount() > 0 }

  /// Whether all elements are not 0; true for an empty tensor.
  public func all() -> Bool { nonzeroCount() == count }

  /// The number of elements that are not 0.
  public func nonzeroCount() -> Int { Int(isNonzero.sumOfSquares) }

  /// 1 where any element along the axes is not 0, 0 elsewhere; 0 if there are none.
  public func any(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    isNonzero.sum(along: axes, keepingDimensions: keepingDimensions) .> 0
  }

  /// 1 where any element along the axis is not 0, 0 elsewhere.
  public func any(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    any(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// 1 where all elements along the axes are not 0, 0 elsewhere; 1 if there are none.
  public func all(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    (1 - isNonzero).sum(along: axes, keepingDimensions: keepingDimensions) .<= 0
  }

  /// 1 where all elements along the axis are not 0, 0 elsewhere.
  public func all(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    all(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// The number of elements along the axes that are not 0, in the tensor's element type: exact up
  /// to 2²⁴ in float32.
  public func nonzeroCount(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    isNonzero.sum(along: axes, keepingDimensions: keepingDimensions)
  }

  /// The number of elements along the axis that are not 0.
  public func nonzeroCount(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    nonzeroCount(along: [axis], keepingDimensions: keepingDimensions)
  }

  private var isNonzero: Tensor { self .!= Tensor(0, dtype: dtype) }
}
