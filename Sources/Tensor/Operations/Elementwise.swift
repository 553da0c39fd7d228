import CKernels

// Element-wise functions. Each consists of its loop's name and its derivative.

extension Tensor {
  /// An element-wise operation with its own loop, and its pullback.
  func mapped(
    by operation: CKMap, _ p: Double = 0, _ q: Double = 0, function: String = #function,
    role: Tape.Role = .operation, pullback: @escaping Pullback
  ) -> Tensor {
    let kernel = dtype.kernels.pointee.map
    let value = Tensor.uninitialized(shape, dtype, function, reading: count) { result, count in
      parallel(over: count, grain: elementwiseGrain, of: dtype) {
        kernel(operation, p, q, pointer, result, $0, $1)
      }
    }
    return value.tracked(
      from: TrackedInput(self, pullback: pullback), operation: function, role: role)
  }

  /// Applies a function to each element, with a pullback that you supply.
  ///
  /// For your own operations that are not compositions of others. The function receives float64
  /// whatever the tensor's type; it is called in order, on one thread.
  ///
  /// ```swift
  /// let y = x.mapped({ $0 * $0 * $0 }) { _, dy in dy * 3 * x * x }
  /// ```
  public func mapped(_ function: (Double) -> Double, pullback: @escaping Pullback) -> Tensor {
    Tensor(doubles.map(function), shape: shape, dtype: dtype)
      .tracked(from: self, pullback: pullback)
  }
}

/// The absolute value of each element, including −0; its gradient at 0 is 0.
public func abs(_ x: Tensor) -> Tensor {
  x.mapped(by: .abs) { _, dy in dy * sign(x) }
}

/// −1, 0 or 1 by the sign of each element; NaN stays NaN.
public func sign(_ x: Tensor) -> Tensor {
  stopGradient(x).mapped(by: .sign) { _, dy in dy * 0 }
}

/// The square of each element.
public func square(_ x: Tensor) -> Tensor {
  x.mapped(by: .square) { _, dy in 2 * dy * x }
}

/// The square root of each element.
public func sqrt(_ x: Tensor) -> Tensor {
  x.mapped(by: .sqrt) { y, dy in 0.5 * dy / y }
}

/// eˣ of each element.
public func exp(_ x: Tensor) -> Tensor {
  x.mapped(by: .exp) { y, dy in dy * y }
}

/// eˣ − 1 of each element, accurate near 0, where `exp(x) - 1` loses all digits.
public func expm1(_ x: Tensor) -> Tensor {
  x.mapped(by: .expm1) { _, dy in dy * exp(x) }
}

/// The natural logarithm of each element.
public func log(_ x: Tensor) -> Tensor {
  x.mapped(by: .log) { _, dy in dy / x }
}

/// log(1 + x) of each element, accurate near 0, where `log(1 + x)` loses all digits.
public func log1p(_ x: Tensor) -> Tensor {
  x.mapped(by: .log1p) { _, dy in dy / (1 + x) }
}

/// The sine of each element, in radians.
public func sin(_ x: Tensor) -> Tensor {
  x.mapped(by: .sin) { _, dy in dy * cos(x) }
}

/// The cosine of each element, in radians.
public func cos(_ x: Tensor) -> Tensor {
  x.mapped(by: .cos) { _, dy in -dy * sin(x) }
}

/// Each element clamped to `range`, NaN where it is NaN; the gradient is 0 outside the range.
public func clamp(_ x: Tensor, to range: ClosedRange<Double>) -> Tensor {
  let (lower, upper) = (range.lowerBound, range.upperBound)
  return x.mapped(by: .clamp, lower, upper) { _, dy in
    dy.masked(
      byPositive: stopGradient(x).mapped(by: .isWithin, lower, upper) { _, dy in dy * 0 })
  }
}
