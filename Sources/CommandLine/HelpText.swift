import Settings

extension Command {
  /// The text of `--help`: usage, summary, every option with its default, within 80 columns.
  public var help: String {
    let groups = self.groups.filter { !$0.isHidden }
    let rows = groups.map { group in
      group.options.map { option in
        HelpRow(label: "    " + option.usage, text: option.help + option.defaultText)
      }
    }
    let common = [
      HelpRow(label: "-h, --help", text: "print this help and exit"),
      HelpRow(label: "    --version", text: "print the version and exit"),
    ]
    let column = helpColumn(for: rows.flatMap { $0 } + common)
    func table(_ title: String, _ rows: [HelpRow]) -> String {
      "\(title):\n" + rows.map { $0.formatted(column: column) }.joined(separator: "\n")
    }
    var sections = ["Usage: \(name)\(operand.map { " \($0)" } ?? "") [options]"]
    sections += [wrap(summary, to: 80).joined(separator: "\n")]
    sections += zip(groups, rows).filter { !$1.isEmpty }.map { table($0.title, $1) }
    sections.append(table("Other", common))
    if !notes.isEmpty { sections.append(notes) }
    return sections.joined(separator: "\n\n")
  }

  /// The column at which the descriptions begin: right of the longest label that is short enough to
  /// share a line with its description.
  private func helpColumn(for rows: [HelpRow]) -> Int {
    let widths = rows.map(\.label.count).filter { $0 <= 26 }
    return 2 + (widths.max() ?? 0) + 2
  }
}

extension SettingDefinition {
  fileprivate var usage: String { placeholder.map { "\(flag) \($0)" } ?? flag }

  fileprivate var defaultText: String {
    guard placeholder != nil else { return "" }
    let text = defaultValue == .absent ? absence ?? "none" : "\(defaultValue)"
    return " (default: \(text))"
  }
}

/// An option on the left, its description on the right.
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

/// Breaks a text at spaces into lines of at most a width; a longer word gets its own line.
public func wrap(_ text: String, to width: Int) -> [String] {
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
