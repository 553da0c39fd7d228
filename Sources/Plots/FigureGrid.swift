/// A grid of figures with aligned plot areas.
///
/// ```swift
/// let prior = Figure(title: "Prior", x: .linear("x"), y: .linear("f")) { Line(x, f) }
/// try Figure.grid([prior, posterior], columns: 2, sharing: [.y]).svg.write(…)
/// ```
public struct FigureGrid: Sendable {
  /// One of the two axes of a figure.
  public enum Direction: Sendable {
    /// The horizontal axis.
    case x
    /// The vertical axis.
    case y
  }

  /// The panels, row by row.
  public var figures: [Figure]
  /// The number of panels in a row.
  public var columns: Int
  /// The axes with a common range in all panels.
  public var sharing: Set<Direction>
  /// The common title.
  public var title: String
  /// A caption, drawn below the panels.
  public var caption: String

  /// Creates a grid of panels.
  public init(
    _ figures: [Figure], columns: Int, sharing: Set<Direction> = [], title: String = "",
    caption: String = ""
  ) {
    precondition(columns > 0, "FigureGrid: expected at least 1 column, found \(columns)")
    self.figures = figures
    self.columns = columns
    self.sharing = sharing
    self.title = title
    self.caption = caption
  }

  /// The drawing as an SVG document, which can also be inlined in an HTML page.
  public var svg: String { svg(id: nil) }

  /// The drawing as SVG, with element ids that begin with `id`.
  ///
  /// - Parameter id: Letters, digits and hyphens, unique on the page; nil derives it from the
  ///   content.
  public func svg(id: String?) -> String {
    let panels = panels()
    let margins = panels.map(\.margins).reduce(Margins()) { $0.union($1) }
    let rows = stride(from: 0, to: panels.count, by: columns).map {
      Array(panels[$0..<min($0 + columns, panels.count)])
    }
    let widths = (0..<min(columns, panels.count)).map { column in
      rows.compactMap { column < $0.count ? $0[column].figure.width : nil }.max() ?? 0
    }
    let width = max(120, widths.reduce(0, +))
    let titleLines = wrapped(title, width: width - 16, size: 16, isBold: true)
    let captionLines = wrapped(caption, width: width - 16)

    var top = titleLines.isEmpty ? 0 : 8 + 20 * Double(titleLines.count)
    var texts = titleLines.enumerated().map {
      text($1, x: 8, y: 22 + 20 * Double($0), color: .text, class: "title")
    }
    var drawn: [DrawnPanel] = []
    for row in rows {
      let height = row.map { $0.height(with: margins) }.max() ?? 0
      var left = 0.0
      for (panel, width) in zip(row, widths) {
        drawn.append(
          panel.drawn(in: Rectangle(x: left, y: top, width: width, height: height), margins))
        left += width
      }
      top += height
    }
    texts += captionLines.enumerated().map {
      text($1, x: 8, y: top + 14 + 16 * Double($0), color: .muted)
    }
    if !captionLines.isEmpty { top += 8 + 16 * Double(captionLines.count) }
    return document(
      drawn, texts, width: width, height: max(60, top), id: id ?? identifier(of: drawn))
  }

  /// The panels with their shared ranges.
  private func panels() -> [Panel] {
    let outlines = figures.map { $0.marks.map(\.outline) }
    func shared(_ direction: Direction, _ interval: (MarkOutline) -> Interval) -> Interval? {
      guard sharing.contains(direction) else { return nil }
      return outlines.joined().map(interval).reduce(Interval()) { $0.union($1) }
    }
    let (x, y) = (shared(.x, \.x), shared(.y, \.y))
    return zip(figures, outlines).map { Panel($0, $1, sharedX: x, sharedY: y) }
  }

  private func document(
    _ panels: [DrawnPanel], _ texts: [String], width: Double, height: Double, id: String
  ) -> String {
    let (width, height) = (pixels(width.rounded(.up)), pixels(height.rounded(.up)))
    var body = ""
    for (index, panel) in panels.enumerated() {
      body += panel.frame
      if let clip = panel.clip {
        body += "<clipPath id=\"\(id)-clip-\(index)\">\(clip)</clipPath>\n"
        body += "<g clip-path=\"url(#\(id)-clip-\(index))\">\n\(panel.marks)</g>\n"
      } else {
        body += panel.marks
      }
      body += panel.texts
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" \
      aria-labelledby="\(id)-title \(id)-desc" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)">
      <title id="\(id)-title">\(escaped(fullTitle))</title>
      <desc id="\(id)-desc">\(escaped(fullSummary))</desc>
      <style>
      \(Theme.css)
      </style>
      <rect class="cp" width="\(width)" height="\(height)" fill="currentColor"/>
      \(body)\(texts.map { $0 + "\n" }.joined())</svg>

      """
  }

  private var fullTitle: String {
    if !title.isEmpty { return title }
    let titles = figures.map(\.title).filter { !$0.isEmpty }
    return titles.isEmpty ? "Figure" : titles.joined(separator: "; ")
  }

  private var fullSummary: String {
    let parts = figures.map { figure in
      let words = figure.summary.isEmpty ? figure.words : figure.summary
      let heading = figures.count > 1 && !figure.title.isEmpty ? "\(figure.title): " : ""
      return heading + ([words, figure.caption].filter { !$0.isEmpty }.joined(separator: " "))
    }
    return (parts + [caption]).filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// An id derived from the content (FNV-1a, 64 bits).
  private func identifier(of panels: [DrawnPanel]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ text: String) {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    add(fullTitle)
    add(fullSummary)
    for panel in panels {
      add(panel.frame)
      add(panel.marks)
      add(panel.texts)
    }
    return "plot-" + String(hash, radix: 16)
  }
}
