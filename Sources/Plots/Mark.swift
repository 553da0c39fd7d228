/// Something drawn in the plane of a figure: a line, a band, points, a density.
///
/// The marks are those of this module. Each says what a figure has to know before it draws anything
/// (how far the axes must reach, what stands in the legend) and draws itself.
public protocol Mark: Sendable {
  /// What a figure has to know of the mark.
  var outline: MarkOutline { get }

  /// Draws the mark.
  func draw(on canvas: inout Canvas)
}

/// What a figure has to know of a mark before it draws anything.
public struct MarkOutline: Sendable {
  /// What the axes must reach.
  var x = Interval()
  var y = Interval()
  /// Whether the plane ends where the mark does, without a margin.
  var isTightX = false
  var isTightY = false
  /// The colour that was asked for, if any.
  var color: Color?
  /// How many colours the mark takes from the figure's series; with none it has that of the mark
  /// before it, as a band has the colour of its line.
  var colorCount = 1
  /// Whether the mark's line has a pattern of its own, which tells it from others without colour.
  var takesDash = false
  /// What stands in the legend.
  var legend: [LegendEntry] = []
  /// The mark in words.
  var words = ""
  /// Which colours stand for which values, where some do.
  var colorBar: ColorScale?
}

/// A line of the legend.
struct LegendEntry: Sendable {
  enum Key: Sendable {
    case line(dash: Dash?, width: Double, hasDots: Bool)
    case area(opacity: Double)
    case marker(Marker, size: Double)
  }

  let label: String
  let key: Key
  /// The colour; without one the mark's.
  var color: Color?
}

/// The least and the greatest of some values, and the least positive one.
struct Interval: Equatable, Sendable {
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity
  private(set) var lowestPositive = Double.infinity

  init() {}

  /// The interval of the values that are finite.
  init(_ values: some Sequence<Double>) {
    for value in values { include(value) }
  }

  var isEmpty: Bool { low > high }

  mutating func include(_ value: Double) {
    guard value.isFinite else { return }
    low = min(low, value)
    high = max(high, value)
    if value > 0 { lowestPositive = min(lowestPositive, value) }
  }

  func union(_ other: Interval) -> Interval {
    var result = self
    result.low = min(low, other.low)
    result.high = max(high, other.high)
    result.lowestPositive = min(lowestPositive, other.lowestPositive)
    return result
  }
}

/// Stops the program where lists that belong together have different lengths.
func checkCounts(_ mark: String, _ counts: KeyValuePairs<String, Int>) {
  guard let first = counts.first else { return }
  for (name, count) in counts {
    precondition(
      count == first.value,
      "\(mark): expected as many values of \(name) as of \(first.key), found \(count) and "
        + "\(first.value)")
  }
}
