import CKernels

// Arithmetic with broadcasting. Each operation: its value, and the gradient of each operand.

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

  /// x · `factor` + `term`, in one pass.
  func scaled(by factor: Double, plus term: Double = 0) -> Tensor {
    if factor == 1 && term == 0 { return self }
    return mapped(by: .affine, factor, term) { _, dy in dy * factor }
  }
}

/// The element-wise power aᵇ, broadcast; the gradient in b needs a > 0.
public func pow(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .power, a, b,
    pullbacks: ({ _, dy in dy * b * pow(a, b - 1) }, { y, dy in dy * y * log(a) }))
}

/// The element-wise power xᵖ for a fixed exponent.
public func pow(_ x: Tensor, _ exponent: Double) -> Tensor {
  x.mapped(by: .power, exponent) { _, dy in
    exponent == 0 ? dy * 0 : dy * (exponent * pow(x, exponent - 1))
  }
}

/// The smaller of each two elements, broadcast; where they are equal each gets half the gradient.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor.zipped(
    .minimum, a, b,
    pullbacks: (
      { _, dy in dy * ((a .< b) + 0.5 * (a .== b)) }, { _, dy in dy * ((b .< a) + 0.5 * (a .== b)) }
    ))
}

/// The larger of each two elements, broadcast; where they are equal each gets half the gradient.
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
