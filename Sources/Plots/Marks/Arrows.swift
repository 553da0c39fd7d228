import Foundation

/// Arrows: the steps of a trajectory, a vector field, a gradient.
///
/// Arrows without a label take the colour of the preceding mark.
///
/// ```swift
/// Arrows(from: (x, y), to: (x + u, y + v))
/// ```
public struct Arrows: Mark {
  private let start: (x: [Double], y: [Double])
  private let end: (x: [Double], y: [Double])
  private let label: String
  private let color: Color?
  private let width: Double

  /// Creates arrows.
  ///
  /// - Parameters:
  ///   - start: The coordinates of the start points.
  ///   - end: The coordinates of the tips, equally many.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour.
  ///   - width: In pixels.
  public init(
    from start: (x: [Double], y: [Double]), to end: (x: [Double], y: [Double]),
    label: String = "", color: Color? = nil, width: Double = 1.5
  ) {
    checkCounts(
      "Arrows",
      [
        "start x": start.x.count, "start y": start.y.count, "end x": end.x.count,
        "end y": end.y.count,
      ])
    self.start = start
    self.end = end
    self.label = label
    self.color = color
    self.width = width
  }

  /// The extent, legend entries and description of the arrows.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(start.x).union(Interval(end.x))
    outline.y = Interval(start.y).union(Interval(end.y))
    outline.color = color
    outline.colorCount = label.isEmpty ? 0 : 1
    outline.legend = [
      LegendEntry(label: label, key: .line(dash: nil, width: width, hasDots: false))
    ]
    outline.words = words(label, words(start.x.count, "arrow"))
    return outline
  }

  /// Draws the arrows, all as one path.
  public func draw(on canvas: inout Canvas) {
    var path = ""
    for index in start.x.indices {
      guard let first = canvas.place(start.x[index], start.y[index]),
        let last = canvas.place(end.x[index], end.y[index])
      else { continue }
      let (x, y) = (last.x - first.x, last.y - first.y)
      let length = (x * x + y * y).squareRoot()
      // An arrow of no length has no direction.
      if length < 0.05 { continue }
      path += "M\(first.text)L\(last.text)" + head(last, x / length, y / length, length)
    }
    canvas.stroke(path, width: width, label: label)
  }

  /// Two strokes back from the point, at 25 degrees to the arrow.
  private func head(_ point: Point, _ x: Double, _ y: Double, _ length: Double) -> String {
    let size = min(7, 0.4 * length + 1)
    let (across, along) = (size * sin(25 * Double.pi / 180), size * cos(25 * Double.pi / 180))
    let left = Point(x: point.x - along * x - across * y, y: point.y - along * y + across * x)
    let right = Point(x: point.x - along * x + across * y, y: point.y - along * y - across * x)
    return "M\(left.text)L\(point.text) \(right.text)"
  }
}
