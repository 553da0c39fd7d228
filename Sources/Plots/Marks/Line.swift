/// A line through points in their order: a curve, or a trajectory.
///
/// The line is broken at points that are not finite. Lines without an explicit colour also differ
/// in their dash pattern.
///
/// ```swift
/// Line(epochs, losses, label: "train")
/// Line(times, positions, dash: .dotted)
/// Line(sorted, shares, isStepped: true)      // an empirical distribution function
/// ```
public struct Line: Mark {
  private let x: [Double]
  private let y: [Double]
  private let label: String
  private let color: Color?
  private let width: Double
  private let dash: Dash?
  private let opacity: Double
  private let hasDots: Bool
  private let isStepped: Bool

  /// Creates a line.
  ///
  /// - Parameters:
  ///   - x: The horizontal coordinates of the points.
  ///   - y: Their vertical coordinates, equally many.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour; nil takes the next one of the palette.
  ///   - width: In pixels.
  ///   - dash: The pattern; nil takes the next one, or a solid line if a colour is given.
  ///   - opacity: From 0 to 1; for many overlapping lines.
  ///   - hasDots: Whether there is a dot at each point.
  ///   - isStepped: Whether the line keeps the height of a point until the next.
  public init(
    _ x: [Double], _ y: [Double], label: String = "", color: Color? = nil, width: Double = 2,
    dash: Dash? = nil, opacity: Double = 1, hasDots: Bool = false, isStepped: Bool = false
  ) {
    checkCounts("Line", ["x": x.count, "y": y.count])
    self.x = x
    self.y = y
    self.label = label
    self.color = color
    self.width = width
    self.dash = dash
    self.opacity = opacity
    self.hasDots = hasDots
    self.isStepped = isStepped
  }

  /// The extent, legend entries and description of the line.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(x)
    outline.y = Interval(y)
    // The graph of a function fills the width; a trajectory has a margin.
    outline.isTightX = x.count > 1 && zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
    outline.color = color
    outline.takesDash = dash == nil
    outline.legend = [
      LegendEntry(label: label, key: .line(dash: dash, width: width, hasDots: hasDots))
    ]
    outline.words = words(label, "line through \(words(x.count, "point"))") + ends
    return outline
  }

  private var ends: String {
    guard let first = y.first, let last = y.last, y.count > 1 else { return "" }
    return ", from \(words(first)) to \(words(last))"
  }

  /// Draws the line.
  public func draw(on canvas: inout Canvas) {
    let places = zip(x, y).map { canvas.place($0, $1) }
    canvas.stroke(
      path(through: isStepped ? stepped(places) : places), width: width,
      dash: dash ?? canvas.dash, opacity: opacity, label: label)
    guard hasDots else { return }
    let shape = Marker.dot.path(width + 3)
    let dots = places.compactMap { $0.map(shape) }.joined()
    if dots.isEmpty { return }
    let attributes = Marker.dot.attributes(width + 3, opacity: opacity)
    canvas.add("<path \(canvas.color.attribute) d=\"\(dots)\" \(attributes)/>")
  }

  private func stepped(_ places: [Point?]) -> [Point?] {
    var result: [Point?] = []
    for (index, place) in places.enumerated() {
      if let place, let previous = index > 0 ? places[index - 1] : nil {
        result.append(Point(x: place.x, y: previous.y))
      }
      result.append(place)
    }
    return result
  }
}
