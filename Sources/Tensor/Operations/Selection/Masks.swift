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
  // MARK: Any, all, how many

  // What is not 0 counts as true: NaN too, as in NumPy.

  /// Whether any element is other than 0; of none, false.
  public func any() -> Bool { nonzeroCount() > 0 }

  /// Whether all elements are other than 0; of none, true.
  public func all() -> Bool { nonzeroCount() == count }

  /// How many elements are other than 0.
  public func nonzeroCount() -> Int { Int(isNonzero.sumOfSquares) }

  /// 1 where any element along the axes is other than 0, and 0 elsewhere; of none, 0.
  public func any(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    isNonzero.sum(along: axes, keepingDimensions: keepingDimensions) .> 0
  }

  /// 1 where any element along the axis is other than 0, and 0 elsewhere.
  public func any(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    any(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// 1 where all elements along the axes are other than 0, and 0 elsewhere; of none, 1.
  public func all(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    (1 - isNonzero).sum(along: axes, keepingDimensions: keepingDimensions) .<= 0
  }

  /// 1 where all elements along the axis are other than 0, and 0 elsewhere.
  public func all(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    all(along: [axis], keepingDimensions: keepingDimensions)
  }

  /// How many elements along the axes are other than 0, in the tensor's element type: exact up to 2²⁴ in
  /// float32.
  public func nonzeroCount(along axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    isNonzero.sum(along: axes, keepingDimensions: keepingDimensions)
  }

  /// How many elements along the axis are other than 0.
  public func nonzeroCount(along axis: Int, keepingDimensions: Bool = false) -> Tensor {
    nonzeroCount(along: [axis], keepingDimensions: keepingDimensions)
  }

  private var isNonzero: Tensor { self .!= Tensor(0, dtype: dtype) }
}
