import Foundation

/// The mapping from the values of an axis to positions in the drawing.
struct Scale: Sendable {
  /// The lowest value shown.
  let low: Double
  /// The highest value shown.
  let high: Double
  let isLogarithmic: Bool
  let isReversed: Bool
  /// The positions of the lowest and the highest value, in pixels.
  let start: Double
  let end: Double

  init(_ axis: Axis, _ range: (low: Double, high: Double), from start: Double, to end: Double) {
    (low, high) = range
    isLogarithmic = axis.isLogarithmic
    isReversed = axis.isReversed
    (self.start, self.end) = axis.isReversed ? (end, start) : (start, end)
  }

  /// The position of a value; nil if it has none on this axis.
  ///
  /// Positions far outside are clamped, which keeps their numbers short.
  func position(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    let share: Double
    if isLogarithmic {
      guard value > 0 else { return nil }
      share = (log10(value) - log10(low)) / (log10(high) - log10(low))
    } else {
      // Halved first: the difference of two finite numbers may be infinite.
      share = (value / 2 - low / 2) / (high / 2 - low / 2)
    }
    return min(1e5, max(-1e5, start + share * (end - start)))
  }

  /// The position of a value, or the lower end of the axis if it has none, such as 0 on a
  /// logarithmic axis.
  func positionOrStart(_ value: Double) -> Double { position(value) ?? start }

  func contains(_ value: Double) -> Bool {
    guard let position = position(value) else { return false }
    return position >= min(start, end) - 1e-6 && position <= max(start, end) + 1e-6
  }
}

extension Axis {
  /// The range of the axis.
  ///
  /// - Parameters:
  ///   - interval: The values of the marks.
  ///   - isTight: Whether there is no margin.
  /// - Returns: Two finite numbers, far enough apart for ticks between them.
  func reach(_ interval: Interval, isTight: Bool) -> (low: Double, high: Double) {
    switch kind {
    case .categories(let names): return (-0.5, max(0.5, Double(names.count) - 0.5))
    case .linear:
      if let range { return spread(range.lowerBound, range.upperBound) }
      if interval.isEmpty { return (0, 1) }
      let (low, high) = spread(interval.low, interval.high)
      if isTight || low != interval.low || high != interval.high { return (low, high) }
      let margin = (high / 2 - low / 2) * (2 * Self.margin)
      // A margin never crosses 0, which would suggest values of the other sign.
      return (
        low >= 0 ? max(0, low - margin) : max(low - margin, -.greatestFiniteMagnitude),
        high <= 0 ? min(0, high + margin) : min(high + margin, .greatestFiniteMagnitude)
      )
    case .logarithmic:
      if let range { return spreadRatio(range.lowerBound, range.upperBound) }
      if interval.lowestPositive > interval.high { return (1, 10) }
      let (low, high) = spreadRatio(interval.lowestPositive, interval.high)
      if isTight { return (low, high) }
      let factor = pow(10, (log10(high) - log10(low)) * Self.margin)
      return (
        max(low / factor, .leastNonzeroMagnitude), min(high * factor, .greatestFiniteMagnitude)
      )
    }
  }

  /// The margin on each side, as a share of the range.
  private static let margin = 0.04

  /// Widens the range of a single value, or of values that agree in all digits shown.
  private func spread(_ low: Double, _ high: Double) -> (low: Double, high: Double) {
    let magnitude = max(abs(low), abs(high))
    if high / 2 - low / 2 > max(5e-10 * magnitude, 1e-300) { return (low, high) }
    let margin = magnitude < 1e-290 ? 1 : isWhole ? max(1, magnitude * 1e-8) : magnitude / 10
    let limit = Double.greatestFiniteMagnitude
    return (max(low - margin, -limit), min(high + margin, limit))
  }

  /// Widens the range of a single positive value.
  private func spreadRatio(_ low: Double, _ high: Double) -> (low: Double, high: Double) {
    if log10(high) - log10(low) > 1e-9 { return (low, high) }
    return (
      max(low / 10, .leastNonzeroMagnitude), min(high * 10, .greatestFiniteMagnitude)
    )
  }

  /// The ticks in a range.
  func ticks(from range: (low: Double, high: Double), count: Int) -> [Tick] {
    if let ticks {
      return ticks.filter { $0.value >= range.low && $0.value <= range.high }
    }
    switch kind {
    case .categories(let names):
      return names.enumerated().map { Tick(value: Double($0), label: $1) }
    case .linear:
      return Tick.linear(from: range.low, to: range.high, count: count, isWhole: isWhole)
    case .logarithmic:
      return Tick.logarithmic(from: range.low, to: range.high, count: count)
    }
  }
}
