/// A declarative figure, drawn as SVG.
///
/// Marks are drawn in their order, the last on top. Axes cover the marks unless they are given a
/// range. Values that are not finite, or not positive on a logarithmic axis, are omitted, and lines
/// are broken there. The drawing adapts to light and dark pages, standalone and inlined in HTML,
/// and has a title and a description for screen readers. Equal figures give equal bytes.
///
/// ```swift
/// let figure = Figure(title: "Loss", x: .linear("epoch"), y: .log("loss", unit: "nats")) {
///   Band(epochs, lower: lower, upper: upper)
///   Line(epochs, train, label: "train")
///   Line(epochs, test, label: "test")
/// }
/// try figure.svg.write(toFile: "loss.svg", atomically: true, encoding: .utf8)
/// ```
public struct Figure: Sendable {
  /// The title, drawn above the figure unless `isTitleShown` is false.
  public var title: String
  /// A caption, drawn below the figure and wrapped.
  public var caption: String
  /// The description for screen readers; if empty, it is derived from the axes and the marks.
  public var summary = ""
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// The marks, from the lowest to the uppermost.
  public var marks: [any Mark]
  /// The width in pixels; a narrower screen scales the figure down.
  public var width: Double
  /// The height in pixels.
  ///
  /// The figure grows if title, legend and caption leave too little room.
  public var height: Double
  /// Whether the title is drawn; screen readers read it in any case.
  public var isTitleShown = true
  /// Whether both axes have the same scale, so that a circle is round.
  ///
  /// This applies to two linear axes; the height then follows from the width.
  public var hasEqualScales: Bool

  /// Creates a figure.
  ///
  /// - Parameters:
  ///   - title: The title.
  ///   - caption: A caption.
  ///   - x: The horizontal axis.
  ///   - y: The vertical axis.
  ///   - width: In pixels, at least 120.
  ///   - height: In pixels, at least 90.
  ///   - hasEqualScales: Whether both axes have the same scale.
  ///   - marks: The marks, one to a line, with `if` and `for`.
  public init(
    title: String = "", caption: String = "", x: Axis = .linear(), y: Axis = .linear(),
    width: Double = 400, height: Double = 290, hasEqualScales: Bool = false,
    @MarkBuilder marks: () -> [any Mark]
  ) {
    precondition(
      (120...10_000).contains(width) && (90...10_000).contains(height),
      "Figure: expected a size from 120×90 to 10,000×10,000 pixels, found \(width)×\(height)")
    self.title = title
    self.caption = caption
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.hasEqualScales = hasEqualScales
    self.marks = marks()
  }

  /// The figure as an SVG document, which can also be inlined in an HTML page.
  public var svg: String { svg(id: nil) }

  /// The figure as SVG, with element ids that begin with `id`.
  ///
  /// - Parameter id: Letters, digits and hyphens, unique on the page; nil derives it from the
  ///   content.
  public func svg(id: String?) -> String {
    FigureGrid([self], columns: 1).svg(id: id)
  }

  /// Arranges several figures in a grid.
  ///
  /// - Parameters:
  ///   - figures: The panels, row by row.
  ///   - columns: The number of panels in a row.
  ///   - sharing: The axes with a common range in all panels.
  ///   - title: A common title.
  ///   - caption: A caption.
  public static func grid(
    _ figures: [Figure], columns: Int, sharing: Set<FigureGrid.Direction> = [],
    title: String = "", caption: String = ""
  ) -> FigureGrid {
    FigureGrid(figures, columns: columns, sharing: sharing, title: title, caption: caption)
  }
}
