import Foundation

/// Where the values of an axis stand in the drawing.
struct Scale: Sendable {
  /// The least value shown.
  let low: Double
  /// The greatest value shown.
  let high: Double
  let isLogarithmic: Bool
  let isReversed: Bool
  /// Where the least and the greatest value stand, in pixels.
  let start: Double
  let end: Double

  init(_ axis: Axis, _ range: (low: Double, high: Double), from start: Double, to end: Double) {
    (low, high) = range
    isLogarithmic = axis.isLogarithmic
    isReversed = axis.isReversed
    (self.start, self.end) = axis.isReversed ? (end, start) : (start, end)
  }

  /// Where a value stands; nil for one that has no place on the axis.
  ///
  /// What is far outside stands outside, but not so far that its number would be long.
  func position(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    let share: Double
    if isLogarithmic {
      guard value > 0 else { return nil }
      share = (log10(value) - log10(low)) / (log10(high) - log10(low))
    } else {
      // Halves, as the difference of two finite numbers may be infinite.
      share = (value / 2 - low / 2) / (high / 2 - low / 2)
    }
    return min(1e5, max(-1e5, start + share * (end - start)))
  }

  /// Where a value stands, or the axis' lower end for one that has no place on it, as 0 has none on a
  /// logarithmic axis.
  func positionOrStart(_ value: Double) -> Double { position(value) ?? start }

  func contains(_ value: Double) -> Bool {
    guard let position = position(value) else { return false }
    return position >= min(start, end) - 1e-6 && position <= max(start, end) + 1e-6
  }
}

extension Axis {
  /// From where to where the axis reaches.
  ///
  /// - Parameters:
  ///   - interval: The values that the marks need.
  ///   - isTight: Whether there is no margin.
  /// - Returns: Two finite numbers, the first below the second, so far apart that there are round
  ///   numbers between them.
  func reach(_ interval: Interval, isTight: Bool) -> (low: Double, high: Double) {
    switch kind {
    case .categories(let names): return (-0.5, max(0.5, Double(names.count) - 0.5))
    case .linear:
      if let range { return spread(range.lowerBound, range.upperBound) }
      if interval.isEmpty { return (0, 1) }
      let (low, high) = spread(interval.low, interval.high)
      if isTight || low != interval.low || high != interval.high { return (low, high) }
      let margin = (high / 2 - low / 2) * (2 * Self.margin)
      // A margin never makes it look as if there were values on the other side of 0.
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

  /// The share of the range that is left free on each side.
  private static let margin = 0.04

  /// Two ends that are apart: a single value, or values that differ in no digit that could be
  /// shown, are set in the middle of a range.
  private func spread(_ low: Double, _ high: Double) -> (low: Double, high: Double) {
    let magnitude = max(abs(low), abs(high))
    if high / 2 - low / 2 > max(5e-10 * magnitude, 1e-300) { return (low, high) }
    let margin = magnitude < 1e-290 ? 1 : isWhole ? max(1, magnitude * 1e-8) : magnitude / 10
    let limit = Double.greatestFiniteMagnitude
    return (max(low - margin, -limit), min(high + margin, limit))
  }

  /// Two positive ends that are apart.
  private func spreadRatio(_ low: Double, _ high: Double) -> (low: Double, high: Double) {
    if log10(high) - log10(low) > 1e-9 { return (low, high) }
    return (
      max(low / 10, .leastNonzeroMagnitude), min(high * 10, .greatestFiniteMagnitude)
    )
  }

  /// The marks between two ends.
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
