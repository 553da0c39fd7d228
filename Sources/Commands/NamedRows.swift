import CommandLine

/// Things that the first argument of a verb names, such as the models of `pushforward train`.
struct NamedRows<Row> {
  /// The verb: `pushforward train`.
  let verb: String
  /// What each row is: `model`.
  let kind: String
  /// The rows, each with its name and summary.
  let rows: [(name: String, summary: String, row: Row)]
  /// The verb's help.
  let overview: String

  /// Lists rows.
  ///
  /// - Parameters:
  ///   - verb: The verb: `pushforward train`.
  ///   - kind: What each row is: `model`.
  ///   - rows: The rows.
  ///   - usage: What follows the name in the help: `[options]`.
  ///   - purpose: What the verb does, in a sentence.
  init(
    _ verb: String, _ kind: String, _ rows: [(name: String, summary: String, row: Row)],
    usage: String, purpose: String
  ) {
    (self.verb, self.kind, self.rows) = (verb, kind, rows)
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    overview = """
      Usage: \(verb) \(kind.uppercased()) \(usage)

      \(purpose) The \(kind)s are:
      \(rows.map { "  " + $0.name.padding(to: width) + $0.summary }.joined(separator: "\n"))

      \(verb) \(kind.uppercased()) --help lists the options.
      """
  }

  /// The row that the first argument names, and the remaining arguments; ends the process if the
  /// argument names no row or asks for help.
  func chosen(by arguments: [String]) -> (row: Row, rest: [String]) {
    guard let word = arguments.first, word != "-h", word != "--help" else {
      printAndExit(overview)
    }
    if let row = rows.first(where: { $0.name == word })?.row {
      return (row, Array(arguments.dropFirst()))
    }
    if word.hasPrefix("-") {
      fail(.missingOption(kind.uppercased(), placeholder: "before \(word)"), verb)
    }
    fail(.unknownCommand(word, kind: kind, suggestions: near(word, rows.map(\.name))), verb)
  }
}
