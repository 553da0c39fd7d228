import Plots
import Results

/// `index.html`, a page of the course's figures and exercises by week, each with its figure, its
/// values and its notes.
///
/// The figures are files beside the page, in a folder for each item.
public struct CourseIndex {
  private var rows: [(item: CourseItem, results: Results)] = []

  /// The file name of the page.
  public static let fileName = "index.html"

  /// Creates an empty page.
  public init() {}

  /// Adds an item with its results, which are in a folder with the item's name.
  public mutating func add(_ item: CourseItem, _ results: Results) { rows.append((item, results)) }

  /// The page, which is valid XML as well as HTML.
  public var html: String {
    let weeks = Set(rows.map(\.item.week)).sorted()
    let sections = weeks.map { week in
      "<h2>Week \(week)</h2>\n" + rows.filter { $0.item.week == week }.map(section).joined()
    }
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Figures and exercises of the course</title>
      <style>
      :root { color-scheme: light dark; }
      body { max-width: 60rem; margin: 0 auto; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; }
      img { display: block; max-width: 100%; height: auto; }
      h3 { margin: 2.5rem 0 0; }
      .scroll { overflow-x: auto; }
      </style>
      </head>
      <body>
      <h1>Figures and exercises of the course</h1>
      \(sections.joined())</body>
      </html>

      """
  }

  private func section(_ item: CourseItem, _ results: Results) -> String {
    let name = escaped(item.name)
    let images = results.figures.keys.sorted().map { file in
      "<img src=\"\(name)/\(escaped(file))\" alt=\"\(escaped(item.summary))\" />\n"
    }
    let tables = results.tables.keys.sorted().map { file in
      "<a href=\"\(name)/\(escaped(file))\">\(escaped(file))</a>"
    }
    let values = results.lines.map { "\(escaped($0))\n" }
    return """
      <section id="\(name)">
      <h3>\(escaped(item.summary))</h3>
      <p><code>pushforward course \(name)</code></p>
      \(images.joined())<details>
      <summary>Values</summary>
      <div class="scroll"><pre>\(values.joined())</pre></div>
      <p><a href="\(name)/values.json">values.json</a> \(tables.joined(separator: " "))</p>
      </details>
      </section>

      """
  }
}
