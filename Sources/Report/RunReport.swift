import CommandLine
import Files
import Foundation
import Plots
import Settings
import Training

/// `report.html`, a page that shows a run: its configuration, curves, figures and pictures.
///
/// The page is one file that loads nothing from elsewhere. It is made only from the contents of the
/// run's folder, so that a resumed run has the same page as an uninterrupted one, and contains
/// nothing that depends on the clock.
package struct RunReport {
  package let folder: RunFolder
  package let configuration: Configuration
  /// Descriptions of data, model and machine, by name.
  package let facts: [(name: String, text: String)]
  /// A description of how the training ended.
  package var ending = ""
  package var charts: [Chart] = []
  /// The column of `loss.csv` that determines the best epoch, if there is one.
  package var lossColumn: String?
  /// The results of evaluating the trained model.
  package var evaluation = Configuration()
  /// Whether `pushforward explore` supports the model.
  package var isExplorable = false
  /// The contents of the run's files and folders, by name.
  package var descriptions: [String: String] = [:]

  /// A report of a run.
  package init(
    folder: RunFolder, configuration: Configuration, facts: [(name: String, text: String)]
  ) {
    (self.folder, self.configuration, self.facts) = (folder, configuration, facts)
  }

  /// The name of the file in the run's folder.
  package static let fileName = RunFolder.reportName
  /// The name there of the page for exploring the model.
  package static let explorationName = "explore.html"
  /// The largest number of table rows, as many as a reader would scroll through.
  private static let mostRows = 200

  /// Writes the page into the run's folder.
  ///
  /// - Throws: `OutputError`, naming the file and the cause.
  package func write() throws {
    try folder.write(html, to: Self.fileName)
  }

  /// The page, which is valid XML as well as HTML.
  var html: String {
    let table = LossTable(folder.table("loss.csv") ?? "")
    let name = escaped(folder.name)
    let program =
      "\(configuration["model"] ?? .absent), Pushforward \(configuration["version"] ?? .absent)"
    let sections = [
      results(table), curves(table), pictures, figures(table), settings, command,
    ]
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
      style-src 'unsafe-inline'; script-src 'unsafe-inline'" />
      <title>\(name)</title>
      <style>
      \(ReportStyle.css)
      </style>
      </head>
      <body>
      <header>
      <h1>\(name)</h1>
      <p>\(escaped(program)), \(escaped(ending))</p>
      </header>
      <main>
      \(sections.joined())</main>
      <script>
      \(ReportStyle.script)
      </script>
      </body>
      </html>

      """
  }

  private func section(_ title: String, _ content: String) -> String {
    let name = title.lowercased().map { $0.isLetter ? String($0) : "-" }.joined()
    return """
      <section aria-labelledby="\(escaped(name))">
      <h2 id="\(escaped(name))">\(escaped(title))</h2>
      \(content)
      </section>

      """
  }
}

// MARK: - Figures

extension RunReport {
  private func best(_ table: LossTable) -> (epoch: Int, column: String)? {
    guard let lossColumn else { return nil }
    var best = BestEpoch()
    for (epoch, loss) in zip(table.values("epoch"), table.values(lossColumn)) {
      guard let epoch = Int(exactly: epoch) else { continue }
      _ = best.update(epoch, [loss])
    }
    return best.epoch.map { ($0, lossColumn) }
  }

  /// The figures of the last epoch, and the evaluation.
  private func results(_ table: LossTable) -> String {
    guard let epoch = table.rows.last?.first else {
      return section("Results", "<p>No epoch was completed.</p>")
    }
    var cards = charts.map { chart in
      let figures = chart.columns.map { column in
        let figure = element(table, column, row: table.rows.count - 1)
        return "<dd><strong>\(figure)</strong> \(escaped(chart.label(of: column)))</dd>"
      }
      return "<dt>\(escaped(chart.title)), \(escaped(chart.unit))</dt>" + figures.joined()
    }
    if let best = best(table) {
      let name = best.column.split(separator: "_").joined(separator: " ")
      cards.append(
        """
        <dt>Best epoch</dt><dd><strong>\(best.epoch)</strong></dd>\
        <dd>lowest \(escaped(name))</dd>
        """)
    }
    let list = cards.map { "<div class=\"card\">\($0)</div>" }.joined(separator: "\n")
    let judgement =
      evaluation.entries.isEmpty
      ? "" : card(rows(evaluation, caption: "Evaluation of the trained model", isMeasured: true))
    return section(
      "Results",
      """
      <p class="note">After epoch \(escaped(epoch)).</p>
      <dl class="cards">
      \(list)
      </dl>
      \(judgement)
      """)
  }

  private func card(_ content: String) -> String { "<div class=\"card\">\(content)</div>" }

  private func element(_ table: LossTable, _ column: String, row: Int) -> String {
    table.columns.firstIndex(of: column).map { element(table.rows[row][$0]) } ?? ""
  }

  /// A figure rounded for people, with the exact value from the file in an attribute for programs.
  private func element(_ field: String) -> String {
    let text = Double(field).map(Readable.metric) ?? field
    return #"<data value="\#(escaped(field))">\#(escaped(text))</data>"#
  }

  private func curves(_ table: LossTable) -> String {
    if table.rows.isEmpty { return "" }
    let best = best(table)
    let drawings = charts.enumerated().map { index, chart in
      let drawing = ChartDrawing(chart: chart, table: table, best: best)
      return """
        <div class="card"><h3>\(escaped(chart.title))</h3>
        \(drawing.svg(id: "chart-\(index + 1)"))
        </div>
        """
    }
    return section(
      "Curves", "<div class=\"cards curves\">\n\(drawings.joined(separator: "\n"))\n</div>")
  }

  /// Every figure of the curves, for readers who want numbers or cannot see the curves.
  private func figures(_ table: LossTable) -> String {
    if table.rows.isEmpty { return "" }
    let columns = charts.flatMap(\.columns)
    let shown = evenlySpaced(Self.mostRows, of: table.rows.count)
    let note =
      shown.count < table.rows.count
      ? "\(shown.count) of \(table.rows.count) epochs; all are in loss.csv" : "as in loss.csv"
    let heads = columns.map { #"<th scope="col">\#(escaped($0))</th>"# }
    let lines = shown.map { row in
      "<tr><th scope=\"row\">\(escaped(table.rows[row].first ?? ""))</th>"
        + columns.map { "<td>\(element(table, $0, row: row))</td>" }.joined() + "</tr>"
    }
    return section(
      "Figures",
      """
      <details class="card"><summary>The figures of each epoch</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Figures of each epoch">
      <table class="figures"><caption>Figures by epoch, \(note)</caption>
      <thead><tr><th scope="col">epoch</th>\(heads.joined())</tr></thead>
      <tbody>
      \(lines.joined(separator: "\n"))
      </tbody></table>
      </div></details>
      """)
  }
}

// MARK: - Pictures

extension RunReport {
  /// A series of pictures for each subfolder that has one, then the pictures of the folder itself.
  private var pictures: String {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    // Generated samples come before pictures made from given images.
    let order = names.filter { $0.hasPrefix("samples") } + names.filter { !$0.hasPrefix("samples") }
    let series = order.map(series)
    let single = order.filter { $0.hasSuffix(".png") || $0.hasSuffix(".svg") }.map(single)
    let cards = (series + single).filter { !$0.isEmpty }
    if cards.isEmpty { return "" }
    return section(
      "Pictures", "<div class=\"cards pictures\">\n\(cards.joined(separator: "\n"))\n</div>")
  }

  private func series(_ name: String) -> String {
    let (pictures, count) = ReportPicture.series(in: folder, name: name)
    guard let last = pictures.last else { return "" }
    let title = escaped(name)
    let description = descriptions[name + "/"].map { ": \($0)" } ?? ""
    let elements = pictures.map { picture in
      picture.element(
        "\(name) after epoch \(picture.epoch ?? 0)\(description)",
        isHidden: picture.epoch != last.epoch)
    }
    let control = """
      <div class="control" hidden="hidden"><label for="\(title)-epoch">Epoch of \(title)</label>
      <input id="\(title)-epoch" type="range" min="0" max="\(pictures.count - 1)" \
      value="\(pictures.count - 1)" /></div>
      """
    let note =
      pictures.count < count
      ? "<p class=\"note\">\(pictures.count) of \(count) pictures; all are in \(title)/.</p>" : ""
    return """
      <div class="card\(pictures.count > 1 ? " series" : "")"><h3>\(title)</h3>
      <p>\(escaped(descriptions[name + "/"].map { $0 + ", " } ?? ""))<span class="epoch">epoch \
      \(last.epoch ?? 0)</span></p>
      \(pictures.count > 1 ? control : "")
      \(elements.joined(separator: "\n"))
      \(note)
      </div>
      """
  }

  private func single(_ file: String) -> String {
    guard let picture = ReportPicture(file, in: folder) else { return "" }
    let name = String(file.dropLast(4))
    let description = descriptions[file] ?? name
    return """
      <div class="card"><h3>\(escaped(name))</h3>
      <p>\(escaped(description))</p>
      \(picture.element("\(name): \(description)"))
      </div>
      """
  }
}

// MARK: - Configuration

extension RunReport {
  private var settings: String {
    var facts = Configuration()
    for fact in self.facts { facts[fact.name] = .text(fact.text) }
    return section(
      "Configuration",
      """
      \(card(rows(facts, caption: "Data, model and machine")))
      <details class="card"><summary>All options</summary>
      \(rows(configuration, caption: "Options, as in config.json"))</details>
      """)
  }

  /// A table of names and values; measured values are rounded for the reader.
  private func rows(
    _ entries: Configuration, caption: String, isMeasured: Bool = false
  ) -> String {
    let lines = entries.entries.map { entry in
      let text =
        if case .number(let number) = entry.value, isMeasured {
          element("\(number)")
        } else {
          escaped(entry.value.description)
        }
      return #"<tr><th scope="row">\#(escaped(entry.name))</th><td>\#(text)</td></tr>"#
    }
    return """
      <table><caption>\(escaped(caption))</caption><tbody>
      \(lines.joined(separator: "\n"))
      </tbody></table>
      """
  }

  /// The command line that repeats the run.
  private var command: String {
    let words = configuration.commandLine.map { "<span>\(escaped($0))</span>" }
    let exploration = """
      <p>It makes <a href="\(Self.explorationName)">\(Self.explorationName)</a>, a page for
      exploring the model:</p>
      <pre class="card"><code>pushforward explore \(escaped(shellPath(folder.path)))</code></pre>
      """
    return section(
      "Again",
      """
      <p>This command repeats the run:</p>
      <pre class="card"><code>\(words.joined(separator: " "))</code></pre>
      \(isExplorable ? exploration : "")
      """)
  }
}
