import Foundation

/// A scale for numbers, with its ends and marks at round ones.
struct Axis {
  /// The marks, from the lowest to the highest, one or two or five times a power of ten apart.
  let ticks: [Double]
  private let step: Double

  /// Creates an axis that reaches from below the least value to above the greatest.
  ///
  /// - Parameters:
  ///   - values: What is to be shown; at least one, all finite.
  ///   - count: How many steps there should be, about.
  ///   - isWhole: Whether only whole numbers are to be marked.
  init(_ values: [Double], count: Int, isWhole: Bool = false) {
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    if high - low <= 1e-9 * max(abs(low), abs(high)) {
      let margin = isWhole ? 1 : max(abs(low) / 10, 1e-6)
      (low, high) = (low - margin, high + margin)
    }
    let rough = (high - low) / Double(count)
    let power = pow(10, floor(log10(rough)))
    let round = [1, 2, 5, 10].first { $0 * power >= 0.999 * rough } ?? 10
    let step = isWhole ? max(1, round * power) : round * power
    self.step = step
    let (first, last) = ((low / step + 1e-6).rounded(.down), (high / step - 1e-6).rounded(.up))
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// Where a value stands: 0 at the lowest mark, 1 at the highest.
  func place(of value: Double) -> Double {
    (value - ticks[0]) / (ticks[ticks.count - 1] - ticks[0])
  }

  /// A mark's number, with as many decimals as tell it from the next one.
  func label(of tick: Double) -> String {
    if step < 1e-5 || abs(tick) >= 1e7 { return String(format: "%g", tick) }
    let decimals = max(0, Int(-floor(log10(step) + 1e-9)))
    return String(format: "%.\(decimals)f", tick == 0 ? 0 : tick)
  }
}
