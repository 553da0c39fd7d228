/// An exact decimal number: digits · 10^exponent.
///
/// Tick labels are made from integers, so they show no binary rounding and do not depend on the
/// locale.
struct DecimalNumber: Equatable {
  private(set) var digits: Int
  private(set) var exponent: Int

  init(digits: Int, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// The shortest decimal that converts back to the value; nil if it is not finite.
  init?(_ value: Double) {
    guard value.isFinite else { return nil }
    // 5e-324, -1234.5, 1.5e+20: 17 digits at most.
    let parts = value.description.split(separator: "e")
    let mantissa = (parts.first ?? "0").split(separator: ".")
    var fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
    if fraction == "0" { fraction = "" }
    guard let digits = Int((mantissa.first.map(String.init) ?? "0") + fraction) else { return nil }
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    self.init(digits: digits, exponent: power - fraction.utf8.count)
    while self.digits != 0, self.digits % 10 == 0 {
      self.digits /= 10
      exponent += 1
    }
  }

  /// The nearest `Double`; infinite on overflow.
  var value: Double { Double("\(digits)e\(exponent)") ?? 0 }

  /// The decimal exponent of the first digit: 2 for 250.
  var magnitude: Int { exponent + String(digits.magnitude).utf8.count - 1 }

  /// The number rounded to `count` significant digits, without trailing zeros.
  func rounded(to count: Int) -> DecimalNumber {
    var result = self
    var last: UInt = 0
    while String(result.digits.magnitude).utf8.count > count {
      last = result.digits.magnitude % 10
      result.digits /= 10
      result.exponent += 1
    }
    if last >= 5 { result.digits += digits < 0 ? -1 : 1 }
    while result.digits != 0, result.digits % 10 == 0 {
      result.digits /= 10
      result.exponent += 1
    }
    return result
  }

  /// The number for readers: `0.05`, `12,000`, `1.5×10⁻⁷`.
  var text: String {
    if digits == 0 { return "0" }
    return (-5..<7).contains(magnitude)
      ? plain(isGrouped: magnitude >= 4) : scientific
  }

  /// The number without a power of ten.
  ///
  /// - Parameter isGrouped: Whether thousands are separated by commas.
  func plain(isGrouped: Bool = false) -> String {
    var whole = String(digits.magnitude)
    var fraction = ""
    if exponent >= 0 {
      if digits != 0 { whole += String(repeating: "0", count: exponent) }
    } else {
      whole = String(repeating: "0", count: max(0, 1 - exponent - whole.utf8.count)) + whole
      fraction = "." + whole.suffix(-exponent)
      whole.removeLast(-exponent)
    }
    return sign + (isGrouped ? grouped(whole) : whole) + fraction
  }

  /// The number in scientific notation.
  var scientific: String {
    if digits == 0 { return "0" }
    let all = String(digits.magnitude)
    var fraction = all.dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    let mantissa = all.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
    let power = "10" + superscript(magnitude)
    return sign + (mantissa == "1" ? power : "\(mantissa)×\(power)")
  }

  private var sign: String { digits < 0 ? "−" : "" }
}

private func grouped(_ digits: String) -> String {
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.utf8.count - index) % 3 == 0 { result += "," }
    result.append(digit)
  }
  return result
}

private func superscript(_ number: Int) -> String {
  let shapes = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
  return (number < 0 ? "⁻" : "")
    + String(String(number.magnitude).compactMap { $0.wholeNumberValue.map { shapes[$0] } })
}

/// A value to four significant digits, or in words if it is not finite.
func words(_ value: Double) -> String {
  DecimalNumber(value)?.rounded(to: 4).text ?? (value.isNaN ? "not a number" : "\(value)")
}
