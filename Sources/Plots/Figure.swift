/// A picture of data, described by what is to be seen and drawn as SVG.
///
/// Marks are drawn in their order, the last on top. Axes reach as far as the marks need unless they
/// are given a range. Values that are not finite, and those that are not positive along a logarithmic
/// axis, are left out, and a line is broken there. The drawing follows the reader's choice of a light
/// or dark page, by itself and inside HTML, and has a title and a description for screen readers. The
/// same figure is the same bytes everywhere.
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
  /// What the figure shows; drawn above it unless `isTitleShown` is false.
  public var title: String
  /// What a reader should know beside the title; drawn below the figure, in lines.
  public var caption: String
  /// The figure in words, for those who cannot see it; if it is empty, it is made from the axes and
  /// the marks.
  public var summary = ""
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// What is drawn, from the lowest to the uppermost.
  public var marks: [any Mark]
  /// The width in pixels; a narrower screen scales the figure down.
  public var width: Double
  /// The height in pixels.
  ///
  /// A figure grows where title, legend and caption would leave no room.
  public var height: Double
  /// Whether the title is drawn; it is read aloud in any case.
  public var isTitleShown = true
  /// Whether a unit is as long along the one axis as along the other, so that a circle is round.
  ///
  /// This is for two linear axes; the height then follows from the width.
  public var hasEqualScales: Bool

  /// Creates a figure of these marks.
  ///
  /// - Parameters:
  ///   - title: What the figure shows.
  ///   - caption: What a reader should know besides.
  ///   - x: The horizontal axis.
  ///   - y: The vertical axis.
  ///   - width: In pixels, at least 120.
  ///   - height: In pixels, at least 90.
  ///   - hasEqualScales: Whether a unit is as long along one axis as along the other.
  ///   - marks: What is drawn; a closure with a mark a line, `if` and `for`.
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

  /// The figure as a whole SVG document, which may also stand inside an HTML page.
  public var svg: String { svg(id: nil) }

  /// The figure as SVG whose elements' identifiers begin with `id`.
  ///
  /// - Parameter id: A name of letters, digits and hyphens that no other figure of the page has. Without
  ///   it, it follows from the content, so that only equal figures have equal ones.
  public func svg(id: String?) -> String {
    FigureGrid([self], columns: 1).svg(id: id)
  }

  /// Several figures as one, in rows.
  ///
  /// - Parameters:
  ///   - figures: The panels, row by row.
  ///   - columns: How many stand beside one another.
  ///   - sharing: The axes whose range is the same in all panels.
  ///   - title: What they show together.
  ///   - caption: What a reader should know besides.
  public static func grid(
    _ figures: [Figure], columns: Int, sharing: Set<FigureGrid.Direction> = [],
    title: String = "", caption: String = ""
  ) -> FigureGrid {
    FigureGrid(figures, columns: columns, sharing: sharing, title: title, caption: caption)
  }
}
