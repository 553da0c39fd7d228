/// The numbers of an element type in a range, and the map to them from numbers uniform on [0, 1).
///
/// lower + (upper − lower) u rounds to the upper bound for a u near 1, and to below the lower bound
/// if that is not one of the type's numbers; the span of a wide range overflows, and that of a tiny
/// one is flushed to zero.
struct UniformRange {
  private let lower: Double
  private let upper: Double
  private let dtype: DType
  /// The smallest and the largest number of the type in the range.
  private let numbers: ClosedRange<Double>

  init(_ range: Range<Double>, _ dtype: DType) {
    (lower, upper, self.dtype) = (range.lowerBound, range.upperBound, dtype)
    switch dtype {
    case .float32: numbers = Self.numbers(in: range, of: Float.self)
    case .float64: numbers = Self.numbers(in: range, of: Double.self)
    }
  }

  private static func numbers<Number: BinaryFloatingPoint>(
    in range: Range<Double>, of type: Number.Type
  ) -> ClosedRange<Double> {
    var (first, last) = (Number(range.lowerBound), Number(range.upperBound))
    precondition(
      first.isFinite && last.isFinite,
      "Random.uniform(in:): expected bounds that are finite numbers of \(type), found \(range)")
    if range.isEmpty { return Double(first)...Double(first) }
    if Double(first) < range.lowerBound { first = first.nextUp }
    if Double(last) >= range.upperBound { last = last.nextDown }
    precondition(
      first <= last,
      "Random.uniform(in:): expected a range with a number of \(type) in it, found \(range)")
    return Double(first)...Double(last)
  }

  /// Maps a number uniform on [0, 1) to the range.
  func scaled(_ unit: Double) -> Double {
    let span = upper - lower
    // Half of the range has a finite span.
    let x =
      span.isFinite
      ? lower + span * unit : 2 * (lower / 2 + (upper / 2 - lower / 2) * unit)
    return min(max(x, numbers.lowerBound), numbers.upperBound)
  }

  /// Maps numbers uniform on [0, 1) to the range.
  func scaled(_ unit: Tensor) -> Tensor {
    guard let normal = normalNumbers else {
      return Tensor(unit.doubles.map { scaled($0) }, shape: unit.shape, dtype: dtype)
    }
    return clamp(unit.scaled(by: upper - lower, plus: lower), to: normal)
  }

  /// The smallest and the largest number of the type in the range that are not denormal, if the
  /// tensors' loops, which treat denormal numbers as zero, can do the arithmetic.
  private var normalNumbers: ClosedRange<Double>? {
    let (smallest, largest, digits) =
      dtype == .float32
      ? (
        Double(Float.leastNormalMagnitude), Double(Float.greatestFiniteMagnitude),
        Float.significandBitCount
      )
      : (.leastNormalMagnitude, .greatestFiniteMagnitude, Double.significandBitCount)
    let span = upper - lower
    // The smallest number that is drawn is one unit in the last place of 1.
    guard span == 0 || span >= smallest * Double(sign: .plus, exponent: digits + 1, significand: 1),
      span <= largest
    else { return nil }
    var (first, last) = (numbers.lowerBound, numbers.upperBound)
    if Swift.abs(first) < smallest { first = first > 0 ? smallest : 0 }
    if Swift.abs(last) < smallest && last != 0 { last = last > 0 ? 0 : -smallest }
    return first <= last ? first...last : nil
  }
}
