import CKernels

// Arithmetic with broadcasting: the value of each operation and the gradient of each operand.

extension Tensor {
  /// The element-wise sum, broadcast.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    zipped(.add, a, b, pullbacks: ({ _, dy in dy }, { _, dy in dy }))
  }

  /// The element-wise difference, broadcast.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    zipped(.subtract, a, b, pullbacks: ({ _, dy in dy }, { _, dy in -dy }))
  }

  /// The element-wise product, broadcast.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    zipped(.multiply, a, b, pullbacks: ({ _, dy in dy * b }, { _, dy in dy * a }))
  }

  /// The element-wise quotient, broadcast.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    zipped(.divide, a, b, pullbacks: ({ _, dy in dy / b }, { y, dy in -dy * y / b }))
  }

  /// The negated elements.
  public static prefix func - (x: Tensor) -> Tensor {
    x.mapped(by: .negate) { _, dy in -dy }
  }

  /// x · `factor`.
  func scaled(by factor: Double) -> Tensor {
    if factor == 1 { return self }
    return mapped(by: .scale, factor) { _, dy in dy * factor }
  }

  /// x · `factor` + `term`, in one pass.
  func scaled(by factor: Double, plus term: Double) -> Tensor {
    // Adding +0 is not an identity: it turns −0 into +0.
    if factor == 1 && term == 0 && term.sign == .minus { return self }
    return mapped(by: .affine, factor, term) { _, dy in dy * factor }
  }
}

/// The element-wise power aᵇ, broadcast; the gradient in b requires a ≥ 0.
///
/// Where a limit decides, the gradients are those of the one-argument functions: a⁰ is constant in
/// a, even at a = 0, and 0ᵇ is constant in b ≥ 0.
public func pow(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .power, a, b,
    pullbacks: (
      { _, dy in dy * powerSlope(a, b) }, { y, dy in dy * y * logarithmOfBase(a, b) }
    ))
}

/// The element-wise power xᵖ for a fixed exponent; x⁰ is constant, even at x = 0.
public func pow(_ x: Tensor, _ exponent: Double) -> Tensor {
  x.mapped(by: .power, exponent) { _, dy in
    exponent == 0
      ? Tensor.zeros(dy.shape, dtype: dy.dtype) : dy * (exponent * pow(x, exponent - 1))
  }
}

/// b a^(b − 1), but 0 where a and b are 0, since that would be 0 · ∞.
private func powerSlope(_ a: Tensor, _ b: Tensor) -> Tensor {
  // Numbers below the smallest normal one also have an infinite power of −1.
  let smallest =
    a.dtype == .float32
    ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
  let isOrigin = (abs(stopGradient(a)) .< smallest) * (b .== Tensor(0, dtype: b.dtype))
  let (zero, one) = (Tensor(0, dtype: b.dtype), Tensor(1, dtype: b.dtype))
  return select(isOrigin, zero, b) * pow(a, select(isOrigin, one, b) - 1)
}

/// log a, but 0 where a is 0 and b ≥ 0, since aᵇ does not depend on b there.
private func logarithmOfBase(_ a: Tensor, _ b: Tensor) -> Tensor {
  let isConstant = (a .== Tensor(0, dtype: a.dtype)) * (b .>= 0)
  return log(select(isConstant, Tensor(1, dtype: a.dtype), a))
}

/// The smaller of each two elements, broadcast; equal elements each get half the gradient.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .minimum, a, b,
    pullbacks: (
      { _, dy in dy * ((a .< b) + 0.5 * (a .== b)) }, { _, dy in dy * ((b .< a) + 0.5 * (a .== b)) }
    ))
}

/// The larger of each two elements, broadcast; equal elements each get half the gradient.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .maximum, a, b,
    pullbacks: (
      { _, dy in dy * ((a .> b) + 0.5 * (a .== b)) }, { _, dy in dy * ((b .> a) + 0.5 * (a .== b)) }
    ))
}

// MARK: - With a number

extension Tensor {
  /// Adds a number to each element.
  public static func + (x: Tensor, number: Double) -> Tensor { x.scaled(by: 1, plus: number) }
  /// Adds each element to a number.
  public static func + (number: Double, x: Tensor) -> Tensor { x.scaled(by: 1, plus: number) }
  /// Subtracts a number from each element.
  public static func - (x: Tensor, number: Double) -> Tensor { x.scaled(by: 1, plus: -number) }
  /// Subtracts each element from a number.
  public static func - (number: Double, x: Tensor) -> Tensor { x.scaled(by: -1, plus: number) }
  /// Multiplies each element by a number.
  public static func * (x: Tensor, number: Double) -> Tensor { x.scaled(by: number) }
  /// Multiplies a number by each element.
  public static func * (number: Double, x: Tensor) -> Tensor { x.scaled(by: number) }
  /// Divides each element by a number.
  public static func / (x: Tensor, number: Double) -> Tensor {
    number == 1 ? x : x.mapped(by: .divideBy, number) { _, dy in dy / number }
  }
  /// Divides a number by each element.
  public static func / (number: Double, x: Tensor) -> Tensor {
    x.mapped(by: .divideInto, number) { y, dy in -dy * y / x }
  }

  /// Adds in place.
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  /// Subtracts in place.
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  /// Multiplies in place.
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
  /// Divides in place.
  public static func /= (a: inout Tensor, b: Tensor) { a = a / b }
}
