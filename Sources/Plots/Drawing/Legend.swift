/// The legend: keys and labels of the marks, in rows above the plot area.
struct Legend {
  struct Item {
    let entry: LegendEntry
    let color: Color
    /// The pattern of a line without an explicit one.
    let dash: Dash
    fileprivate var width: Double { keyWidth + 6 + textWidth(entry.label) + Legend.gap }
    fileprivate var keyWidth: Double { if case .marker = entry.key { 14 } else { 24 } }
  }

  private(set) var rows: [[Item]] = []

  private static let gap = 14.0
  /// Further entries are omitted.
  private static let mostEntries = 40

  /// Arranges the entries in rows.
  ///
  /// - Parameters:
  ///   - outlines: The marks' outlines, with their entries.
  ///   - styles: The marks' colours and dash patterns.
  ///   - width: The width of a row in pixels.
  init(_ outlines: [MarkOutline], _ styles: [(color: Color, dash: Dash)], width: Double) {
    let items = zip(outlines, styles).flatMap { outline, style in
      outline.legend.filter { !$0.label.isEmpty }.map {
        Item(entry: $0, color: $0.color ?? style.color, dash: style.dash)
      }
    }
    for item in items.prefix(Self.mostEntries) {
      let taken = rows.last?.reduce(0) { $0 + $1.width } ?? .infinity
      if taken + item.width - Self.gap <= width {
        rows[rows.count - 1].append(item)
      } else {
        rows.append([item])
      }
    }
  }

  /// The elements of the legend.
  func drawn(x left: Double, y top: Double) -> [String] {
    var elements: [String] = []
    for (index, row) in rows.enumerated() {
      var x = left
      let middle = top + 18 * Double(index) + 8
      for item in row {
        elements += key(item, x, middle)
        elements.append(
          text(item.entry.label, x: x + item.keyWidth + 6, y: middle + 4, color: .muted))
        x += item.width
      }
    }
    return elements
  }

  private func key(_ item: Item, _ x: Double, _ y: Double) -> [String] {
    let centre = Point(x: x + item.keyWidth / 2, y: y)
    switch item.entry.key {
    case .line(let dash, let width, let hasDots):
      var elements = [
        """
        <path \(item.color.attribute) d="M\(pixels(x)) \(pixels(y))h\(pixels(item.keyWidth))" \
        stroke="currentColor" stroke-width="\(pixels(width))"\(dashes(dash ?? item.dash))/>
        """
      ]
      if hasDots { elements += dot(.dot, 5, item.color, centre) }
      return elements
    case .area(let opacity):
      let box = Rectangle(x: x + 2, y: y - 5, width: item.keyWidth - 4, height: 10)
      return [
        """
        <rect \(item.color.attribute) \(box.attributes) fill="currentColor" \
        fill-opacity="\(pixels(opacity))"/>
        """
      ]
    case .marker(let marker, let size): return dot(marker, size, item.color, centre)
    }
  }

  private func dashes(_ dash: Dash) -> String {
    dash.pattern.isEmpty ? "" : " stroke-dasharray=\"\(dash.pattern)\""
  }

  private func dot(_ marker: Marker, _ size: Double, _ color: Color, _ place: Point) -> [String] {
    [
      "<path \(color.attribute) d=\"\(marker.path(size)(place))\" \(marker.attributes(size))/>"
    ]
  }
}
