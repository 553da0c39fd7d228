import Foundation
import Tensor
import Testing

@testable import Datasets

@Suite struct DecimalNumberTests {
  private func number(_ text: String) -> Double? {
    Array(text.utf8).withUnsafeBufferPointer { decimalNumber($0) }
  }

  static let numerals: [(String, Double)] = [
    ("0", 0), ("-0", -0.0), ("7", 7), ("+7", 7), ("007", 7), ("1.5", 1.5), (".5", 0.5), ("5.", 5),
    ("1e3", 1_000), ("1E+3", 1_000), ("1e-3", 0.001), ("-2.5e-1", -0.25), ("0e999999999999", 0),
    ("0.000000000000000000000000000001", 1e-30), ("9007199254740993", 9_007_199_254_740_992),
    ("1e22", 1e22), ("1e23", 1e23), ("1e308", 1e308), ("4.9e-324", .leastNonzeroMagnitude),
    ("1e-400", 0),
    ("123456789012345678901234567890", 1.2345678901234568e29), ("1e999", .infinity),
    ("inf", .infinity), ("-Infinity", -.infinity), ("+INF", .infinity),
  ]

  @Test(arguments: numerals) func numbers(text: String, expected: Double) {
    #expect(number(text)?.bitPattern == expected.bitPattern)
  }

  @Test func notANumber() { #expect(number("NaN")?.isNaN == true) }

  @Test(arguments: [
    "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "1 ", " 1", "1_000", "--1", "1-",
    "in", "infinit", "nan0", "١", "1e5x", "+-1", "setosa",
  ]) func others(text: String) { #expect(number(text) == nil) }

  /// Every number that Swift writes, and its truncated digits, compared with the standard library.
  @Test func againstTheStandardLibrary() {
    let random = Random(seed: 4)
    for _ in 0..<20_000 {
      let bits = UInt64(random.bits()) << 32 | UInt64(random.bits())
      let value = Double(bitPattern: bits)
      guard value.isFinite else { continue }
      #expect(number("\(value)")?.bitPattern == value.bitPattern)
      let small =
        Double(Int(truncatingIfNeeded: bits) >> 20) / [1, 10, 1e3, 1e7, 1e15][Int(bits % 5)]
      for text in ["\(small)", String(format: "%.6f", small), String(format: "%.4e", small)] {
        #expect(number(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
      }
    }
  }
}
