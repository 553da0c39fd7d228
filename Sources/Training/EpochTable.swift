import CommandLine

/// The table printed during training: a row of figures for each epoch, for a terminal of 80
/// columns.
///
/// ```
///              loss           reconstruction KL
///              train  test    train  test    train  test    images/s  time left
/// epoch  1/30  164.49 128.14* 147.54 103.12  16.951 25.015    52,346  36 s
/// ```
///
/// The asterisk marks the best test loss so far.
struct EpochTable {
  let charts: [Chart]
  let epochs: Int
  /// The unit of the rate, in the plural.
  var unit = "images"

  /// The two header lines above the first row.
  var heading: [String] {
    let blank = String(repeating: " ", count: head(epochs).count)
    // A chart of one column needs only its title.
    let labels = charts.map { chart in
      chart.columns.map { cell(chart.columns.count > 1 ? chart.label(of: $0) : "") }.joined()
    }
    let titles = zip(charts, labels).map { chart, labels in pad(chart.title, to: labels.count) }
    let ends = titles.joined(separator: " ").reversed().drop { $0 == " " }.reversed()
    return [
      blank + "  " + String(ends), row(blank, labels, rate: "\(unit)/s", timeLeft: "time left"),
    ]
  }

  /// The row of an epoch.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, counted from 1.
  ///   - figures: The figures by column.
  ///   - best: The column whose figure is the best so far, if any.
  ///   - rate: Units per second.
  ///   - timeLeft: The time left in the run.
  func row(
    epoch: Int, _ figures: [String: Double], best: String?, rate: Double, timeLeft: Duration
  ) -> String {
    let groups = charts.map { chart in
      chart.columns.map { column in
        cell(Readable.metric(figures[column, default: .nan]), isBest: column == best)
      }.joined()
    }
    return row(
      head(epoch), groups, rate: Readable.rate(rate), timeLeft: Readable.duration(timeLeft))
  }

  private func row(_ head: String, _ groups: [String], rate: String, timeLeft: String) -> String {
    // As wide as the heading, and at least wide enough for a rate of millions.
    let gap = String(repeating: " ", count: max(0, max(9, unit.count + 2) - rate.count))
    return head + "  " + groups.joined(separator: " ") + gap + rate + "  " + timeLeft
  }

  private func head(_ epoch: Int) -> String {
    let (number, last) = ("\(epoch)", "\(epochs)")
    return "epoch " + String(repeating: " ", count: last.count - number.count) + number + "/" + last
  }

  /// A figure or its label, padded to the column's width, followed by the mark or a space.
  private func cell(_ text: String, isBest: Bool = false) -> String {
    pad(text + (isBest ? "*" : " "), to: charts.count > 2 ? 7 : 10)
  }

  private func pad(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
