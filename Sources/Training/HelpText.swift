extension Command {
  /// The text of `--help`: usage, summary, every option with its default, within 80 columns.
  public var help: String {
    let rows =
      options.map { HelpRow(label: "    " + usage(of: $0), text: $0.help + defaultText(of: $0)) }
      + [
        HelpRow(label: "-h, --help", text: "print this help and exit"),
        HelpRow(label: "    --version", text: "print the version and exit"),
      ]

    let column = helpColumn(for: rows)
    var sections = [
      "Usage: \(name) [options]",
      summary,
      "Options:\n" + rows.map { $0.formatted(column: column) }.joined(separator: "\n"),
    ]
    if !notes.isEmpty { sections.append(notes) }
    if let resumeNote { sections.append(resumeNote) }
    return sections.joined(separator: "\n\n")
  }

  private func usage(of option: CommandLineOption<Options>) -> String {
    option.placeholder.map { "\(option.flag) \($0)" } ?? option.flag
  }

  private func defaultText(of option: CommandLineOption<Options>) -> String {
    guard option.placeholder != nil else { return "" }
    let value = option.record(defaults)
    let text = if value == .absent, let absence = option.absence { absence } else { "\(value)" }
    return " (default: \(text))"
  }

  /// Where the texts begin: right of the longest label that is not too long to share a line.
  private func helpColumn(for rows: [HelpRow]) -> Int {
    let widths = rows.map(\.label.count).filter { $0 <= 26 }
    return 2 + (widths.max() ?? 0) + 2
  }
}

/// An option on the left and what it does on the right.
private struct HelpRow {
  let label: String
  let text: String

  func formatted(column: Int) -> String {
    let indent = String(repeating: " ", count: column)
    let lines = wrap(text, to: 80 - column)
    let left = "  " + label
    if left.count + 2 > column {
      return ([left] + lines.map { indent + $0 }).joined(separator: "\n")
    }
    let gap = String(repeating: " ", count: column - left.count)
    return left + gap + lines.joined(separator: "\n" + indent)
  }
}

/// Breaks a text at spaces into lines of a width; a longer word has a line of its own.
func wrap(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
