import Foundation

/// A chart as a drawing: a curve for each of its columns, over the epochs, with axes and a legend.
///
/// It is SVG inside a page, whose style sheet has the colours. The text is large enough for a phone,
/// on which the drawing is as wide as the screen.
struct ChartDrawing {
  let chart: Chart
  let table: LossTable
  /// The epoch to be marked, and the column of its figure.
  let best: (epoch: Int, column: String)?

  private static let (width, height) = (340.0, 250.0)
  private static let (left, right, top, bottom) = (48.0, 332.0, 46.0, 212.0)
  /// No more than the width has pixels for.
  private static let mostPoints = 500
  /// From how many epochs on the points of a curve have no dots.
  private static let mostDots = 30

  /// The drawing, or nothing before the first epoch is complete.
  var svg: String {
    let epochs = table.values("epoch")
    let curves = chart.columns.map { (column: $0, values: table.values($0)) }
    if epochs.isEmpty { return "" }
    let x = Axis(epochs, count: 5, isWhole: true)
    let y = Axis(curves.flatMap(\.values), count: 5)
    // The first and the last epoch stand at the edges, whatever the marks between.
    let span = max(1, (epochs.last ?? 1) - epochs[0])
    func horizontal(_ epoch: Double) -> Double {
      if epochs.count == 1 { return (Self.left + Self.right) / 2 }
      return Self.left + (epoch - epochs[0]) / span * (Self.right - Self.left)
    }
    func vertical(_ value: Double) -> Double {
      Self.bottom - y.place(of: value) * (Self.bottom - Self.top)
    }

    var lines: [String] = []
    for tick in y.ticks {
      let place = text(of: vertical(tick))
      lines.append(
        """
        <line class="grid" x1="\(Self.left)" x2="\(Self.right)" y1="\(place)" y2="\(place)" />
        <text class="end" x="\(Self.left - 7)" y="\(place)" dy="0.35em">\(y.label(of: tick))</text>
        """)
    }
    for tick in x.ticks where tick >= epochs[0] && tick <= epochs[0] + (epochs.count > 1 ? span : 0)
    {
      lines.append(
        """
        <text class="middle" x="\(text(of: horizontal(tick)))" y="\(Self.bottom + 19)">\
        \(x.label(of: tick))</text>
        """)
    }
    lines.append(
      """
      <line class="axis" x1="\(Self.left)" x2="\(Self.right)" y1="\(Self.bottom)" y2="\(Self.bottom)" />
      <text x="0" y="14">\(escaped(chart.unit))</text>
      <text class="end" x="\(Self.right)" y="\(Self.height - 6)">epoch</text>
      """)

    let shown = evenlySpaced(Self.mostPoints, of: epochs.count)
    for (index, curve) in curves.enumerated() {
      let points = shown.map {
        (text(of: horizontal(epochs[$0])), text(of: vertical(curve.values[$0])))
      }
      let line = points.map { "\($0),\($1)" }.joined(separator: " ")
      lines.append(#"<polyline class="curve curve-\#(index)" points="\#(line)" />"#)
      if points.count <= Self.mostDots {
        lines += points.map {
          #"<circle class="dot dot-\#(index)" cx="\#($0)" cy="\#($1)" r="2.5" />"#
        }
      }
      if let best, best.column == curve.column,
        let row = epochs.firstIndex(of: Double(best.epoch))
      {
        lines.append(
          """
          <circle class="best" cx="\(text(of: horizontal(epochs[row])))" \
          cy="\(text(of: vertical(curve.values[row])))" r="6" />
          """)
      }
    }
    lines += legend
    let name = "chart-\(chart.title.lowercased().filter { $0.isLetter })"
    return """
      <svg role="img" aria-labelledby="\(name) \(name)-description" \
      viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" xmlns="http://www.w3.org/2000/svg">
      <title id="\(name)">\(escaped(chart.title)) by epoch, \(escaped(chart.unit))</title>
      <desc id="\(name)-description">\(escaped(description(curves)))</desc>
      \(lines.joined(separator: "\n"))
      </svg>
      """
  }

  /// A piece of each curve with its name, above the drawing.
  private var legend: [String] {
    var place = Self.left
    var lines = chart.columns.enumerated().map { index, column in
      defer { place += 44 + 8 * Double(chart.label(of: column).count) }
      return """
        <line class="curve curve-\(index)" x1="\(place)" x2="\(place + 24)" y1="31" y2="31" />
        <text x="\(place + 30)" y="31" dy="0.35em">\(escaped(chart.label(of: column)))</text>
        """
    }
    if let best, chart.columns.contains(best.column) {
      lines.append(
        """
        <circle class="best" cx="\(place + 8)" cy="31" r="6" />
        <text x="\(place + 20)" y="31" dy="0.35em">best, epoch \(best.epoch)</text>
        """)
    }
    return lines
  }

  /// The curves in words.
  private func description(_ curves: [(column: String, values: [Double])]) -> String {
    let ends = curves.map { curve in
      let (first, last) = (curve.values.first ?? .nan, curve.values.last ?? .nan)
      return "\(chart.label(of: curve.column)) from \(Readable.metric(first)) to "
        + Readable.metric(last)
    }
    return ends.joined(separator: ", ") + ". The table of figures has the value of each epoch."
  }

  private func text(of place: Double) -> String { String(format: "%.1f", place) }
}
