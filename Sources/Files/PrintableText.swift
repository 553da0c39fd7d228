/// Makes a text safe for a terminal, a log or the middle of a sentence: one line, not too long, and
/// without control characters.
///
/// File names, metadata and options in other people's runs may contain anything: sequences that
/// recolour a terminal or move its cursor, line ends that start a new line, and marks that change
/// the writing direction of the following text. Such characters are escaped as in Swift, `\u{1B}`
/// or `\n`. In a text of more than `limit` characters, the middle is left out.
package func printable(_ text: String, atMost limit: Int = 2_000) -> String {
  // Nearly all texts are short and plain.
  if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return text }
  let scalars = text.unicodeScalars
  let count = scalars.count
  guard count > limit else { return escaped(scalars[...]) }
  let tail = limit / 4
  return escaped(scalars.prefix(limit - tail)) + " … (\(count - limit) characters left out) … "
    + escaped(scalars.suffix(tail))
}

private func escaped(_ scalars: Substring.UnicodeScalarView) -> String {
  var result = ""
  for scalar in scalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where isObeyed(scalar):
      result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Whether a character is invisible but affects the terminal or its neighbours.
private func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  // Direction marks and zero-width characters; but joiners belong to the spelling of languages.
  case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
  default: false
  }
}
