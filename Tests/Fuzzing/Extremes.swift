/// Numbers for which readers are likely to fail.
public enum Extremes {
  /// Sizes and counts whose products and sums overflow, and zeros.
  public static let sizes: [Int] = [
    0, 1, 2, 3, 255, 256, 65_535, 65_536, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32,
    1 << 47, 1 << 48, 1 << 62, .max,
  ]

  /// Floating-point numbers at the ends of their ranges, infinities and NaN.
  public static let figures: [Double] = [
    0, -0.0, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e-45, 1.2e-38,
    .leastNormalMagnitude, 1e-300, 3e38, -3e38, 3.5e38, 1e300,
    -1e300, 1e308, -1e308, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity,
    -.infinity, .nan,
  ]

  /// Numbers as texts: the sizes, the floating-point numbers, and forms that a reader may not
  /// support.
  static let texts: [[UInt8]] =
    (sizes.map { "\($0)" } + sizes.map { "-\($0)" } + figures.map { "\($0)" } + [
      "9223372036854775808", "18446744073709551616", "1e999", "-1e-999", "1e300", "007", "+1",
      "0x10",
      "1.", ".5", "1_000", "1L", "NaN", "Infinity", "-", "",
    ]).map { Array($0.utf8) }
}
