/// A tick of an axis; minor ticks have no label.
struct Tick: Equatable, Sendable {
  let value: Double
  var label = ""
  var isMinor = false
}

extension Tick {
  /// Ticks at round numbers, spaced by 1, 2 or 5 times a power of ten.
  ///
  /// - Parameters:
  ///   - low: The lower end, finite.
  ///   - high: The upper end, finite and distinctly above the lower end.
  ///   - count: The approximate number of steps.
  ///   - isWhole: Whether ticks are at whole numbers only.
  static func linear(
    from low: Double, to high: Double, count: Int, isWhole: Bool = false
  ) -> [Tick] {
    // Halved first: the difference of two finite numbers may be infinite.
    let rough = (high / 2 - low / 2) / (Double(max(1, count)) / 2)
    guard let decimal = DecimalNumber(rough), rough > 0 else { return [] }
    var step = roundStep(atLeast: rough, magnitude: decimal.magnitude)
    if isWhole, step.exponent < 0 { step = DecimalNumber(digits: 1, exponent: 0) }
    let first = (low / step.value - 1e-6).rounded(.up)
    let last = (high / step.value + 1e-6).rounded(.down)
    // A range too narrow for its magnitude has no distinct ticks.
    guard first.magnitude < 1e15, last.magnitude < 1e15, last - first < 1000 else { return [] }
    guard first <= last else { return [] }
    let numbers = (Int(first)...Int(last)).map {
      DecimalNumber(digits: $0 * step.digits, exponent: step.exponent)
    }.filter { $0.value.isFinite }
    let labels = labels(of: numbers)
    return zip(numbers, labels).map { Tick(value: $0.value, label: $1) }
  }

  /// The smallest of 1, 2 or 5 times a power of ten that is no less, up to rounding.
  private static func roundStep(atLeast rough: Double, magnitude: Int) -> DecimalNumber {
    let steps = [1, 2, 5].map { DecimalNumber(digits: $0, exponent: magnitude) }
    return steps.first { $0.value >= 0.999 * rough }
      ?? DecimalNumber(digits: 1, exponent: magnitude + 1)
  }

  /// The labels of numbers with a common exponent, all with equally many decimals.
  private static func labels(of numbers: [DecimalNumber]) -> [String] {
    let magnitude = numbers.filter { $0.digits != 0 }.map(\.magnitude).max() ?? 0
    let exponent = numbers.first?.exponent ?? 0
    return numbers.map { number in
      if number.digits == 0 { return "0" }
      if magnitude >= 7 || exponent < -5 { return number.scientific }
      return number.plain(isGrouped: magnitude >= 4)
    }
  }
}

extension Tick {
  /// Ticks at powers of ten; at 1, 2 and 5 times these on short axes, and at round numbers on very
  /// short ones.
  ///
  /// - Parameters:
  ///   - low: The lower end, above 0.
  ///   - high: The upper end, finite and above the lower.
  ///   - count: The approximate number of labelled ticks.
  static func logarithmic(from low: Double, to high: Double, count: Int) -> [Tick] {
    guard let first = DecimalNumber(low)?.magnitude, let last = DecimalNumber(high)?.magnitude
    else { return [] }
    func isInside(_ value: Double) -> Bool {
      value >= low * (1 - 1e-9) && value <= high + high * 1e-9 && value.isFinite && value > 0
    }
    let decades = (first...last).map { DecimalNumber(digits: 1, exponent: $0) }
    // Over many decades only powers are candidates.
    let digits = decades.count > 60 ? 1...1 : 1...9
    let multiples = digits.flatMap { digit in
      decades.map { DecimalNumber(digits: digit, exponent: $0.exponent) }
    }
    let few = multiples.filter { [1, 2, 5].contains($0.digits) && isInside($0.value) }
    let powers = few.filter { $0.digits == 1 }
    if few.count < 3 { return linear(from: low, to: high, count: count) }
    let major: [DecimalNumber]
    var minor: [DecimalNumber] = []
    if few.count <= count + 3 {
      (major, minor) = (few, multiples)
    } else {
      let step = stride(ofDecades: powers.count, count: count)
      major = powers.filter { $0.exponent % step == 0 }
      if step == 1 { minor = multiples } else if powers.count <= 40 { minor = powers }
    }
    let isPlain = major.allSatisfy { (-3...4).contains($0.magnitude) }
    let ticks = major.map { number in
      let label =
        isPlain
        ? number.plain(isGrouped: major.contains { $0.magnitude >= 4 })
        : number.digits == 1 && number.exponent == 0 ? "1" : number.scientific
      return Tick(value: number.value, label: label)
    }
    let values = Set(ticks.map(\.value))
    let others = minor.map(\.value).filter { isInside($0) && !values.contains($0) }
    return (ticks + others.map { Tick(value: $0, isMinor: true) }).sorted { $0.value < $1.value }
  }

  /// The number of decades from tick to tick; up to half as many ticks again as requested are
  /// acceptable.
  private static func stride(ofDecades decades: Int, count: Int) -> Int {
    let rough = 0.6 * Double(decades) / Double(max(1, count))
    return [1, 2, 3, 5, 10, 20, 50, 100, 200].first { Double($0) >= rough } ?? 500
  }
}
