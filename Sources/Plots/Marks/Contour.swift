/// The contours of a field: lines of equal value, or the areas between them, filled.
///
/// ```swift
/// Contour(density, count: 6)
/// Contour(density, levels: [0.01, 0.05, 0.1], fill: .viridis, label: "density")
/// ```
public struct Contour: Mark {
  private let field: Field
  private let levels: [Double]
  private let fill: ColorMap?
  private let label: String
  private let color: Color?
  private let width: Double
  private let dash: Dash

  /// Creates contours.
  ///
  /// - Parameters:
  ///   - field: The values. Grid squares with a value that is not finite have no lines; when areas
  ///     are filled, such values count as lower than all levels.
  ///   - levels: The values of the lines; nil chooses round ones.
  ///   - count: The approximate number of round ones.
  ///   - fill: The colours of the areas, with a colour bar; nil draws lines alone.
  ///   - label: The name in the legend or above the colour bar.
  ///   - color: The colour of the lines; nil takes the next one of the palette.
  ///   - width: The width of the lines in pixels.
  ///   - dash: The pattern of the lines.
  public init(
    _ field: Field, levels: [Double]? = nil, count: Int = 8, fill: ColorMap? = nil,
    label: String = "", color: Color? = nil, width: Double = 1.5, dash: Dash = .solid
  ) {
    self.field = field
    self.levels = (levels?.filter(\.isFinite).sorted()) ?? Contours.levels(of: field, count: count)
    self.fill = fill
    self.label = label
    self.color = color
    self.width = width
    self.dash = dash
  }

  private var scale: ColorScale? {
    fill.map { map in
      let values = Interval(field.values)
      // The lowest area has the first colour, the uppermost the last.
      let low = levels.first ?? 0
      let high = max(levels.last ?? 1, values.high)
      return ColorScale(map, [low, high], range: nil, label: label)
    }
  }

  /// The extent, legend entries and description of the contours.
  public var outline: MarkOutline {
    var outline = MarkOutline()
    outline.x = Interval(field.x)
    outline.y = Interval(field.y)
    (outline.isTightX, outline.isTightY) = (true, true)
    outline.color = color
    outline.colorBar = scale
    if let fill {
      if case .opacity = fill { outline.colorCount = 1 } else { outline.colorCount = 0 }
    } else {
      outline.legend = [
        LegendEntry(label: label, key: .line(dash: dash, width: width, hasDots: false))
      ]
    }
    let values = levels.map { words($0) }.prefix(20).joined(separator: ", ")
    outline.words = words(label, "contours at \(values)")
    return outline
  }

  /// Draws the contours.
  public func draw(on canvas: inout Canvas) {
    for (index, level) in levels.enumerated() {
      let lines = Contours.lines(of: field, at: level, isClosed: fill != nil)
      let path = lines.map { line in
        Plots.path(through: line.map { canvas.place($0.x, $0.y) }, isClosed: fill != nil)
      }.joined()
      guard let scale else {
        canvas.stroke(path, width: width, dash: dash)
        continue
      }
      // Each area covers part of the one below it, and has the colour of its mean value.
      let above = index + 1 < levels.count ? levels[index + 1] : scale.high
      guard let colorLevel = scale.level(level / 2 + above / 2), !path.isEmpty else { continue }
      let attributes = scale.attributes(ofLevel: colorLevel, color: canvas.color)
      canvas.add("<path \(attributes) d=\"\(path)\" fill-rule=\"evenodd\"/>")
    }
  }
}
