/// Something drawn in a figure: a line, a band, points, a density.
///
/// All marks are defined in this module. A mark declares its extent and legend entries, and draws
/// itself.
public protocol Mark: Sendable {
  /// The extent, legend entries and description of the mark.
  var outline: MarkOutline { get }

  /// Draws the mark.
  func draw(on canvas: inout Canvas)
}

/// The properties of a mark that a figure needs before drawing: extent, colours, legend,
/// description.
public struct MarkOutline: Sendable {
  /// The values that the axes must cover.
  var x = Interval()
  var y = Interval()
  /// Whether the axis ends where the mark does, without a margin.
  var isTightX = false
  var isTightY = false
  /// The explicit colour, if any.
  var color: Color?
  /// The number of palette colours that the mark takes; with 0 it takes that of the preceding mark,
  /// as a band has the colour of its line.
  var colorCount = 1
  /// Whether the mark gets the next dash pattern, which distinguishes lines without colour.
  var takesDash = false
  /// The legend entries.
  var legend: [LegendEntry] = []
  /// The description of the mark.
  var words = ""
  /// The scale of the colour bar, for marks that need one.
  var colorBar: ColorScale?
}

/// An entry of the legend.
struct LegendEntry: Sendable {
  enum Key: Sendable {
    case line(dash: Dash?, width: Double, hasDots: Bool)
    case area(opacity: Double)
    case marker(Marker, size: Double)
  }

  let label: String
  let key: Key
  /// The colour; nil is that of the mark.
  var color: Color?
}

/// The lowest, the highest and the lowest positive of some values.
struct Interval: Equatable, Sendable {
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity
  private(set) var lowestPositive = Double.infinity

  init() {}

  /// The interval of the finite values.
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

/// Stops the program if lists that belong together differ in length.
func checkCounts(_ mark: String, _ counts: KeyValuePairs<String, Int>) {
  guard let first = counts.first else { return }
  for (name, count) in counts {
    precondition(
      count == first.value,
      "\(mark): expected as many values of \(name) as of \(first.key), found \(count) and "
        + "\(first.value)")
  }
}
