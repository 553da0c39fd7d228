/// The space around a plot area, in pixels.
struct Margins: Equatable {
  var left = 0.0
  var right = 0.0
  var top = 0.0
  var bottom = 0.0

  func union(_ other: Margins) -> Margins {
    Margins(
      left: max(left, other.left), right: max(right, other.right), top: max(top, other.top),
      bottom: max(bottom, other.bottom))
  }
}

/// The elements of a drawn panel.
struct DrawnPanel {
  /// The grid lines, below the marks.
  var frame = ""
  /// The marks.
  var marks = ""
  /// Axes, numbers, labels and legend, above the marks.
  var texts = ""
  /// The clipping region of the marks, if an axis has an explicit range.
  var clip: String?
}

/// A figure with resolved axis ranges, as part of a drawing.
struct Panel {
  let figure: Figure
  private let outlines: [MarkOutline]
  private let rangeX: (low: Double, high: Double)
  private let rangeY: (low: Double, high: Double)
  private let hasEqualScales: Bool
  private let ticksY: [Tick]
  /// The colour and dash pattern of each mark.
  private let styles: [(color: Color, dash: Dash)]
  private let legend: Legend
  private let labelsX: AxisLabels
  private let colorBar: ColorBar?

  init(_ figure: Figure, _ outlines: [MarkOutline], sharedX: Interval?, sharedY: Interval?) {
    self.figure = figure
    self.outlines = outlines
    func reach(_ axis: Axis, _ shared: Interval?, _ own: (MarkOutline) -> Interval, _ tight: Bool)
      -> (low: Double, high: Double)
    {
      axis.reach(
        shared ?? outlines.map(own).reduce(Interval()) { $0.union($1) }, isTight: tight)
    }
    rangeX = reach(figure.x, sharedX, \.x, outlines.contains(where: \.isTightX))
    rangeY = reach(figure.y, sharedY, \.y, outlines.contains(where: \.isTightY))
    let hasEqualScales =
      figure.hasEqualScales && figure.x.kind == .linear && figure.y.kind == .linear
    styles = Self.styles(of: outlines)
    colorBar =
      zip(outlines, styles).lazy.compactMap { outline, style in
        outline.colorBar.map { ColorBar($0, color: style.color) }
      }.first
    // Labels are measured before the plot area is known, so its size is estimated.
    let room = figure.width - 60 - (colorBar?.width ?? 0)
    let ranges =
      hasEqualScales
      ? equalScales(
        rangeX, rangeY, width: room, height: equalHeight(rangeX, rangeY, width: room))
      : (rangeX, rangeY)
    ticksY = figure.y.ticks(from: ranges.1, count: Self.tickCount(figure.height - 90))
    labelsX = AxisLabels(figure.x, ranges.0, room: room)
    self.hasEqualScales = hasEqualScales
    legend = Legend(outlines, styles, width: figure.width - 16)
  }

  /// Colours and dash patterns, in the order of the marks.
  private static func styles(of outlines: [MarkOutline]) -> [(color: Color, dash: Dash)] {
    var next = 0
    var lines = 0
    var last = Color.series(0)
    return outlines.map { outline in
      let isOwn = outline.color != nil
      let color = outline.color ?? (outline.colorCount > 0 ? .series(next) : last)
      if !isOwn { next += outline.colorCount }
      let dash = outline.takesDash && !isOwn ? Dash.allCases[lines % Dash.allCases.count] : .solid
      if outline.takesDash, !isOwn { lines += 1 }
      if outline.colorCount > 0 { last = color }
      return (color, dash)
    }
  }

  private var titleLines: [String] {
    figure.isTitleShown
      ? wrapped(figure.title, width: figure.width - 16, size: 14, isBold: true) : []
  }

  private var captionLines: [String] { wrapped(figure.caption, width: figure.width - 16) }

  private var hasTopLabel: Bool { !figure.y.name.isEmpty || colorBar?.scale.label.isEmpty == false }

  /// The space around the plot area.
  var margins: Margins {
    let numbers = ticksY.map { textWidth($0.label) }.max() ?? 0
    var margins = Margins()
    margins.left = max(12, 8 + numbers + 7, labelsX.overhang)
    margins.right = max(12, labelsX.overhang) + (colorBar?.width ?? 0)
    margins.top = 8 + 18 * Double(titleLines.count) + 18 * Double(legend.rows.count)
    margins.top += hasTopLabel ? 23 : 8
    margins.bottom = labelsX.height + (figure.x.name.isEmpty ? 0 : 17) + 8
    if !captionLines.isEmpty { margins.bottom += 4 + 16 * Double(captionLines.count) }
    return margins
  }

  /// The approximate number of ticks on a vertical axis of this length in pixels.
  private static func tickCount(_ length: Double) -> Int { max(2, Int(length / 34)) }

  /// The height with these margins: at least that of the figure, or with equal scales what the data
  /// need.
  func height(with margins: Margins) -> Double {
    let width = figure.width - margins.left - margins.right
    let plane = hasEqualScales ? equalHeight(rangeX, rangeY, width: width) : 60
    let least = margins.top + margins.bottom + max(60, plane)
    return hasEqualScales ? least : max(figure.height, least)
  }

  /// Draws the panel inside a rectangle.
  func drawn(in outer: Rectangle, _ margins: Margins) -> DrawnPanel {
    let area = Rectangle(
      x: outer.x + margins.left, y: outer.y + margins.top,
      width: max(20, outer.width - margins.left - margins.right),
      height: max(20, outer.height - margins.top - margins.bottom))
    var (rangeX, rangeY, labelsX, ticksY) = (self.rangeX, self.rangeY, self.labelsX, self.ticksY)
    if hasEqualScales {
      (rangeX, rangeY) = equalScales(rangeX, rangeY, width: area.width, height: area.height)
      labelsX = AxisLabels(figure.x, rangeX, room: area.width)
      ticksY = figure.y.ticks(from: rangeY, count: Self.tickCount(area.height))
    }
    let x = Scale(figure.x, rangeX, from: area.x, to: area.x + area.width)
    let y = Scale(figure.y, rangeY, from: area.y + area.height, to: area.y)
    var panel = DrawnPanel()
    let frame = Frame(
      area: area, x: x, y: y, labelsX: labelsX, ticksY: ticksY,
      hasGridX: !figure.x.isCategorical, hasGridY: !figure.y.isCategorical)
    panel.frame = frame.lines
    panel.marks = marks(on: Canvas(x: x, y: y))
    if figure.x.range != nil || figure.y.range != nil {
      panel.clip = "<rect \(area.attributes)/>"
    }
    panel.texts = frame.numbers + names(outer, area)
    if let colorBar { panel.texts += colorBar.drawn(at: area.x + area.width + 12, area) }
    return panel
  }

  private func marks(on canvas: Canvas) -> String {
    var canvas = canvas
    for (mark, style) in zip(figure.marks, styles) {
      (canvas.color, canvas.dash) = style
      mark.draw(on: &canvas)
    }
    return canvas.content
  }

  /// Title, legend, axis labels and caption.
  private func names(_ outer: Rectangle, _ area: Rectangle) -> String {
    var lines: [String] = []
    var top = outer.y + 8
    for line in titleLines {
      lines.append(text(line, x: outer.x + 8, y: top + 12, color: .text, class: "title"))
      top += 18
    }
    lines += legend.drawn(x: outer.x + 8, y: top)
    if !figure.y.name.isEmpty {
      lines.append(text(figure.y.name, x: outer.x + 8, y: area.y - 11, color: .muted))
    }
    if let label = colorBar?.scale.label, !label.isEmpty {
      lines.append(
        text(label, x: outer.x + outer.width - 8, y: area.y - 11, color: .muted, anchor: "end"))
    }
    var bottom = area.y + area.height + labelsX.height
    if !figure.x.name.isEmpty {
      lines.append(
        text(
          figure.x.name, x: area.x + area.width / 2, y: bottom + 13, color: .muted,
          anchor: "middle"))
      bottom += 17
    }
    for line in captionLines {
      lines.append(text(line, x: outer.x + 8, y: bottom + 17, color: .muted))
      bottom += 16
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
