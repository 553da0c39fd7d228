/// A reference line across the whole plot: a true value, a threshold, an axis of symmetry.
///
/// ```swift
/// Rule(x: trueMean, label: "true mean")
/// Rule(y: 0)
/// ```
public struct Rule: Mark {
  private let value: Double
  private let isVertical: Bool
  private let label: String
  private let color: Color
  private let dash: Dash

  /// Creates a vertical line.
  ///
  /// - Parameters:
  ///   - x: The horizontal coordinate.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour.
  ///   - dash: The pattern.
  public init(
    x: Double, label: String = "", color: Color = .muted, dash: Dash = .dashed
  ) {
    (value, isVertical) = (x, true)
    (self.label, self.color, self.dash) = (label, color, dash)
  }

  /// Creates a horizontal line.
  ///
  /// - Parameters:
  ///   - y: The vertical coordinate.
  ///   - label: The name in the legend; without one there is no entry.
  ///   - color: The colour.
  ///   - dash: The pattern.
  public init(
    y: Double, label: String = "", color: Color = .muted, dash: Dash = .dashed
  ) {
    (value, isVertical) = (y, false)
    (self.label, self.color, self.dash) = (label, color, dash)
  }

  /// The extent, legend entries and description of the line.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    if isVertical { outline.x = Interval([value]) } else { outline.y = Interval([value]) }
    outline.color = color
    outline.colorCount = 0
    outline.legend = [
      LegendEntry(label: label, key: .line(dash: dash, width: 1.5, hasDots: false))
    ]
    outline.words = words(
      label, "\(isVertical ? "vertical" : "horizontal") line at \(words(value))")
    return outline
  }

  /// Draws the line.
  public func draw(on canvas: inout Canvas) {
    guard (isVertical ? canvas.x : canvas.y).contains(value) else { return }
    let (x, y) = (canvas.x, canvas.y)
    let path: String
    if isVertical {
      path = "M\(pixels(x.positionOrStart(value))) \(pixels(y.start))V\(pixels(y.end))"
    } else {
      path = "M\(pixels(x.start)) \(pixels(y.positionOrStart(value)))H\(pixels(x.end))"
    }
    canvas.stroke(path, width: 1.5, dash: dash, label: label)
  }
}
