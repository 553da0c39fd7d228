import CommandLine
import Plots
import Training

/// Draws a chart: a curve for each of its columns, over the epochs.
///
/// The drawing is SVG embedded in a page. Its text is large enough for a phone, where the drawing
/// is as wide as the screen.
struct ChartDrawing {
  let chart: Chart
  let table: LossTable
  /// The epoch to mark, and the column that it is best in.
  let best: (epoch: Int, column: String)?

  /// The number of epochs above which the points of a curve have no dots.
  private static let mostDots = 30

  /// The drawing, or nothing before the first epoch is complete.
  ///
  /// - Parameter id: A name that is unique among the drawings of the page.
  func svg(id: String) -> String {
    table.values("epoch").isEmpty ? "" : figure.svg(id: id)
  }

  private var figure: Figure {
    let epochs = table.values("epoch")
    let curves = chart.columns.map { (column: $0, values: table.values($0)) }
    var figure = Figure(
      title: "\(chart.title) by epoch, \(chart.unit)", x: axis(epochs), y: .linear(chart.unit),
      width: 340, height: 250
    ) {
      for curve in curves {
        Line(
          epochs, curve.values, label: chart.label(of: curve.column),
          hasDots: epochs.count <= Self.mostDots)
      }
      if let floor = chart.floor { Rule(y: floor, label: "entropy") }
      if let best, let row = epochs.firstIndex(of: Double(best.epoch)),
        let curve = curves.first(where: { $0.column == best.column })
      {
        Scatter(
          [epochs[row]], [curve.values[row]], label: "best, epoch \(best.epoch)", color: .text,
          marker: .ring, size: 12)
      }
    }
    figure.isTitleShown = false
    figure.summary = description(curves)
    return figure
  }

  /// The axis of epochs; a single epoch gets the only tick.
  private func axis(_ epochs: [Double]) -> Axis {
    let axis = Axis.linear("epoch", wholeNumbers: true)
    return epochs.count == 1 ? axis.ticks(at: epochs) : axis
  }

  /// A description of the curves in words.
  private func description(_ curves: [(column: String, values: [Double])]) -> String {
    let ends = curves.map { curve in
      let (first, last) = (curve.values.first ?? .nan, curve.values.last ?? .nan)
      return "\(chart.label(of: curve.column)) from \(Readable.metric(first)) to "
        + Readable.metric(last)
    }
    let floor = chart.floor.map { "; the entropy is \(Readable.metric($0))" } ?? ""
    return ends.joined(separator: ", ") + floor
      + ". The table of figures lists the value of each epoch."
  }
}
