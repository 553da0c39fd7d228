extension Configuration {
  /// The command line that gives these options: the program, and each option with its value, to be
  /// joined by spaces.
  var commandLine: [String] {
    entries.flatMap { entry -> [String] in
      switch (entry.name, entry.value) {
      case ("version", _), (_, .absent), (_, .flag(false)): []
      case ("program", let value): [quoted(value.description)]
      case (let name, .flag(true)): ["--" + name]
      case (let name, let value): ["--\(name) " + quoted(value.description)]
      }
    }
  }
}

/// A word as a shell takes it for what it is.
private func quoted(_ word: String) -> String {
  if !word.isEmpty,
    word.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,:=+".contains($0)) })
  {
    return word
  }
  return "'"
    + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
}
