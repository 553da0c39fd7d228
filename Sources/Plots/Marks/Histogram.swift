import Foundation

/// A histogram with bins of equal width.
///
/// ```swift
/// Histogram(samples, label: "samples")
/// Histogram(samples, bins: 40, measure: .density)      // an area of 1, as a density has
/// ```
public struct Histogram: Mark {
  /// The meaning of a bin's height.
  public enum Measure: Sendable {
    /// The number of values in it, or the sum of their weights.
    case count
    /// The share of all values divided by the width, so that the area is 1.
    case density
  }

  private let borders: [Double]
  private let heights: [Double]
  private let count: Int
  private let label: String
  private let color: Color?
  private let opacity: Double

  /// Creates a histogram.
  ///
  /// - Parameters:
  ///   - values: The values; those that are not finite or lie outside the range are omitted.
  ///   - weights: The weight of each value; nil weights each by 1.
  ///   - bins: The number of bins, from 1 to 10,000; nil derives it from the number and the
  ///     quartiles of the values (Freedman and Diaconis 1981).
  ///   - range: The range of the bins; nil takes that of the values.
  ///   - measure: The meaning of a bin's height.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour; nil takes the next one of the palette.
  ///   - opacity: The opacity of the area, from 0 to 1.
  public init(
    _ values: [Double], weights: [Double]? = nil, bins: Int? = nil,
    range: ClosedRange<Double>? = nil, measure: Measure = .count, label: String = "",
    color: Color? = nil, opacity: Double = 0.35
  ) {
    checkCounts("Histogram", ["values": values.count, "weights": weights?.count ?? values.count])
    precondition(
      (1...10_000).contains(bins ?? 1),
      "Histogram: expected 1 to 10,000 bins, found \(bins ?? 1)")
    self.label = label
    self.color = color
    self.opacity = opacity
    let bounds = Interval(range.map { [$0.lowerBound, $0.upperBound] } ?? values)
    let kept = values.indices.filter {
      values[$0].isFinite && values[$0] >= bounds.low && values[$0] <= bounds.high
        && (weights?[$0] ?? 1).isFinite
    }
    count = kept.count
    guard !bounds.isEmpty else {
      (borders, heights) = ([], [])
      return
    }
    // A range is widened around a single value or values that agree in all digits shown.
    let (low, high) = Axis.linear().reach(bounds, isTight: true)
    let binCount = bins ?? Self.binCount(kept.map { values[$0] }, low, high)
    borders = (0...binCount).map { index in
      let share = Double(index) / Double(binCount)
      return low * (1 - share) + high * share
    }
    var sums = [Double](repeating: 0, count: binCount)
    for index in kept {
      let share = (values[index] / 2 - low / 2) / (high / 2 - low / 2)
      sums[min(binCount - 1, max(0, Int(share * Double(binCount))))] += weights?[index] ?? 1
    }
    if measure == .density {
      let total = sums.reduce(0, +)
      let borders = borders
      sums = sums.enumerated().map {
        total == 0 ? 0 : $0.element / total / (borders[$0.offset + 1] - borders[$0.offset])
      }
    }
    heights = sums
  }

  /// Bins of the width 2·IQR·n^(−1/3), or log₂ n + 1 of them if the quartiles agree (Sturges 1926).
  private static func binCount(_ values: [Double], _ low: Double, _ high: Double) -> Int {
    let sorted = values.sorted()
    guard let first = sorted.first, sorted.count > 1 else { return 1 }
    let (lower, upper) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
    let width = (upper / 2 - lower / 2) * 4 / cbrt(Double(sorted.count))
    let ratio = width > 0 && first.isFinite ? (high / 2 - low / 2) * 2 / width : 0
    let count = ratio > 0 && ratio.isFinite ? ratio : log2(Double(sorted.count)) + 1
    return Int(min(200, max(1, count.rounded(.up))))
  }

  /// The extent, legend entries and description of the histogram.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(borders)
    outline.y = Interval([0] + heights)
    outline.isTightX = true
    outline.color = color
    outline.legend = [LegendEntry(label: label, key: .area(opacity: max(0.4, opacity)))]
    outline.words = words(
      label, "histogram of \(words(count, "value")) in \(words(heights.count, "bin"))")
    return outline
  }

  /// Draws the bins as one outline.
  public func draw(on canvas: inout Canvas) {
    guard let first = borders.first, let last = borders.last else { return }
    let base = canvas.y.positionOrStart(0)
    func place(_ x: Double, _ y: Double) -> Point {
      Point(x: canvas.x.positionOrStart(x), y: canvas.y.positionOrStart(y))
    }
    var steps = [Point(x: canvas.x.positionOrStart(first), y: base)]
    for (index, height) in heights.enumerated() {
      steps += [place(borders[index], height), place(borders[index + 1], height)]
    }
    steps.append(Point(x: canvas.x.positionOrStart(last), y: base))
    let path = "M" + steps.map(\.text).joined(separator: " ")
    canvas.fill(path, opacity: opacity)
    canvas.stroke(path, width: 1.5, label: label)
  }
}
